// SPDX-License-Identifier: Apache-2.0
#include "conditioning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace recordings {
namespace {

/// "1 stamp", "2 stamps".
std::string counted(std::int64_t n, const char* what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

/// Keeps the samples `order` names, in its order.
void reorder(recording& recorded, const std::vector<std::size_t>& order) {
  const std::size_t channels = recorded.channels();
  std::vector<std::int64_t> times;
  std::vector<int> lines;
  std::vector<double> values;
  times.reserve(order.size());
  lines.reserve(order.size());
  values.reserve(order.size() * channels);
  for (const std::size_t i : order) {
    times.push_back(recorded.times[i]);
    lines.push_back(recorded.lines[i]);
    const double* const row = recorded.values.data() + i * channels;
    values.insert(values.end(), row, row + channels);
  }
  recorded.times = std::move(times);
  recorded.lines = std::move(lines);
  recorded.values = std::move(values);
}

void count_backward(const recording& recorded, unsorted_policy policy, condition_report& report) {
  const std::vector<std::int64_t>& times = recorded.times;
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (times[i] >= times[i - 1]) continue;
    const time_unit unit = recorded.layout.unit;
    if (policy == unsorted_policy::error) {
      throw input_error(fmt::format(
          "{}:{}: time goes backwards, from {} to {} (--unsorted sort or drop accepts it)",
          recorded.path, recorded.lines[i], format_stamp(times[i - 1], unit),
          format_stamp(times[i], unit)));
    }
    ++report.backward;
    report.largest_backward = std::max(report.largest_backward, times[i - 1] - times[i]);
  }
}

void put_in_order(recording& recorded, unsorted_policy policy, condition_report& report) {
  const std::vector<std::int64_t>& times = recorded.times;
  std::vector<std::size_t> order(times.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::string steps =
      fmt::format("{} backwards in time, by up to {}", counted(report.backward, "step"),
                  format_duration(static_cast<double>(report.largest_backward)));
  if (policy == unsorted_policy::sort) {
    // Stable: of equal stamps the one later in the file stays last, and wins.
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return times[a] < times[b]; });
    report.notes.push_back(steps + ": sorted by time");
  } else {
    std::vector<std::size_t> kept;
    for (const std::size_t i : order) {
      if (kept.empty() || times[i] >= times[kept.back()]) kept.push_back(i);
    }
    report.dropped = static_cast<std::int64_t>(order.size() - kept.size());
    report.notes.push_back(fmt::format("{}: {} older than one before dropped", steps,
                                       counted(report.dropped, "sample")));
    order = std::move(kept);
  }
  reorder(recorded, order);
}

void count_non_finite(const recording& recorded, condition_report& report) {
  const std::size_t channels = recorded.channels();
  for (std::size_t row = 0; row < recorded.samples(); ++row) {
    const double* const values = recorded.values.data() + row * channels;
    const auto bad =
        std::count_if(values, values + channels, [](double x) { return !std::isfinite(x); });
    report.non_finite += bad;
    report.non_finite_rows += bad > 0 ? 1 : 0;
  }
}

}  // namespace

void find_orientations(recording& recorded, condition_report& report) {
  for (const quaternion_columns q : find_quaternions(recorded.layout.names)) {
    const double error = largest_norm_error(recorded.values, recorded.channels(), q);
    if (error > 0.1) {
      report.notes.push_back(fmt::format(
          "{}..{} are named like a quaternion, but their length is off by up to {:.2g}: taken as "
          "plain channels",
          recorded.layout.names[q.first], recorded.layout.names[q.first + 3], error));
      continue;
    }
    report.flips += count_sign_flips(recorded.values, recorded.channels(), q);
    recorded.quaternions.push_back(q);
  }
}

condition_report condition(recording& recorded, unsorted_policy policy) {
  condition_report report;
  report.notes = recorded.remarks;
  report.samples = static_cast<std::int64_t>(recorded.samples());
  count_backward(recorded, policy, report);
  if (report.backward > 0) put_in_order(recorded, policy, report);
  for (std::size_t i = 1; i < recorded.samples(); ++i) {
    if (recorded.times[i] == recorded.times[i - 1]) ++report.duplicates;
  }
  if (report.duplicates > 0) {
    report.notes.push_back(fmt::format("{} repeated: of samples with one stamp the last counts",
                                       counted(report.duplicates, "stamp")));
  }
  count_non_finite(recorded, report);
  if (report.non_finite > 0) {
    report.notes.push_back(
        fmt::format("{} in {} NaN, infinite or missing: what is interpolated from them is too",
                    counted(report.non_finite, "value"), counted(report.non_finite_rows, "row")));
  }
  return report;
}

}  // namespace recordings
