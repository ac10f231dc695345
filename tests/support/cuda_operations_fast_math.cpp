// SPDX-License-Identifier: Apache-2.0
#include "cuda_engine.hpp"

namespace robocache_test {

void append_cuda_operations(std::vector<operations>& to) {
  append_cuda_operations_fast_math(to);
  append_cuda_operations_fast_math_i64(to);
}

}  // namespace robocache_test
