// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.cuh>

#include <cstdint>

// Every kernel of `resample` for the types in common use: they are compiled, never run. The
// function below only names the launchers.

namespace {

using namespace robocache;

template <class In, class Out, class Time>
bool resampled(cudaStream_t where) {
  const source_view<In, Time> source;
  const target_view<Time> targets;
  const tensor_view<Out, 3> output;
  const resample_options<Time, compute_t<In, Out>> options;
  return resample(source, targets, output, options, where).ok();
}

template <class In, class Out, class Time>
bool with_stored_brackets(cudaStream_t where) {
  using real = compute_t<In, Out>;
  const brackets_view<real> brackets;
  const source_times<Time> source;
  const target_view<Time> targets;
  return find_brackets(source, targets, brackets, resample_policy<Time, real>{}, where).ok() &&
         apply_brackets(tensor_view<const In, 3>{}, brackets, tensor_view<Out, 3>{},
                        normalization<real>{}, where)
             .ok();
}

}  // namespace

bool instantiate_resample(cudaStream_t where) {
  return resampled<float, float, std::int64_t>(where) &&
         resampled<bfloat16, bfloat16, std::int64_t>(where) &&
#if !defined(ROBOCACHE_TEST_FEW_KERNELS)
         resampled<float, float, double>(where) && resampled<float, float, float>(where) &&
         resampled<std::uint8_t, bfloat16, std::int64_t>(where) &&
         resampled<float16, float, std::uint64_t>(where) &&
         resampled<double, double, double>(where) &&
         resampled<double, float, std::int64_t>(where) &&
#endif
         with_stored_brackets<float, float, std::int64_t>(where);
}
