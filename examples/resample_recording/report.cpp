// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace recordings {
namespace {

/// Rows of cells; the first row is the heading, the first column is left-aligned.
void print_table(const std::string& title, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  fmt::print("\n{}\n", title);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line = fmt::format("  {:<{}}", rows[r][0], widths[0]);
    for (std::size_t c = 1; c < rows[r].size(); ++c) {
      line += fmt::format("  {:>{}}", rows[r][c], widths[c]);
    }
    fmt::print("{}\n", line);
    if (r == 0) fmt::print("  {:-<{}}\n", "", line.size() - 2);
  }
}

/// Zero is the usual and good case: a dash lets what is not zero stand out.
std::string count(std::int64_t n) {
  return n == 0 ? "-" : fmt::format("{}", n);
}

std::string duration_or_dash(double nanoseconds) {
  return nanoseconds == 0 ? "-" : format_duration(nanoseconds);
}

std::string scalar_time(double milliseconds) {
  return milliseconds < 1 ? fmt::format("{:.0f} us", milliseconds * 1000)
                          : fmt::format("{:.2f} ms", milliseconds);
}

}  // namespace

void print_recorded(const std::vector<stream_result>& streams) {
  std::vector<std::vector<std::string>> rows{
      {"stream", "samples", "channels", "span", "rate", "interval", "jitter sd", "jitter max",
       "gaps", "longest", "repeated", "backward", "non-finite", "q flips"}};
  for (const stream_result& s : streams) {
    const interval_statistics& i = s.intervals;
    const auto span = static_cast<double>(s.source.times.back() - s.source.times.front());
    rows.push_back(
        {s.source.label, fmt::format("{}", s.condition.samples),
         fmt::format("{}", s.source.channels()), fmt::format("{:.3f} s", span * 1e-9),
         i.rate > 0 ? fmt::format("{:.4g} Hz", i.rate) : "-", duration_or_dash(i.median),
         duration_or_dash(i.deviation), duration_or_dash(i.largest_deviation),
         i.gaps.empty() ? "-"
                        : fmt::format("{} > {}", i.gaps.size(),
                                      format_duration(static_cast<double>(i.gap_threshold))),
         duration_or_dash(static_cast<double>(i.largest_gap)), count(s.condition.duplicates),
         count(s.condition.backward), count(s.condition.non_finite), count(s.condition.flips)});
  }
  print_table("Recorded (interval: median; jitter: of intervals that are no gap)", rows);
}

void print_resampled(const std::vector<stream_result>& streams, const std::string& backend) {
  std::vector<std::vector<std::string>> rows{
      {"stream", "rows", "OK", "BEFORE", "AFTER", "GAP", "STALE", "time"}};
  bool any_other = false;
  for (const stream_result& s : streams) {
    any_other = any_other || count_statuses(s.outcome.statuses).other > 0;
  }
  if (any_other) rows[0].push_back("other");
  for (const stream_result& s : streams) {
    const status_counts counts = count_statuses(s.outcome.statuses);
    rows.push_back({s.source.label, fmt::format("{}", s.outcome.statuses.size()), count(counts.ok),
                    count(counts.before), count(counts.after), count(counts.gap),
                    count(counts.stale), scalar_time(s.outcome.milliseconds)});
    if (any_other) rows.back().push_back(count(counts.other));
  }
  print_table(fmt::format("Resampled on {} (time: the call alone, the second time)", backend),
              rows);
}

void print_notes(const std::vector<stream_result>& streams) {
  bool first = true;
  for (const stream_result& s : streams) {
    for (const std::string& note : s.condition.notes) {
      if (first) fmt::print("\nNotes\n");
      first = false;
      fmt::print("  {}: {}\n", s.source.label, note);
    }
  }
}

}  // namespace recordings
