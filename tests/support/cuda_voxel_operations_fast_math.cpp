// SPDX-License-Identifier: Apache-2.0
#include "cuda_voxel_engine.hpp"

namespace robocache_test {

const std::vector<voxel_operations>& tested_voxel() {
  static const std::vector<voxel_operations> all = [] {
    std::vector<voxel_operations> to;
    append_cuda_voxel_fast_math(to);
    return to;
  }();
  return all;
}

}  // namespace robocache_test
