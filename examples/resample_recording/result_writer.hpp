// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backend.hpp"
#include "stream_result.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// \file
/// The resampled recording as a CSV file.

namespace recordings {

/// Writes a header line, and for each target its stamp (in the recording's unit, to the
/// nanosecond), the channels with as many digits as tell the value from its neighbours, and the
/// status if wanted. \throws input_error if the file cannot be written
void write_result(const std::string& path, const stream_result& stream,
                  const std::vector<std::int64_t>& targets, scalar_kind scalar, bool with_status);

}  // namespace recordings
