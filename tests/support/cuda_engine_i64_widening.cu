// SPDX-License-Identifier: Apache-2.0
#include "cuda_engine_impl.cuh"

namespace robocache_test {

void append_cuda_operations_i64_widening(std::vector<operations>& to) {
  to.push_back(cuda_operations<scalar_kind::bf16, scalar_kind::f32, time_kind::i64>());
  to.push_back(cuda_operations<scalar_kind::f16, scalar_kind::f32, time_kind::i64>());
  to.push_back(cuda_operations<scalar_kind::u8, scalar_kind::f32, time_kind::i64>());
  to.push_back(cuda_operations<scalar_kind::i16, scalar_kind::f32, time_kind::i64>());
}

}  // namespace robocache_test
