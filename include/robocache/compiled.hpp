// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/resample.hpp>
#include <robocache/scalar.hpp>

#include <cstdint>
#include <type_traits>

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

namespace compiled_detail {

// The instances, hidden: two shared libraries with two builds of this target keep to their own.

template <class In, class Time, int TargetRank, class Out>
ROBOCACHE_HIDDEN status resample(const source_view<In, Time>& source,
                                 const tensor_view<const Time, TargetRank>& target_times,
                                 const tensor_view<Out, 3>& output,
                                 const tensor_view<std::uint8_t, 2>& statuses,
                                 const resample_options<Time, float>& options,
                                 cudaStream_t stream) noexcept;
template <class Time, int TargetRank>
ROBOCACHE_HIDDEN status find_brackets(const source_times<Time>& source,
                                      const tensor_view<const Time, TargetRank>& target_times,
                                      const brackets_view<float>& brackets,
                                      const resample_policy<Time, float>& policy,
                                      cudaStream_t stream) noexcept;
template <class In, class Out>
ROBOCACHE_HIDDEN status apply_brackets(const tensor_view<const In, 3>& values,
                                       const brackets_view<float>& brackets,
                                       const tensor_view<Out, 3>& output,
                                       const normalization<float>& options,
                                       cudaStream_t stream) noexcept;

/// float, or the one name of bfloat16; anything else is not in the library.
template <class T>
struct instance {
  using type = typename detail::scalar_traits<std::remove_const_t<T>>::canonical;
  static_assert(std::is_same_v<type, float> || std::is_same_v<type, bfloat16>,
                "robocache::compiled has float and bfloat16; nvcc instantiates the rest");
};
template <class T>
using instance_t = typename instance<T>::type;

/// The same view under the instance's name of the format.
template <class To, class From, int Rank>
tensor_view<To, Rank> renamed(const tensor_view<From, Rank>& view) noexcept {
  std::int64_t extents[Rank];
  std::int64_t strides[Rank];
  for (int d = 0; d < Rank; ++d) {
    extents[d] = view.extent(d);
    strides[d] = view.stride(d);
  }
  return tensor_view<To, Rank>(reinterpret_cast<To*>(view.data()), extents, strides);
}

}  // namespace compiled_detail

/// `resample` on a CUDA stream; see `resample.cuh`.
template <class In, class Time, class TargetTime, int TargetRank, class Out>
status resample(const source_view<In, Time>& source,
                const tensor_view<TargetTime, TargetRank>& target_times,
                const tensor_view<Out, 3>& output, const tensor_view<std::uint8_t, 2>& statuses,
                const resample_options<Time, float>& options, cudaStream_t stream) noexcept {
  using in = compiled_detail::instance_t<In>;
  const source_view<in, Time> renamed{static_cast<const source_times<Time>&>(source),
                                      compiled_detail::renamed<const in>(source.values)};
  return compiled_detail::resample<in, Time, TargetRank>(
      renamed, tensor_view<const Time, TargetRank>(target_times),
      compiled_detail::renamed<compiled_detail::instance_t<Out>>(output), statuses, options,
      stream);
}

/// As above, without the status bytes.
template <class In, class Time, class TargetTime, int TargetRank, class Out>
status resample(const source_view<In, Time>& source,
                const tensor_view<TargetTime, TargetRank>& target_times,
                const tensor_view<Out, 3>& output, const resample_options<Time, float>& options,
                cudaStream_t stream) noexcept {
  return robocache::resample(source, target_times, output, tensor_view<std::uint8_t, 2>{}, options,
                             stream);
}

/// `find_brackets` on a CUDA stream; see `resample.cuh`. Weights are float.
template <class Time, class TargetTime, int TargetRank>
status find_brackets(const source_times<Time>& source,
                     const tensor_view<TargetTime, TargetRank>& target_times,
                     const brackets_view<float>& brackets,
                     const resample_policy<Time, float>& policy, cudaStream_t stream) noexcept {
  return compiled_detail::find_brackets<Time, TargetRank>(
      source, tensor_view<const Time, TargetRank>(target_times), brackets, policy, stream);
}

/// `apply_brackets` on a CUDA stream; see `resample.cuh`.
template <class In, class Out>
status apply_brackets(const tensor_view<In, 3>& values, const brackets_view<float>& brackets,
                      const tensor_view<Out, 3>& output, const normalization<float>& options,
                      cudaStream_t stream) noexcept {
  using in = compiled_detail::instance_t<In>;
  return compiled_detail::apply_brackets<in>(
      compiled_detail::renamed<const in>(values), brackets,
      compiled_detail::renamed<compiled_detail::instance_t<Out>>(output), options, stream);
}

}  // namespace robocache

#endif
