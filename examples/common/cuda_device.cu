// SPDX-License-Identifier: Apache-2.0
#include "backend.hpp"
#include "cuda_memory.cuh"

#include <cuda_runtime.h>

namespace recordings {

std::optional<std::string> cuda_device(std::string& why_not) {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess || count == 0) {
    why_not = error == cudaSuccess ? "no CUDA device" : cudaGetErrorString(error);
    return std::nullopt;
  }
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
  if (properties.major < 8) {
    why_not = std::string(properties.name) + " has compute capability " +
              std::to_string(properties.major) + "." + std::to_string(properties.minor) +
              ", 8.0 is needed";
    return std::nullopt;
  }
  return std::string(properties.name);
}

}  // namespace recordings
