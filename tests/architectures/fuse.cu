// SPDX-License-Identifier: Apache-2.0
#include <robocache/fuse.cuh>

#include <cstdint>
#include <vector>

// Every kernel of `fuse` for the types in common use, and the grouped `resample`: they are
// compiled, never run. The functions below only name the launchers.

namespace {

using namespace robocache;

template <class Out, class Time, class... Values>
bool fused(cudaStream_t where) {
  const std::vector<sensor_stream<Time, Values...>> streams;
  return fuse(streams, target_view<Time>{}, tensor_view<Out, 3>{}, fuse_reports<Time>{}, where)
      .ok();
}

template <class In, class Out, class Time>
bool resampled_by_groups(cudaStream_t where) {
  const grouped_source<In, Time> source;
  const resample_options<Time, compute_t<In, Out>> options;
  return resample(source, target_view<Time>{}, tensor_view<Out, 3>{}, options, where).ok();
}

}  // namespace

bool instantiate_fuse(cudaStream_t where) {
  return fused<float, std::int64_t, float>(where) &&
         resampled_by_groups<float, float, std::int64_t>(where) &&
#if !defined(ROBOCACHE_TEST_FEW_KERNELS)
         fused<bfloat16, std::int64_t, float, std::uint8_t, bfloat16>(where) &&
         fused<float, double, float>(where) && fused<double, double, double, float>(where) &&
         fused<double, std::int64_t, float, double>(where) &&
         resampled_by_groups<bfloat16, bfloat16, std::int64_t>(where) &&
         resampled_by_groups<double, double, double>(where) &&
#endif
         fused<bfloat16, std::int64_t, bfloat16, float>(where);
}
