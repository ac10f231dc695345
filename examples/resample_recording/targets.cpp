// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include <algorithm>

namespace recordings {

time_span target_span(const std::vector<recording>& streams, const program_options& options) {
  time_span span{streams.front().first_time(), streams.front().last_time()};
  for (const recording& stream : streams) {
    span.first = std::min(span.first, stream.first_time());
    span.last = std::max(span.last, stream.last_time());
  }
  return with_ends(span, options.start, options.end, span.first);
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
