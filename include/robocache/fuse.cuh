// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/fuse.hpp>
#include <robocache/fuse/detail/launch.cuh>
#include <robocache/resample.cuh>

#include <cuda_runtime_api.h>

/// \file
/// `fuse` on a CUDA stream. Includes `fuse.hpp`, so the CPU back end too.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {

/// Aligns up to 64 streams with one time grid on a CUDA stream, in one kernel. `fuse.hpp` says more
/// of the arguments; the list of streams is host memory, all that it points to device memory.
///
/// Asynchronous: enqueues one kernel on `stream` and returns; the table of streams travels as its
/// parameter, so the list may be gone then. Allocates nothing, synchronizes nothing, keeps no
/// state, may be captured in a graph. The result is the CPU back end's bit for bit and does not
/// depend on the GPU. Overlaps with the kernel before it as `resample` does.
///
/// \param streams       array, `std::array`, vector or span of `sensor_stream`
/// \param target_times  [B, T], [T], or `window_times`
/// \param output        [B, T, D]; any strides and alignment
/// \param reports       optional [B, T, N] status bytes and ages, `{}` for none
/// \param stream        where the kernel is enqueued; its device must be the current one
/// \return `invalid_argument` as on the CPU, except for what lies in device memory: an item whose
///         length or offsets do not fit has no samples (status EMPTY). `cuda_error` if the launch
///         failed.
template <class Streams, class Out, class Stream = detail::stream_of<Streams>,
          class Time = detail::stream_time_t<Stream>>
ROBOCACHE_HIDDEN status fuse(const Streams& streams,
                             const detail::same_type_t<target_view<Time>>& target_times,
                             const tensor_view<Out, 3>& output,
                             const detail::same_type_t<fuse_reports<Time>>& reports,
                             cudaStream_t stream) noexcept {
  const detail::concatenated<Out> outputs(output);
  const auto list = detail::list_of(streams);
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_fuse("fuse", list, target_times, outputs, reports));
  return cuda_detail::fuse_on_stream("fuse", list, target_times, outputs, reports, stream);
}

/// As above, into one tensor per stream.
///
/// \param outputs  as many `tensor_view<Out, 3>` as streams (array, vector or span), each
///                 [B, T, D_n]; `column` of the streams is not used
template <class Streams, class Outputs, class Stream = detail::stream_of<Streams>,
          class Time = detail::stream_time_t<Stream>, class Out = detail::separate_element<Outputs>>
ROBOCACHE_HIDDEN status fuse(const Streams& streams,
                             const detail::same_type_t<target_view<Time>>& target_times,
                             const Outputs& outputs,
                             const detail::same_type_t<fuse_reports<Time>>& reports,
                             cudaStream_t stream) noexcept {
  const detail::separate<Out> each(outputs);
  const auto list = detail::list_of(streams);
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_fuse("fuse", list, target_times, each, reports));
  return cuda_detail::fuse_on_stream("fuse", list, target_times, each, reports, stream);
}

/// Either of the above, without reports.
template <class Streams, class Outputs, class Stream = detail::stream_of<Streams>,
          class Time = detail::stream_time_t<Stream>>
ROBOCACHE_HIDDEN status fuse(const Streams& streams,
                             const detail::same_type_t<target_view<Time>>& target_times,
                             const Outputs& outputs, cudaStream_t stream) noexcept {
  return fuse(streams, target_times, outputs, fuse_reports<Time>{}, stream);
}

/// The three classic streams of robot learning side by side; see `fuse_sensors` in `fuse.hpp`.
template <class Vision, class Proprioception, class Imu, class Out,
          class Time = detail::time_of_t<Vision>>
ROBOCACHE_HIDDEN status fuse_sensors(const Vision& vision, const Proprioception& proprioception,
                                     const Imu& imu,
                                     const detail::same_type_t<target_view<Time>>& target_times,
                                     const tensor_view<Out, 3>& output,
                                     cudaStream_t stream) noexcept {
  const detail::classic_stream_of<Vision, Proprioception, Imu> streams[] = {
      {vision}, {proprioception}, {imu}};
  return fuse(streams, target_times, output, stream);
}

}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
