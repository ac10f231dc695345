// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/fast_divide.hpp>
#include <robocache/fuse/detail/arguments.hpp>
#include <robocache/resample/detail/arguments.hpp>
#include <robocache/resample/detail/tuning.hpp>
#include <robocache/resample/groups.hpp>
#include <robocache/scalar.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// The table of streams that travels to the GPU as a kernel parameter, and how the warps of a
/// launch are dealt out to it: each stream has the tiles it would have alone, one stream after
/// another.

namespace robocache::detail {

/// What arithmetic is done in: double, if any stream or the output needs it.
template <class Out, class... Values>
using table_real =
    std::conditional_t<(std::is_same_v<compute_t<Values, Out>, double> || ...), double, float>;

/// One stream, its values' type erased. Copied in 16-byte pieces.
template <class Time, class Real>
struct alignas(16) fused_stream {
  tile_shape tile;  // first what a kernel needs first, as in `searched_rows`
  fast_divide tiles_per_column;
  std::int32_t width;  ///< elements per access that every row allows
  timeline<Time> source;
  resample_policy<Time, Real> policy;
  copy_arguments<Real> copy;
  scalar_format format;
  std::int32_t number;  ///< in the call; streams with nothing to do are not in the table
  channel_groups groups;
};

/// Streams in the smaller of the two tables, which is read through the constant cache.
inline constexpr std::int64_t few_streams = 4;

/// All streams of a call.
template <class TimeType, class RealType, int Capacity>
struct fuse_table {
  using time = TimeType;
  using real = RealType;
  using stream_type = fused_stream<time, real>;
  static constexpr int capacity = Capacity;
  target_arguments<time> targets;
  fuse_report<time> report;  ///< of stream 0
  std::int64_t statuses_stream_stride;
  std::int64_t ages_stream_stride;
  std::int32_t count = 0;
  std::uint32_t tiles = 0;
  std::uint32_t first_tile[Capacity];
  stream_type stream[Capacity];

  fuse_table(const target_view<time>& target_times, const fuse_reports<time>& reports) noexcept
      : targets(target_times),
        report(report_of(reports, 0)),
        statuses_stream_stride(reports.statuses.stride(2)),
        ages_stream_stride(reports.ages.stride(2)) {}

  /// The stream that a tile belongs to.
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

/// The normalization's pointers under their true type.
template <class To, class Real>
ROBOCACHE_HD inline copy_arguments<To> copy_in(const copy_arguments<Real>& c) noexcept {
  return {{reinterpret_cast<const To*>(c.affine.scale), reinterpret_cast<const To*>(c.affine.shift),
           c.affine.scale_stride, c.affine.shift_stride},
          c.batch,
          c.rows,
          c.channels,
          c.values_channel_stride,
          c.output_channel_stride,
          c.values,
          c.values_batch_bytes,
          c.values_sample_bytes,
          c.output,
          c.output_batch_bytes,
          c.output_row_bytes};
}

/// A stream's rows as `row_request` wants them.
template <class TimeType, class RealType, class Table>
struct fused_rows {
  using time = TimeType;
  using real = RealType;
  const Table& table;
  const timeline<time>& source;
  const resample_policy<time, real>& rules;
  int n;

  ROBOCACHE_HD typename timeline<time>::item_type item(std::int64_t b) const noexcept {
    return source.item(b);
  }
  ROBOCACHE_HD time target(std::int64_t b, std::uint32_t row) const noexcept {
    return table.targets(b, row);
  }
  ROBOCACHE_HD const resample_policy<time, real>& policy() const noexcept { return rules; }
  ROBOCACHE_HD void report(std::int64_t b, std::uint32_t row, std::uint8_t status,
                           const time_axis<time>& axis, time t,
                           std::int32_t newest) const noexcept {
    fuse_report<time> mine = table.report;
    if (mine.statuses != nullptr) mine.statuses += n * table.statuses_stream_stride;
    if (mine.ages != nullptr) mine.ages += n * table.ages_stream_stride;
    mine(b, row, status, axis, t, newest);
  }
};

}  // namespace robocache::detail
