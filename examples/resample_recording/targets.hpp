// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"
#include "recording.hpp"

#include <cstdint>
#include <optional>
#include <vector>

/// \file
/// The stamps to resample to, one list for all streams.

namespace recordings {

/// The span that targets cover: all recordings together, or as --start and --end tell.
struct time_span {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

/// \throws usage_error if the end comes before the start
time_span target_span(const std::vector<recording>& streams, const program_options& options);

/// `first + k / rate`, rounded to the nanosecond each (no error adds up), up to and including
/// `last`. \throws usage_error if there would be more rows than a file should have
std::vector<std::int64_t> regular_targets(time_span span, double rate);

/// The stamps of `like` that lie in the span told by --start and --end, in their order.
std::vector<std::int64_t> targets_within(const std::vector<std::int64_t>& like, time_span span,
                                         const program_options& options);

}  // namespace recordings
