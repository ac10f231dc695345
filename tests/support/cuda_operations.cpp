// SPDX-License-Identifier: Apache-2.0
#include "cuda_engine.hpp"

namespace robocache_test {

void append_cuda_operations(std::vector<operations>& to) {
  append_cuda_operations_f32(to);
  append_cuda_operations_f64(to);
  append_cuda_operations_u64(to);
  append_cuda_operations_i64(to);
  append_cuda_operations_i64_narrowing(to);
  append_cuda_operations_i64_widening(to);
  append_cuda_operations_i64_double(to);
}

}  // namespace robocache_test
