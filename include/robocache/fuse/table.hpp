// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/least.hpp>
#include <robocache/fuse/call.hpp>
#include <robocache/fuse/outputs.hpp>
#include <robocache/fuse/stream.hpp>
#include <robocache/resample/call.hpp>
#include <robocache/resample/targets.hpp>
#include <robocache/resample/tiling.hpp>
#include <robocache/scalar.hpp>

#include <cstdint>
#include <cstring>
#include <type_traits>

/// \file
/// The streams of a call of `fuse` as a kernel's parameter, cut into tiles, one per warp, one
/// stream after another.

namespace robocache {

/// Capacity of the large table: as many streams as a kernel's parameters can hold.
inline constexpr int many_streams = static_cast<int>(detail::most_streams);

namespace detail {

/// A stream whose scalar type is one of `Values`. This is the only place where types are erased.
/// Copied in pieces of 16 bytes.
template <class Time, class Out, class... Values>
struct alignas(16) table_entry {
  row_tiling tiling;
  scalar_format format;
  std::int32_t number;  ///< of the stream in the call
  alignas(8) unsigned char work[greatest_of(sizeof(stream_work<Values, Time, Out, true>)...)];

  template <class Value>
  void store(const stream_work<Value, Time, Out, true>& typed) noexcept {
    static_assert(std::is_trivially_copyable_v<stream_work<Value, Time, Out, true>>);
    format = scalar_traits<Value>::format;
    std::memcpy(work, &typed, sizeof(typed));
  }
  /// The work that was stored. `Value` must have its format.
  template <class Value>
  ROBOCACHE_HD const stream_work<Value, Time, Out, true>& as() const noexcept {
    return *reinterpret_cast<const stream_work<Value, Time, Out, true>*>(work);
  }
};

}  // namespace detail

/// All streams of a call that have something to do, cut into tiles. Filled by `make_fuse_table`,
/// passed as a kernel's parameter, and read by `fuse_rows`.
///
/// \tparam Capacity  `few_streams` or `many_streams`
/// \tparam Stream    `sensor_stream`
/// \tparam Out       canonical scalar type of the output
template <int Capacity, class Stream, class Out>
struct fuse_table;

template <int Capacity, class Time, class... Values, class Out>
struct fuse_table<Capacity, sensor_stream<Time, Values...>, Out> {
  using time = Time;
  using out = Out;
  using entry_type = detail::table_entry<Time, Out, detail::canonical_t<Values>...>;
  static constexpr int capacity = Capacity;

  target_times<Time> targets;
  fuse_reports<Time> reports;
  std::int32_t count = 0;   ///< streams that have something to do
  std::uint32_t tiles = 0;  ///< of all streams
  std::uint32_t first_tile[Capacity];
  entry_type entry[Capacity];

  fuse_table(const target_view<Time>& target_times, const fuse_reports<Time>& report_to) noexcept
      : targets(target_times), reports(report_to) {}

  /// The stream that a tile belongs to, as an index of `entry`.
  ///
  /// \param tile  0 to `tiles - 1`
  ROBOCACHE_HD int stream_of(std::uint32_t tile) const noexcept {
    int first = 0;
    int last = count;  // the answer lies in [first, last)
    while (last - first > 1) {
      const int middle = (first + last) / 2;
      if (first_tile[middle] <= tile) {
        first = middle;
      } else {
        last = middle;
      }
    }
    return first;
  }
};

/// Whether a call has channel groups or a normalization, so that `fuse_rows` must be `Grouped`.
///
/// \param call  a `fuse_call`
template <class Call>
bool needs_groups(const Call& call) noexcept {
  for (std::int64_t n = 0; n < call.streams.count; ++n) {
    const auto& one = call.streams.first[n];
    if (one.grouped() || one.normalized()) return true;
  }
  return false;
}

/// Fills a table with the streams of a checked call.
///
/// \param call     the call
/// \param grouped  there may be channel groups, see `needs_groups`
/// \param table    in: as constructed from the call's targets and reports
/// \return false if nothing may be launched: more streams than the table has room for, more tiles
///         than one launch can have, or a call that needs groups where `grouped` is false
template <int Capacity, class Call>
bool make_fuse_table(const Call& call, bool grouped,
                     fuse_table<Capacity, typename Call::stream,
                                detail::canonical_t<typename Call::out>>& table) noexcept {
  if (call.streams.count > Capacity || (!grouped && needs_groups(call))) return false;
  if (call.batch() == 0 || call.rows() == 0) return true;
  double tiles = 0;  // cannot overflow
  const std::int64_t streams = call.streams.count;
  // What keeps a large GPU busy, from all streams together.
  const std::int64_t warps = enough_warps / detail::greatest_of<std::int64_t>(streams, 1);
  const auto add = [&](std::int64_t n, const auto& work) {
    auto& entry = table.entry[table.count];
    entry.store(work);
    entry.number = static_cast<std::int32_t>(n);
    entry.tiling = detail::tiling_of_work(work, call.batch(), call.rows(), work.channels,
                                          work.groups.count > 0, warps);
    table.first_tile[table.count++] = table.tiles;
    const std::int64_t more = entry.tiling.size();
    tiles += more == 0 ? 4294967296.0 : static_cast<double>(more);
    table.tiles += static_cast<std::uint32_t>(more);
  };
  // Streams with groups take longest, so they come first.
  for (const bool groups : {true, false}) {
    if (groups && !grouped) continue;
    typename Call::outputs_type each = call.outputs;
    for (std::int64_t n = 0; n < streams; ++n) {
      const auto& one = call.streams.first[n];
      const auto output = each.next(one);
      const bool anything = one.channels() > 0 || detail::reports_wanted(call.reports);
      if (!anything || one.grouped() != groups) continue;
      detail::with_work(one, output, [&](const auto& work) { add(n, work); });
    }
  }
  if (tiles < 2147483648.0) return true;
  table.tiles = 0;
  return false;
}

}  // namespace robocache
