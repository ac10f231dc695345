// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "errors.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace recordings {

time_span target_span(const std::vector<stream_result>& streams, const program_options& options) {
  const recording* latest = &streams.front().source;
  const recording* earliest = latest;
  time_span all{latest->first_time(), latest->last_time()};
  for (const stream_result& result : streams) {
    const recording& stream = result.source;
    all.first = std::min(all.first, stream.first_time());
    all.last = std::max(all.last, stream.last_time());
    if (stream.first_time() > latest->first_time()) latest = &stream;
    if (stream.last_time() < earliest->last_time()) earliest = &stream;
  }
  if (options.span == span_choice::all) {
    return with_ends(all, options.start, options.end, all.first);
  }
  const time_span overlap{latest->first_time(), earliest->last_time()};
  if (overlap.first <= overlap.last) {
    return with_ends(overlap, options.start, options.end, all.first);
  }
  throw usage_error(fmt::format(
      "the streams share no time: '{}' ends at {} s, '{}' starts at {} s (--span union aligns them "
      "all the same; an offset may be missing)",
      earliest->label, format_stamp(overlap.last, time_unit::seconds), latest->label,
      format_stamp(overlap.first, time_unit::seconds)));
}

std::vector<std::int64_t> stamps_within(const recording& stream, time_span span) {
  std::vector<std::int64_t> stamps;
  for (const std::int64_t time : stream.times) {
    const std::int64_t stamp = time + stream.offset;
    const bool is_new = stamps.empty() || stamp != stamps.back();
    if (is_new && stamp >= span.first && stamp <= span.last) stamps.push_back(stamp);
  }
  if (stamps.empty()) {
    throw usage_error(
        fmt::format("--like {}: none of its stamps lies in the span of the targets", stream.label));
  }
  return stamps;
}

}  // namespace recordings
