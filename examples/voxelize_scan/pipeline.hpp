// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"

/// \file
/// The whole program: read, voxelize, print, write, draw.

namespace recordings {

/// \throws input_error, usage_error, computation_error
void run(const program_options& options);

}  // namespace recordings
