// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"
#include "stream_result.hpp"
#include "target_grid.hpp"

#include <cstdint>
#include <vector>

/// \file
/// The stamps to align with.

namespace recordings {

/// \throws usage_error if the streams share no time, or the end comes before the start
time_span target_span(const std::vector<stream_result>& streams, const program_options& options);

/// The stamps of one stream, its offset included, that lie in a span; repeated ones once.
/// \throws usage_error if there are none
std::vector<std::int64_t> stamps_within(const recording& stream, time_span span);

}  // namespace recordings
