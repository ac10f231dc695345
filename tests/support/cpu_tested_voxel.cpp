// SPDX-License-Identifier: Apache-2.0
#include "voxel_call.hpp"

namespace robocache_test {

const std::vector<voxel_operations>& tested_voxel() {
  return cpu_voxel();
}

}  // namespace robocache_test
