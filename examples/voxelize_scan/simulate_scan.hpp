// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace recordings {

/// Writes what a spinning LiDAR of 32 beams would see in a street: a binary PCD file with fields
/// that voxelize must step over, and beams without return, which are NaN. The same every time.
/// \throws input_error if the file cannot be written
void simulate_scan(const std::string& path);

}  // namespace recordings
