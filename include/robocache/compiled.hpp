// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/fuse.hpp>
#include <robocache/resample.hpp>
#include <robocache/scalar.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// The stream overloads for code that nvcc does not compile: link `robocache::compiled`.
///
/// A `.cpp` cannot instantiate a kernel, so here the templates are only declared; the static
/// library has the instances: values and outputs `float` or `bfloat16` in any combination, all time
/// types. Another combination is an undefined symbol when linking. Under nvcc this is `fuse.cuh`,
/// which includes `resample.cuh`.

#if defined(__CUDACC__) && !defined(ROBOCACHE_DETAIL_COMPILING)
#include <robocache/fuse.cuh>
#else

typedef struct CUstream_st* cudaStream_t;  // the same as in <driver_types.h>, without including it

namespace robocache {

namespace compiled_detail {

// The instances, hidden: two shared libraries with two builds of this target keep to their own.

template <class In, class Time, class Out>
ROBOCACHE_HIDDEN status resample(const source_view<In, Time>& source,
                                 const target_view<Time>& target_times,
                                 const tensor_view<Out, 3>& output,
                                 const tensor_view<std::uint8_t, 2>& statuses,
                                 const resample_options<Time, float>& options,
                                 cudaStream_t stream) noexcept;
template <class Time>
ROBOCACHE_HIDDEN status find_brackets(const source_times<Time>& source,
                                      const target_view<Time>& target_times,
                                      const brackets_view<float>& brackets,
                                      const resample_policy<Time, float>& policy,
                                      cudaStream_t stream) noexcept;
template <class In, class Out>
ROBOCACHE_HIDDEN status apply_brackets(const tensor_view<const In, 3>& values,
                                       const brackets_view<float>& brackets,
                                       const tensor_view<Out, 3>& output,
                                       const normalization<float>& options,
                                       cudaStream_t stream) noexcept;
template <class Time, class Outputs>
ROBOCACHE_HIDDEN status
fuse(const detail::stream_list<sensor_stream<Time, float, bfloat16>>& streams,
     const target_view<Time>& target_times, const Outputs& outputs,
     const fuse_reports<Time>& reports, cudaStream_t stream) noexcept;

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

/// The streams of which the library has the kernels of `fuse`.
template <class Time>
using compiled_stream = sensor_stream<Time, float, bfloat16>;

/// `fuse` on a CUDA stream; see `fuse.cuh`. Streams are `compiled_stream<Time>`.
template <class Streams, class Out, class Stream = detail::stream_of<Streams>,
          class Time = detail::stream_time_t<Stream>>
status fuse(const Streams& streams, const detail::same_type_t<target_view<Time>>& target_times,
            const tensor_view<Out, 3>& output,
            const detail::same_type_t<fuse_reports<Time>>& reports, cudaStream_t stream) noexcept {
  static_assert(std::is_same_v<Stream, compiled_stream<Time>>,
                "robocache::compiled has streams of type compiled_stream<Time>");
  using out = compiled_detail::instance_t<Out>;
  return compiled_detail::fuse<Time>(
      detail::list_of(streams), target_times,
      detail::concatenated<out>(compiled_detail::renamed<out>(output)), reports, stream);
}

/// As above, into one tensor of float or `bfloat16` per stream.
template <class Streams, class Outputs, class Stream = detail::stream_of<Streams>,
          class Time = detail::stream_time_t<Stream>, class Out = detail::separate_element<Outputs>>
status fuse(const Streams& streams, const detail::same_type_t<target_view<Time>>& target_times,
            const Outputs& outputs, const detail::same_type_t<fuse_reports<Time>>& reports,
            cudaStream_t stream) noexcept {
  static_assert(std::is_same_v<Stream, compiled_stream<Time>>,
                "robocache::compiled has streams of type compiled_stream<Time>");
  static_assert(std::is_same_v<Out, compiled_detail::instance_t<Out>>,
                "robocache::compiled has outputs of float and robocache::bfloat16");
  return compiled_detail::fuse<Time>(detail::list_of(streams), target_times,
                                     detail::separate<Out>(outputs), reports, stream);
}

/// Either of the above, without reports.
template <class Streams, class Outputs, class Stream = detail::stream_of<Streams>,
          class Time = detail::stream_time_t<Stream>>
status fuse(const Streams& streams, const detail::same_type_t<target_view<Time>>& target_times,
            const Outputs& outputs, cudaStream_t stream) noexcept {
  return robocache::fuse(streams, target_times, outputs, fuse_reports<Time>{}, stream);
}

/// `fuse_sensors` on a CUDA stream; see `fuse.hpp`.
template <class Vision, class Proprioception, class Imu, class Out,
          class Time = detail::time_of_t<Vision>>
status fuse_sensors(const Vision& vision, const Proprioception& proprioception, const Imu& imu,
                    const detail::same_type_t<target_view<Time>>& target_times,
                    const tensor_view<Out, 3>& output, cudaStream_t stream) noexcept {
  const compiled_stream<Time> streams[] = {{vision}, {proprioception}, {imu}};
  return robocache::fuse(streams, target_times, output, stream);
}

/// `resample` on a CUDA stream; see `resample.cuh`.
template <class In, class Time, class Out>
status resample(const source_view<In, Time>& source,
                const detail::same_type_t<target_view<Time>>& target_times,
                const tensor_view<Out, 3>& output, const tensor_view<std::uint8_t, 2>& statuses,
                const resample_options<Time, float>& options, cudaStream_t stream) noexcept {
  using in = compiled_detail::instance_t<In>;
  const source_view<in, Time> renamed{static_cast<const source_times<Time>&>(source),
                                      compiled_detail::renamed<const in>(source.values)};
  return compiled_detail::resample<in, Time>(
      renamed, target_times, compiled_detail::renamed<compiled_detail::instance_t<Out>>(output),
      statuses, options, stream);
}

/// With channel groups: the one-stream case of `fuse`.
template <class In, class Time, class Out>
status resample(const grouped_source<In, Time>& source,
                const detail::same_type_t<target_view<Time>>& target_times,
                const tensor_view<Out, 3>& output, const tensor_view<std::uint8_t, 2>& statuses,
                const resample_options<Time, float>& options, cudaStream_t stream) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::check_resample("resample", source, target_times, output, statuses, options));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_groups("resample", source.groups, output.extent(2)));
  if (output.extent(2) == 0) return {};
  const compiled_stream<Time> one[] = {{source, options}};
  fuse_reports<Time> reports;
  reports.statuses =
      tensor_view<std::uint8_t, 3>(statuses.data(), {statuses.extent(0), statuses.extent(1), 1},
                                   {statuses.stride(0), statuses.stride(1), 0});
  return robocache::fuse(one, target_times, output, reports, stream);
}

/// As above, without the status bytes.
template <class In, class Time, class Out>
status resample(const source_view<In, Time>& source,
                const detail::same_type_t<target_view<Time>>& target_times,
                const tensor_view<Out, 3>& output, const resample_options<Time, float>& options,
                cudaStream_t stream) noexcept {
  return robocache::resample(source, target_times, output, tensor_view<std::uint8_t, 2>{}, options,
                             stream);
}
template <class In, class Time, class Out>
status resample(const grouped_source<In, Time>& source,
                const detail::same_type_t<target_view<Time>>& target_times,
                const tensor_view<Out, 3>& output, const resample_options<Time, float>& options,
                cudaStream_t stream) noexcept {
  return robocache::resample(source, target_times, output, tensor_view<std::uint8_t, 2>{}, options,
                             stream);
}

/// `find_brackets` on a CUDA stream; see `resample.cuh`. Weights are float.
template <class Time>
status find_brackets(const source_times<Time>& source,
                     const detail::same_type_t<target_view<Time>>& target_times,
                     const brackets_view<float>& brackets,
                     const resample_policy<Time, float>& policy, cudaStream_t stream) noexcept {
  return compiled_detail::find_brackets<Time>(source, target_times, brackets, policy, stream);
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
