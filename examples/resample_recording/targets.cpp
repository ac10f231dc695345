// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace recordings {

time_span target_span(const std::vector<recording>& streams, const program_options& options) {
  time_span span{streams.front().first_time(), streams.front().last_time()};
  for (const recording& stream : streams) {
    span.first = std::min(span.first, stream.first_time());
    span.last = std::max(span.last, stream.last_time());
  }
  const std::int64_t origin = span.first;
  if (options.start)
    span.first = options.start->nanoseconds + (options.start->relative ? origin : 0);
  if (options.end) span.last = options.end->nanoseconds + (options.end->relative ? origin : 0);
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
        fmt::format("{:.3g} rows from {} s to {} s at {} Hz: choose a part with --start and --end "
                    "(were the recordings made at the same time, in the same unit?)",
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

std::vector<std::int64_t> targets_within(const std::vector<std::int64_t>& like, time_span span,
                                         const program_options& options) {
  std::vector<std::int64_t> targets;
  for (const std::int64_t t : like) {
    if ((!options.start || t >= span.first) && (!options.end || t <= span.last)) {
      targets.push_back(t);
    }
  }
  if (targets.empty()) {
    throw usage_error("no stamp of the --like file lies between --start and --end");
  }
  return targets;
}

}  // namespace recordings
