// SPDX-License-Identifier: Apache-2.0
#include "cpu_fuse_engine.hpp"

namespace robocache_test {

const std::vector<fuse_operations>& cpu_fuse() {
  static const std::vector<fuse_operations> all = [] {
    std::vector<fuse_operations> to;
    append_cpu_fuse_narrow(to);
    append_cpu_fuse_half(to);
    append_cpu_fuse_double(to);
    append_cpu_fuse_mixed(to);
    append_cpu_fuse_times(to);
    return to;
  }();
  return all;
}

}  // namespace robocache_test
