// SPDX-License-Identifier: Apache-2.0
#include "cuda_voxel_engine_impl.cuh"

namespace robocache_test {

void append_cuda_voxel_moments(std::vector<voxel_operations>& to) {
  using robocache::reduction;
  constexpr scalar_kind f32 = scalar_kind::f32;
  to.push_back(cuda_voxel_operations<reduction::variance, f32, f32, f32>());
  to.push_back(
      cuda_voxel_operations<reduction::variance, f32, scalar_kind::f16, scalar_kind::f16>());
  to.push_back(cuda_voxel_operations<reduction::first, f32, f32, f32>());
  to.push_back(cuda_voxel_operations<reduction::sum, f32, f32, scalar_kind::f16>());
}

}  // namespace robocache_test
