// SPDX-License-Identifier: Apache-2.0
#include "cuda_voxel_engine.hpp"

namespace robocache_test {

const std::vector<voxel_operations>& tested_voxel() {
  static const std::vector<voxel_operations> all = [] {
    std::vector<voxel_operations> to;
    append_cuda_voxel_marks(to);
    append_cuda_voxel_sums(to);
    append_cuda_voxel_limits(to);
    append_cuda_voxel_moments(to);
    append_cuda_voxel_others(to);
    return to;
  }();
  return all;
}

}  // namespace robocache_test
