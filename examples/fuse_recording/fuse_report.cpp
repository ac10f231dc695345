// SPDX-License-Identifier: Apache-2.0
#include "fuse_report.hpp"

#include "channel_modes.hpp"
#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace recordings {
namespace {

std::string limit(std::int64_t nanoseconds) {
  return nanoseconds == robocache::unlimited<std::int64_t>
             ? "-"
             : format_duration(static_cast<double>(nanoseconds));
}

/// "0-6", the stream's place in the tensor.
std::string column_range(std::int64_t first, std::int64_t count) {
  return count == 1 ? fmt::format("{}", first) : fmt::format("{}-{}", first, first + count - 1);
}

/// Of the rows that were made of samples; 0 if there are none.
std::int64_t largest_age(const fuse_outcome& outcome, std::size_t stream, std::size_t streams) {
  std::int64_t largest = 0;
  for (std::size_t i = stream; i < outcome.ages.size(); i += streams) {
    if (outcome.ages[i] != no_age) largest = std::max(largest, outcome.ages[i]);
  }
  return largest;
}

}  // namespace

void print_aligned(const std::vector<stream_result>& results, const fuse_job& job,
                   const fuse_outcome& outcome, const std::string& title) {
  std::vector<std::vector<std::string>> rows{{"stream", "columns", "between samples", "offset",
                                              "max gap", "tolerance", "OK", "BEFORE", "AFTER",
                                              "GAP", "STALE"}};
  std::vector<status_counts> counts;
  bool any_rare = false;
  bool any_old = false;
  for (std::size_t n = 0; n < results.size(); ++n) {
    counts.push_back(count_statuses(results[n].statuses));
    any_old = any_old || largest_age(outcome, n, results.size()) > 0;
    any_rare = any_rare || counts.back().no_rotation + counts.back().other > 0;
  }
  if (any_old) rows[0].push_back("oldest");
  if (any_rare) rows[0].insert(rows[0].end(), {"NO_ROTATION", "other"});
  std::int64_t column = 0;
  for (std::size_t n = 0; n < results.size(); ++n) {
    const fuse_input& input = job.streams[n];
    rows.push_back({results[n].source.label, column_range(column, input.channels),
                    describe(input.groups, results[n].source, input.policy.interpolation),
                    duration_or_dash(static_cast<double>(input.policy.offset)),
                    limit(input.policy.max_gap), limit(input.policy.tolerance),
                    count_or_dash(counts[n].ok), count_or_dash(counts[n].before),
                    count_or_dash(counts[n].after), count_or_dash(counts[n].gap),
                    count_or_dash(counts[n].stale)});
    if (any_old) {
      const std::int64_t age = largest_age(outcome, n, results.size());
      rows.back().push_back(duration_or_dash(static_cast<double>(age)));
    }
    if (any_rare) {
      rows.back().push_back(count_or_dash(counts[n].no_rotation));
      rows.back().push_back(count_or_dash(counts[n].other));
    }
    column += input.channels;
  }
  print_table(title, rows);
}

}  // namespace recordings
