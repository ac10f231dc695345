// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <robocache/resample/options.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace recordings {

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

std::string count_or_dash(std::int64_t n) {
  return n == 0 ? "-" : fmt::format("{}", n);
}

std::string duration_or_dash(double nanoseconds) {
  return nanoseconds == 0 ? "-" : format_duration(nanoseconds);
}

std::string computing_time(double milliseconds) {
  return milliseconds < 1 ? fmt::format("{:.0f} us", milliseconds * 1000)
                          : fmt::format("{:.2f} ms", milliseconds);
}

void print_recorded(const std::vector<stream_result>& streams) {
  std::vector<std::vector<std::string>> rows{
      {"stream", "samples", "channels", "span", "rate", "interval", "jitter sd", "jitter max",
       "gaps", "longest", "repeated", "backward", "non-finite", "q flips"}};
  for (const stream_result& s : streams) {
    const interval_statistics& i = s.intervals;
    const auto span = static_cast<double>(s.source.times.back() - s.source.times.front());
    rows.push_back({s.source.label, fmt::format("{}", s.condition.samples),
                    fmt::format("{}", s.source.channels()), fmt::format("{:.3f} s", span * 1e-9),
                    i.rate > 0 ? fmt::format("{:.4g} Hz", i.rate) : "-", duration_or_dash(i.median),
                    duration_or_dash(i.deviation), duration_or_dash(i.largest_deviation),
                    i.gaps.empty()
                        ? "-"
                        : fmt::format("{} > {}", i.gaps.size(),
                                      format_duration(static_cast<double>(i.gap_threshold))),
                    duration_or_dash(static_cast<double>(i.largest_gap)),
                    count_or_dash(s.condition.duplicates), count_or_dash(s.condition.backward),
                    count_or_dash(s.condition.non_finite), count_or_dash(s.condition.flips)});
  }
  print_table("Recorded (interval: median; jitter: of intervals that are no gap)", rows);
}

std::string status_text(std::uint8_t status) {
  using robocache::row_status;
  constexpr std::array<std::pair<std::uint8_t, const char*>, 8> names{
      {{row_status::before, "BEFORE"},
       {row_status::after, "AFTER"},
       {row_status::gap, "GAP"},
       {row_status::stale, "STALE"},
       {row_status::not_finite, "NOT_FINITE"},
       {row_status::empty, "EMPTY"},
       {row_status::unsorted, "UNSORTED"},
       {row_status::no_rotation, "NO_ROTATION"}}};
  std::string text;
  for (const auto& [bit, name] : names) {
    if ((status & bit) == 0) continue;
    if (!text.empty()) text += '|';
    text += name;
  }
  return text.empty() ? "OK" : text;
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
