// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/// \file
/// How regular a stream's stamps are, and what became of the target rows.

namespace recordings {

/// Two neighbouring samples too far apart, by their stamps in ns.
struct gap {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

/// Of sorted stamps; durations in ns.
struct interval_statistics {
  double rate = 0;               ///< Hz, (samples - 1) / span
  double median = 0;             ///< of the intervals that are not 0
  double deviation = 0;          ///< standard deviation of intervals that are neither 0 nor gaps
  double largest_deviation = 0;  ///< from the median, of the same intervals
  std::int64_t gap_threshold = 0;
  std::vector<gap> gaps;  ///< intervals longer than the threshold
  std::int64_t largest_gap = 0;
};

/// \param max_gap  what counts as a gap; without it 3 times the median interval
interval_statistics measure_intervals(const std::vector<std::int64_t>& times, std::int64_t offset,
                                      std::optional<std::int64_t> max_gap);

/// How many rows have each bit of `robocache::row_status`; a row may have several.
struct status_counts {
  std::int64_t ok = 0;
  std::int64_t before = 0;
  std::int64_t after = 0;
  std::int64_t gap = 0;
  std::int64_t stale = 0;
  std::int64_t no_rotation = 0;
  std::int64_t other = 0;  ///< NOT_FINITE, EMPTY, UNSORTED: a well-formed call has none
};

status_counts count_statuses(const std::vector<std::uint8_t>& statuses);

}  // namespace recordings
