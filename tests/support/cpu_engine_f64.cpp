// SPDX-License-Identifier: Apache-2.0
#include "cpu_engine_impl.hpp"

namespace robocache_test {

void append_cpu_operations_f64(std::vector<operations>& to) {
  append_cpu_common<time_kind::f64>(to);
}

}  // namespace robocache_test
