// SPDX-License-Identifier: Apache-2.0
#include "cpu_voxel_engine.hpp"

namespace robocache_test {

const std::vector<voxel_operations>& cpu_voxel() {
  static const std::vector<voxel_operations> all = [] {
    std::vector<voxel_operations> to;
    append_cpu_voxel_marks(to);
    append_cpu_voxel_floats(to);
    append_cpu_voxel_halves(to);
    append_cpu_voxel_narrow(to);
    append_cpu_voxel_doubles(to);
    return to;
  }();
  return all;
}

}  // namespace robocache_test
