// SPDX-License-Identifier: Apache-2.0
#include "resample_report.hpp"

#include "report.hpp"

#include <fmt/format.h>

namespace recordings {

void print_resampled(const std::vector<stream_result>& streams,
                     const std::vector<double>& milliseconds, const std::string& backend) {
  std::vector<std::vector<std::string>> rows{
      {"stream", "rows", "OK", "BEFORE", "AFTER", "GAP", "STALE", "time"}};
  bool any_other = false;
  for (const stream_result& s : streams) {
    any_other = any_other || count_statuses(s.statuses).other > 0;
  }
  if (any_other) rows[0].push_back("other");
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const status_counts counts = count_statuses(streams[i].statuses);
    rows.push_back({streams[i].source.label, fmt::format("{}", streams[i].statuses.size()),
                    count_or_dash(counts.ok), count_or_dash(counts.before),
                    count_or_dash(counts.after), count_or_dash(counts.gap),
                    count_or_dash(counts.stale), computing_time(milliseconds[i])});
    if (any_other) rows.back().push_back(count_or_dash(counts.other));
  }
  print_table(fmt::format("Resampled on {} (time: the call alone, the second time)", backend),
              rows);
}

}  // namespace recordings
