// SPDX-License-Identifier: Apache-2.0
#include "cpu_voxel_engine_impl.hpp"

namespace robocache_test {

void append_cpu_voxel_doubles(std::vector<voxel_operations>& to) {
  using robocache::reduction;
  to.push_back(cpu_voxel_operations<reduction::mean, scalar_kind::f64, scalar_kind::f32,
                                    scalar_kind::f32>());
  to.push_back(cpu_voxel_operations<reduction::max, scalar_kind::f64, scalar_kind::f16,
                                    scalar_kind::bf16>());
}

}  // namespace robocache_test
