// SPDX-License-Identifier: Apache-2.0
#include "environment.hpp"

namespace robocache_test {

std::string reason_to_skip() {
  const bool all = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                   __builtin_cpu_supports("bmi2");
  return all ? "" : "the processor is older than x86-64-v3";
}

}  // namespace robocache_test
