// SPDX-License-Identifier: Apache-2.0
#include "cpu_voxel_engine_impl.hpp"

namespace robocache_test {

void append_cpu_voxel_floats(std::vector<voxel_operations>& to) {
  append_cpu_voxel_reductions<scalar_kind::f32, scalar_kind::f32, scalar_kind::f32>(to);
  to.push_back(cpu_voxel_operations<robocache::reduction::mean, scalar_kind::f32, scalar_kind::f32,
                                    scalar_kind::bf16>());
  to.push_back(cpu_voxel_operations<robocache::reduction::sum, scalar_kind::f32, scalar_kind::f32,
                                    scalar_kind::f16>());
}

}  // namespace robocache_test
