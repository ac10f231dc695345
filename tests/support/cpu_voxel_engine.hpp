// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "voxel_call.hpp"

#include <vector>

/// \file
/// What the CPU back end of `voxelize` is compiled for, in files that build in parallel.

namespace robocache_test {

void append_cpu_voxel_marks(std::vector<voxel_operations>& to);    // count and occupancy
void append_cpu_voxel_floats(std::vector<voxel_operations>& to);   // features of float
void append_cpu_voxel_halves(std::vector<voxel_operations>& to);   // of half
void append_cpu_voxel_narrow(std::vector<voxel_operations>& to);   // of bfloat16
void append_cpu_voxel_doubles(std::vector<voxel_operations>& to);  // points of double

}  // namespace robocache_test
