// SPDX-License-Identifier: Apache-2.0
#include "cpu_engine_impl.hpp"

namespace robocache_test {

void append_cpu_operations_i64(std::vector<operations>& to) {
  append_cpu_outputs<scalar_kind::f32, time_kind::i64>(to);
  append_cpu_outputs<scalar_kind::bf16, time_kind::i64>(to);
  append_cpu_outputs<scalar_kind::f16, time_kind::i64>(to);
}

}  // namespace robocache_test
