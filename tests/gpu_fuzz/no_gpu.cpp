// SPDX-License-Identifier: Apache-2.0
#include "target.hpp"

namespace robocache_test {

std::unique_ptr<fuzz_target> make_dry_target() {
  return nullptr;
}
std::unique_ptr<fuzz_target> make_gpu_target() {
  return nullptr;
}
std::string why_no_gpu() {
  return "this program has no CUDA";
}
std::size_t gpu_memory_in_use() {
  return 0;
}
std::vector<kernel_count> count_kernels() {
  return {};
}

}  // namespace robocache_test
