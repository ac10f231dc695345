// SPDX-License-Identifier: Apache-2.0
#include "cpu_voxel_engine_impl.hpp"

namespace robocache_test {

void append_cpu_voxel_narrow(std::vector<voxel_operations>& to) {
  append_cpu_voxel_reductions<scalar_kind::f32, scalar_kind::bf16, scalar_kind::bf16>(to);
  to.push_back(cpu_voxel_operations<robocache::reduction::max, scalar_kind::f32, scalar_kind::bf16,
                                    scalar_kind::f32>());
}

}  // namespace robocache_test
