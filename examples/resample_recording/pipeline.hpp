// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"

/// \file
/// From the command line's choices to files, tables and a picture.

namespace recordings {

/// Reads, resamples, writes, prints and draws.
/// \throws usage_error, input_error or resample_error
void run(program_options options);

}  // namespace recordings
