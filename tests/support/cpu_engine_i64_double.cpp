// SPDX-License-Identifier: Apache-2.0
#include "cpu_engine_impl.hpp"

namespace robocache_test {

void append_cpu_operations_i64_double(std::vector<operations>& to) {
  append_cpu_outputs<scalar_kind::f64, time_kind::i64>(to);
  append_cpu_outputs<scalar_kind::u8, time_kind::i64>(to);
}

}  // namespace robocache_test
