// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// \file
/// The stamps to bring streams to.

namespace recordings {

/// Stamps in ns, both included.
struct time_span {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

/// A point of time as told: absolute, or "+2.5" from the first sample of all.
struct time_point {
  std::int64_t nanoseconds = 0;
  bool relative = false;
};

/// \throws usage_error that starts with `option`
time_point told_time(const std::string& option, const std::string& text);

/// The span with its ends replaced by those told.
/// \param origin  what relative points count from
/// \throws usage_error if the end comes before the start
time_span with_ends(time_span span, const std::optional<time_point>& start,
                    const std::optional<time_point>& end, std::int64_t origin);

/// `first + k / rate`, rounded to the nanosecond each (no error adds up), up to and including
/// `last`. \throws usage_error if there would be more rows than a file should have
std::vector<std::int64_t> regular_targets(time_span span, double rate);

}  // namespace recordings
