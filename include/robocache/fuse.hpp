// SPDX-License-Identifier: Apache-2.0
#pragma once

// IWYU pragma: begin_exports
#include <robocache/detail/config.hpp>
#include <robocache/detail/run.hpp>
#include <robocache/execution.hpp>
#include <robocache/fuse/call.hpp>
#include <robocache/fuse/collective/row.hpp>
#include <robocache/fuse/cpu.hpp>
#include <robocache/fuse/outputs.hpp>
#include <robocache/fuse/stream.hpp>
#include <robocache/resample.hpp>
#include <robocache/resample/targets.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>
// IWYU pragma: end_exports

#include <type_traits>

/// \file
/// `fuse`: streams of any number, rate and scalar type -> one tensor at the same times, on the CPU.
///
/// With `fuse.cuh`, too, the same functions run on a CUDA stream. docs/semantics.md has the rules.

namespace robocache {

/// Brings up to 64 streams to the same times and writes them side by side, in one pass.
///
/// Stream n writes the channels `[column, column + D_n)` of the output, the same bits as `resample`
/// would; channels that no stream has are not touched.
///
/// \param streams       array, `std::array`, vector or span of `sensor_stream`: each [B, S_n, D_n]
///                      at [B, S_n], all of the same B, their stamps of one type; host memory, as
///                      is the list of outputs
/// \param target_times  [B, T], [T], or `window_times`
/// \param output        [B, T, D], D at least the end of the last stream's columns; any strides. Or
///                      as many `tensor_view<Out, 3>` as streams (array, vector or span), each
///                      [B, T, D_n]; `column` of the streams is not used then
/// \param reports       [B, T, N] status bytes and ages, `{}` for none; may be left out
/// \param where         `robocache::cpu`; a `cudaStream_t` of the current device; or
///                      `robocache::preload`
/// \return `invalid_argument` with the stream's number, the argument's name and the numbers if
///         there are more than 64 streams, columns overlap or lie outside the output, or anything
///         is wrong that `resample` would refuse. Then nothing is written.
///
/// Zero B, T, streams or channels is a successful no-op (reports are written as long as they have
/// elements). Allocates nothing. The result depends neither on the number of threads nor on the
/// GPU, and is the same on both, bit for bit. O(B T sum (log S_n + D_n)).
///
/// On a CUDA stream as `resample`: one kernel, asynchronous; the lists may be gone when it returns.
template <class Streams, class Output, class Where>
ROBOCACHE_ALWAYS_INLINE status
fuse(const Streams& streams,
     const target_view<detail::stream_time_t<detail::stream_of<Streams>>>& target_times,
     const Output& output,
     const fuse_reports<detail::stream_time_t<detail::stream_of<Streams>>>& reports,
     const Where& where) noexcept {
  return detail::check_and_run(make_fuse_call(streams, target_times, output, reports), where);
}

/// As above, without reports.
///
/// \param streams, target_times, output, where  as above
template <class Streams, class Output, class Where>
ROBOCACHE_ALWAYS_INLINE status
fuse(const Streams& streams,
     const target_view<detail::stream_time_t<detail::stream_of<Streams>>>& target_times,
     const Output& output, const Where& where) noexcept {
  return fuse(streams, target_times, output,
              fuse_reports<detail::stream_time_t<detail::stream_of<Streams>>>{}, where);
}

/// \cond
template <class Never = void>
status fuse(detail::anything, detail::anything = {}, detail::anything = {}, detail::anything = {},
            detail::anything = {}) noexcept {
  static_assert(!std::is_void_v<Never>,
                "fuse takes (streams, target_times, output, [reports,] where): an array, vector or "
                "span of sensor_stream, whose stamps have the type of the target times; a "
                "tensor_view<Out, 3>, not const, or a list of as many; robocache::cpu or a "
                "cudaStream_t");
  return {};
}
/// \endcond

/// The three classic streams of robot learning side by side, each linear with held ends:
/// vision [B, S_v, D_v], proprioception [B, S_p, D_p], IMU [B, S_i, D_i] -> [B, T, D_v + D_p +
/// D_i].
///
/// \param vision          e.g. image embeddings; like the others from `padded_source`,
///                        `packed_source` or `with_groups`
/// \param proprioception  e.g. joint positions
/// \param imu             e.g. accelerations and rates
/// \param target_times    as for `fuse`
/// \param output          [B, T, D_v + D_p + D_i]
/// \param where           as for `fuse`
/// \return as `fuse`
template <class Vision, class Proprioception, class Imu, class Out, class Where>
ROBOCACHE_ALWAYS_INLINE status
fuse_sensors(const Vision& vision, const Proprioception& proprioception, const Imu& imu,
             const target_view<typename Vision::time_type>& target_times,
             const tensor_view<Out, 3>& output, const Where& where) noexcept {
  const detail::classic_stream_of<Vision, Proprioception, Imu> streams[] = {
      {vision}, {proprioception}, {imu}};
  return fuse(streams, target_times, output, where);
}

}  // namespace robocache
