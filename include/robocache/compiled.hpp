// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample.hpp>

/// \file
/// The stream overloads for code that nvcc does not compile: link `robocache::compiled`.
///
/// A `.cpp` cannot instantiate a kernel, so here the templates are only declared; the static
/// library has the instances: values and outputs `float` or `bfloat16` in any combination, all time
/// types, targets [B, T] or [T]. Another combination is an undefined symbol when linking. Under
/// nvcc this is `resample.cuh`.

#if defined(__CUDACC__) && !defined(ROBOCACHE_DETAIL_COMPILING)
#include <robocache/resample.cuh>
#else

typedef struct CUstream_st* cudaStream_t;  // the same as in <driver_types.h>, without including it

namespace robocache {
inline namespace compiled {

/// `resample` on a CUDA stream; see `resample.cuh`.
template <class In, class Time, int TargetRank, class Out>
status resample(const source_view<In, Time>& source,
                const tensor_view<const Time, TargetRank>& target_times,
                const tensor_view<Out, 3>& output, const tensor_view<std::uint8_t, 2>& statuses,
                const resample_options<Time, compute_t<In, Out>>& options,
                cudaStream_t stream) noexcept;

/// As above for mutable target times, and without the status bytes.
template <class In, class Time, class TargetTime, int TargetRank, class Out>
status resample(const source_view<In, Time>& source,
                const tensor_view<TargetTime, TargetRank>& target_times,
                const tensor_view<Out, 3>& output,
                const resample_options<Time, compute_t<In, Out>>& options,
                cudaStream_t stream) noexcept {
  return compiled::resample<In, Time, TargetRank, Out>(
      source, tensor_view<const Time, TargetRank>(target_times), output,
      tensor_view<std::uint8_t, 2>{}, options, stream);
}

/// `find_brackets` on a CUDA stream; see `resample.cuh`. Weights are float.
template <class Time, int TargetRank>
status find_brackets(const source_times<Time>& source,
                     const tensor_view<const Time, TargetRank>& target_times,
                     const brackets_view<float>& brackets,
                     const resample_policy<Time, float>& policy, cudaStream_t stream) noexcept;

/// `apply_brackets` on a CUDA stream; see `resample.cuh`.
template <class In, class Out>
status apply_brackets(const tensor_view<const In, 3>& values, const brackets_view<float>& brackets,
                      const tensor_view<Out, 3>& output, const normalization<float>& options,
                      cudaStream_t stream) noexcept;

}  // namespace compiled
}  // namespace robocache

#endif
