// SPDX-License-Identifier: Apache-2.0
#include "cpu_fuse_engine_impl.hpp"

namespace robocache_test {

void append_cpu_fuse_narrow(std::vector<fuse_operations>& to) {
  for_narrow_fuse_sets(add_cpu_fuse{to});
}

}  // namespace robocache_test
