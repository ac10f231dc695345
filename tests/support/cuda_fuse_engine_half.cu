// SPDX-License-Identifier: Apache-2.0
#include "cuda_fuse_engine_impl.cuh"

namespace robocache_test {

void append_cuda_fuse_half(std::vector<fuse_operations>& to) {
  for_half_fuse_sets(add_cuda_fuse{to});
}

}  // namespace robocache_test
