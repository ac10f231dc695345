// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/execution.hpp>
#include <robocache/fuse/detail/arguments.hpp>
#include <robocache/fuse/detail/check.hpp>
#include <robocache/fuse/detail/cpu.hpp>
#include <robocache/fuse/device.hpp>
#include <robocache/fuse/stream.hpp>
#include <robocache/resample.hpp>

/// \file
/// `fuse`: streams of any number, rate and scalar type -> one tensor on one time grid, on the CPU.
///
/// `fuse.cuh` adds the same functions for a CUDA stream. docs/semantics.md has the rules.

namespace robocache {
inline namespace ROBOCACHE_CPU_NAMESPACE {

/// Aligns up to 64 streams with one time grid and writes them side by side, in one pass.
///
/// Stream n writes the channels `[column, column + D_n)` of the output, the same bits as `resample`
/// would; channels that no stream has are not touched.
///
/// \param streams       array, `std::array`, vector or span of `sensor_stream`: each [B, S_n, D_n]
///                      at [B, S_n], all of the same B, their stamps of one type
/// \param target_times  [B, T], [T], or `window_times`
/// \param output        [B, T, D], D at least the end of the last stream's columns; any strides
/// \param reports       optional [B, T, N] status bytes and ages, `{}` for none
/// \param where         `robocache::cpu`
/// \return `invalid_argument` with the stream's number, the argument's name and the numbers if
///         there are more than 64 streams, columns overlap or lie outside the output, or anything
///         is wrong that `resample` would refuse. Then nothing is written.
///
/// Zero B, T, streams or channels is a successful no-op (reports are written as long as they have
/// elements). Allocates nothing. The result does not depend on the number of threads, and equals
/// the GPU's bit for bit. O(B T sum (log S_n + D_n)).
template <class Streams, class Out, class Stream = detail::stream_of<Streams>,
          class Time = detail::stream_time_t<Stream>>
ROBOCACHE_HIDDEN status fuse(const Streams& streams,
                             const detail::same_type_t<target_view<Time>>& target_times,
                             const tensor_view<Out, 3>& output,
                             const detail::same_type_t<fuse_reports<Time>>& reports,
                             cpu_execution where) noexcept {
  const detail::concatenated<Out> outputs(output);
  const auto list = detail::list_of(streams);
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_fuse("fuse", list, target_times, outputs, reports));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_fuse_ragged<Out>("fuse", list));
  detail::fuse_on_cpu(list, target_times, outputs, reports, where);
  return {};
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
                             cpu_execution where) noexcept {
  const detail::separate<Out> each(outputs);
  const auto list = detail::list_of(streams);
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_fuse("fuse", list, target_times, each, reports));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_fuse_ragged<Out>("fuse", list));
  detail::fuse_on_cpu(list, target_times, each, reports, where);
  return {};
}

/// Either of the above, without reports.
template <class Streams, class Outputs, class Stream = detail::stream_of<Streams>,
          class Time = detail::stream_time_t<Stream>>
ROBOCACHE_HIDDEN status fuse(const Streams& streams,
                             const detail::same_type_t<target_view<Time>>& target_times,
                             const Outputs& outputs, cpu_execution where) noexcept {
  return fuse(streams, target_times, outputs, fuse_reports<Time>{}, where);
}

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
/// \param where           `robocache::cpu`
/// \return as `fuse`
template <class Vision, class Proprioception, class Imu, class Out,
          class Time = detail::time_of_t<Vision>>
ROBOCACHE_HIDDEN status fuse_sensors(const Vision& vision, const Proprioception& proprioception,
                                     const Imu& imu,
                                     const detail::same_type_t<target_view<Time>>& target_times,
                                     const tensor_view<Out, 3>& output,
                                     cpu_execution where) noexcept {
  const detail::classic_stream_of<Vision, Proprioception, Imu> streams[] = {
      {vision}, {proprioception}, {imu}};
  return fuse(streams, target_times, output, where);
}

}  // namespace ROBOCACHE_CPU_NAMESPACE
}  // namespace robocache
