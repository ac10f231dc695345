// SPDX-License-Identifier: Apache-2.0
#include "statistics.hpp"

#include <robocache/resample/options.hpp>

#include <algorithm>
#include <cmath>

namespace recordings {

interval_statistics measure_intervals(const std::vector<std::int64_t>& times, std::int64_t offset,
                                      std::optional<std::int64_t> max_gap) {
  interval_statistics result;
  std::vector<std::int64_t> intervals;
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (times[i] > times[i - 1]) intervals.push_back(times[i] - times[i - 1]);
  }
  if (intervals.empty()) return result;
  const auto span = static_cast<double>(times.back() - times.front());
  result.rate = static_cast<double>(times.size() - 1) / span * 1e9;

  std::vector<std::int64_t> ordered = intervals;
  const auto middle = ordered.begin() + static_cast<std::ptrdiff_t>(ordered.size() / 2);
  std::nth_element(ordered.begin(), middle, ordered.end());
  result.median = static_cast<double>(*middle);
  result.gap_threshold = max_gap ? *max_gap : 3 * *middle;

  double count = 0;
  double sum = 0;
  double squares = 0;  // of differences from the median, which keeps the digits
  for (const std::int64_t interval : intervals) {
    if (interval > result.gap_threshold) continue;
    const double difference = static_cast<double>(interval) - result.median;
    count += 1;
    sum += difference;
    squares += difference * difference;
    result.largest_deviation = std::max(result.largest_deviation, std::fabs(difference));
  }
  if (count > 0) {
    const double mean = sum / count;
    result.deviation = std::sqrt(std::max(0.0, squares / count - mean * mean));
  }
  for (std::size_t i = 1; i < times.size(); ++i) {
    const std::int64_t interval = times[i] - times[i - 1];
    if (interval <= result.gap_threshold) continue;
    result.gaps.push_back({times[i - 1] + offset, times[i] + offset});
    result.largest_gap = std::max(result.largest_gap, interval);
  }
  return result;
}

status_counts count_statuses(const std::vector<std::uint8_t>& statuses) {
  using robocache::row_status;
  status_counts counts;
  for (const std::uint8_t status : statuses) {
    constexpr std::uint8_t others =
        row_status::not_finite | row_status::empty | row_status::unsorted;
    counts.ok += status == row_status::ok ? 1 : 0;
    counts.before += (status & row_status::before) != 0 ? 1 : 0;
    counts.after += (status & row_status::after) != 0 ? 1 : 0;
    counts.gap += (status & row_status::gap) != 0 ? 1 : 0;
    counts.stale += (status & row_status::stale) != 0 ? 1 : 0;
    counts.no_rotation += (status & row_status::no_rotation) != 0 ? 1 : 0;
    counts.other += (status & others) != 0 ? 1 : 0;
  }
  return counts;
}

}  // namespace recordings
