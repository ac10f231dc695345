// SPDX-License-Identifier: Apache-2.0
//
// What robocache::compiled consists of, as macros: each source file instantiates one time type.

#pragma once

#define ROBOCACHE_DETAIL_COMPILING
#include <robocache/compiled.hpp>
#include <robocache/resample.cuh>

#include <cstdint>

namespace robocache {
namespace compiled_detail {

namespace cuda = ROBOCACHE_CUDA_NAMESPACE;

template <class In, class Time, class Out>
status resample(const source_view<In, Time>& source, const target_view<Time>& target_times,
                const tensor_view<Out, 3>& output, const tensor_view<std::uint8_t, 2>& statuses,
                const resample_options<Time, float>& options, cudaStream_t stream) noexcept {
  return cuda::resample(source, target_times, output, statuses, options, stream);
}

template <class Time>
status find_brackets(const source_times<Time>& source, const target_view<Time>& target_times,
                     const brackets_view<float>& brackets,
                     const resample_policy<Time, float>& policy, cudaStream_t stream) noexcept {
  return cuda::find_brackets(source, target_times, brackets, policy, stream);
}

template <class In, class Out>
status apply_brackets(const tensor_view<const In, 3>& values, const brackets_view<float>& brackets,
                      const tensor_view<Out, 3>& output, const normalization<float>& options,
                      cudaStream_t stream) noexcept {
  return cuda::apply_brackets(values, brackets, output, options, stream);
}

#define ROBOCACHE_RESAMPLE(In, Time, Out)                                                 \
  template status resample<In, Time, Out>(                                                \
      const source_view<In, Time>&, const target_view<Time>&, const tensor_view<Out, 3>&, \
      const tensor_view<std::uint8_t, 2>&, const resample_options<Time, float>&,          \
      cudaStream_t) noexcept;
#define ROBOCACHE_TIME(Time)                                                               \
  ROBOCACHE_RESAMPLE(float, Time, float)                                                   \
  ROBOCACHE_RESAMPLE(float, Time, bfloat16)                                                \
  ROBOCACHE_RESAMPLE(bfloat16, Time, float)                                                \
  ROBOCACHE_RESAMPLE(bfloat16, Time, bfloat16)                                             \
  template status find_brackets<Time>(const source_times<Time>&, const target_view<Time>&, \
                                      const brackets_view<float>&,                         \
                                      const resample_policy<Time, float>&, cudaStream_t) noexcept;
#define ROBOCACHE_APPLY(In, Out)                                                                   \
  template status apply_brackets<In, Out>(const tensor_view<const In, 3>&,                         \
                                          const brackets_view<float>&, const tensor_view<Out, 3>&, \
                                          const normalization<float>&, cudaStream_t) noexcept;

}  // namespace compiled_detail
}  // namespace robocache
