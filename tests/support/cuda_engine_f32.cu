// SPDX-License-Identifier: Apache-2.0
#include "cuda_engine_impl.cuh"

namespace robocache_test {

void append_cuda_operations_f32(std::vector<operations>& to) {
  to.push_back(cuda_operations<scalar_kind::f32, scalar_kind::f32, time_kind::f32>());
  to.push_back(cuda_operations<scalar_kind::bf16, scalar_kind::bf16, time_kind::f32>());
}

}  // namespace robocache_test
