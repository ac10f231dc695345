// SPDX-License-Identifier: Apache-2.0
#include "cpu_engine_impl.hpp"

namespace robocache_test {

void append_cpu_operations_i64_double(std::vector<operations>& to) {
  append_cpu_outputs<scalar_kind::f64, time_kind::i64>(to);
  append_cpu_outputs<scalar_kind::u8, time_kind::i64>(to);
  to.push_back(cpu_operations<scalar_kind::i16, scalar_kind::f32, time_kind::i64>());
  to.push_back(cpu_operations<scalar_kind::i16, scalar_kind::bf16, time_kind::i64>());
}

}  // namespace robocache_test
