// SPDX-License-Identifier: Apache-2.0
#include "../support/environment.hpp"

#include <cuda_runtime_api.h>

namespace robocache_test {

// As support/cuda_backend.cpp says it, which brings all kernels of the other tests.
std::string reason_to_skip() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error == cudaSuccess && count > 0) return "";
  std::string reason = "no CUDA device";
  if (error != cudaSuccess) reason += std::string(" (") + cudaGetErrorString(error) + ")";
  return reason;
}

}  // namespace robocache_test
