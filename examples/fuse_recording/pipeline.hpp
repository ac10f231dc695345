// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"

/// \file
/// From the command line's choices to a tensor, tables and a picture.

namespace recordings {

/// Reads, aligns, writes, prints and draws.
/// \throws usage_error, input_error or computation_error
void run(program_options options);

}  // namespace recordings
