// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"
#include "recording.hpp"
#include "target_grid.hpp"

#include <cstdint>
#include <vector>

/// \file
/// The stamps to resample to, one list for all streams.

namespace recordings {

/// The span that targets cover: all recordings together, or as --start and --end tell.
/// \throws usage_error if the end comes before the start
time_span target_span(const std::vector<recording>& streams, const program_options& options);

/// The stamps of `like` that lie in the span told by --start and --end, in their order.
std::vector<std::int64_t> targets_within(const std::vector<std::int64_t>& like, time_span span,
                                         const program_options& options);

}  // namespace recordings
