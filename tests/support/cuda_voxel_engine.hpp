// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "voxel_call.hpp"

#include <vector>

/// \file
/// What the CUDA back end of `voxelize` is compiled for, in files that build in parallel.

namespace robocache_test {

void append_cuda_voxel_marks(std::vector<voxel_operations>& to);   // count and occupancy
void append_cuda_voxel_sums(std::vector<voxel_operations>& to);    // sum and mean of float
void append_cuda_voxel_limits(std::vector<voxel_operations>& to);  // max and min
void append_cuda_voxel_moments(std::vector<voxel_operations>& to);
void append_cuda_voxel_others(std::vector<voxel_operations>& to);  // 16 bits, points of double
void append_cuda_voxel_fast_math(std::vector<voxel_operations>& to);

}  // namespace robocache_test
