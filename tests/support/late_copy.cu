// SPDX-License-Identifier: Apache-2.0
#include "late_copy.hpp"

namespace robocache_test {
namespace {

__device__ unsigned long long nanoseconds() {
  unsigned long long t;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(t));
  return t;
}

__global__ void copy_late_kernel(unsigned char* to, const unsigned char* from, std::size_t bytes) {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;");
#endif
  const unsigned long long start = nanoseconds();
  while (nanoseconds() - start < 5'000'000) __nanosleep(1000);
  for (std::size_t i = threadIdx.x; i < bytes; i += blockDim.x) to[i] = from[i];
}

}  // namespace

cudaError_t copy_late(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
  copy_late_kernel<<<1, 128, 0, stream>>>(static_cast<unsigned char*>(to),
                                          static_cast<const unsigned char*>(from), bytes);
  return cudaGetLastError();
}

}  // namespace robocache_test
