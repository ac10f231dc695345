// SPDX-License-Identifier: Apache-2.0
#include "cpu_voxel_engine_impl.hpp"

namespace robocache_test {

void append_cpu_voxel_marks(std::vector<voxel_operations>& to) {
  using robocache::reduction;
  to.push_back(cpu_voxel_operations<reduction::count, scalar_kind::f32>());
  to.push_back(cpu_voxel_operations<reduction::occupancy, scalar_kind::f32>());
  to.push_back(cpu_voxel_operations<reduction::occupancy_bits, scalar_kind::f32>());
  to.push_back(cpu_voxel_operations<reduction::count, scalar_kind::f64>());
  to.push_back(cpu_voxel_operations<reduction::occupancy, scalar_kind::f64>());
  to.push_back(cpu_voxel_operations<reduction::occupancy_bits, scalar_kind::f64>());
}

}  // namespace robocache_test
