// SPDX-License-Identifier: Apache-2.0
#include "cuda_fuse_engine.hpp"

namespace robocache_test {

const std::vector<fuse_operations>& tested_fuse() {
  static const std::vector<fuse_operations> all = [] {
    std::vector<fuse_operations> to;
    append_cuda_fuse_fast_math(to);
    return to;
  }();
  return all;
}

}  // namespace robocache_test
