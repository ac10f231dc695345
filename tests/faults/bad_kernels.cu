// SPDX-License-Identifier: Apache-2.0
#include "bad_kernels.hpp"

namespace robocache_test {
namespace {

__device__ unsigned long long nanoseconds() {
  unsigned long long now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  return now;
}

__global__ void trap_kernel(unsigned long long delay) {
  const unsigned long long begin = nanoseconds();
  while (nanoseconds() - begin < delay) {
  }
  __trap();
}

}  // namespace

cudaError_t launch_trap(cudaStream_t stream, int milliseconds) {
  trap_kernel<<<1, 1, 0, stream>>>(1'000'000ull * static_cast<unsigned>(milliseconds));
  return cudaGetLastError();
}

}  // namespace robocache_test
