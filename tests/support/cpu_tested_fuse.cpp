// SPDX-License-Identifier: Apache-2.0
#include "fuse_call.hpp"

namespace robocache_test {

const std::vector<fuse_operations>& tested_fuse() {
  return cpu_fuse();
}

}  // namespace robocache_test
