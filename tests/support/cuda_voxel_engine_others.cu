// SPDX-License-Identifier: Apache-2.0
#include "cuda_voxel_engine_impl.cuh"

namespace robocache_test {

void append_cuda_voxel_others(std::vector<voxel_operations>& to) {
  using robocache::reduction;
  constexpr scalar_kind f32 = scalar_kind::f32;
  to.push_back(cuda_voxel_operations<reduction::mean, f32, scalar_kind::f16, scalar_kind::f16>());
  to.push_back(cuda_voxel_operations<reduction::max, f32, scalar_kind::bf16, f32>());
  to.push_back(cuda_voxel_operations<reduction::count, scalar_kind::f64>());
  to.push_back(cuda_voxel_operations<reduction::mean, scalar_kind::f64, f32, f32>());
}

}  // namespace robocache_test
