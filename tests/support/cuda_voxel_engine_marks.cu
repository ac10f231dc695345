// SPDX-License-Identifier: Apache-2.0
#include "cuda_voxel_engine_impl.cuh"

namespace robocache_test {

void append_cuda_voxel_marks(std::vector<voxel_operations>& to) {
  using robocache::reduction;
  constexpr scalar_kind f32 = scalar_kind::f32;
  to.push_back(cuda_voxel_operations<reduction::count, f32>());
  to.push_back(cuda_voxel_operations<reduction::occupancy, f32>());
  to.push_back(cuda_voxel_operations<reduction::occupancy_bits, f32>());
}

}  // namespace robocache_test
