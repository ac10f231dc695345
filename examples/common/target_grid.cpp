// SPDX-License-Identifier: Apache-2.0
#include "target_grid.hpp"

#include "errors.hpp"
#include "time_stamp.hpp"

#include <fmt/format.h>

#include <cmath>

namespace recordings {

time_point told_time(const std::string& option, const std::string& text) {
  time_point result;
  result.relative = !text.empty() && text[0] == '+';
  if (const auto value = parse_duration(result.relative ? text.substr(1) : text)) {
    result.nanoseconds = *value;
    return result;
  }
  throw usage_error(fmt::format("{}: '{}' is not a stamp in seconds, nor +SECONDS", option, text));
}

time_span with_ends(time_span span, const std::optional<time_point>& start,
                    const std::optional<time_point>& end, std::int64_t origin) {
  if (start) span.first = start->nanoseconds + (start->relative ? origin : 0);
  if (end) span.last = end->nanoseconds + (end->relative ? origin : 0);
  if (span.last < span.first) {
    throw usage_error(fmt::format("the end, {} s, comes before the start, {} s",
                                  format_stamp(span.last, time_unit::seconds),
                                  format_stamp(span.first, time_unit::seconds)));
  }
  return span;
}

std::vector<std::int64_t> regular_targets(time_span span, double rate) {
  constexpr double most = 5e7;
  // long double has the 64-bit mantissa that whole nanoseconds need; where it has not, one
  // nanosecond may be rounded another way.
  const long double step = 1e9L / static_cast<long double>(rate);
  const auto length = static_cast<long double>(span.last) - static_cast<long double>(span.first);
  const double count = static_cast<double>(length / step) + 1;
  if (count > most) {
    throw usage_error(
        fmt::format("{:.3g} rows from {} s to {} s at {} Hz are too many for a file: choose a "
                    "part with --start and --end (were the recordings made at the same time, in "
                    "the same unit?)",
                    count, format_stamp(span.first, time_unit::seconds),
                    format_stamp(span.last, time_unit::seconds), rate));
  }
  std::vector<std::int64_t> targets;
  targets.reserve(static_cast<std::size_t>(count));
  for (std::int64_t k = 0;; ++k) {
    const auto since = static_cast<std::int64_t>(std::llround(static_cast<long double>(k) * step));
    if (since > span.last - span.first) break;
    targets.push_back(span.first + since);
  }
  return targets;
}

}  // namespace recordings
