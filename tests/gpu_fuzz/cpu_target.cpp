// SPDX-License-Identifier: Apache-2.0
#include "host_target.hpp"

namespace robocache_test {

std::unique_ptr<fuzz_target> make_cpu_target(int threads) {
  return std::make_unique<host_target>(threads);
}

}  // namespace robocache_test
