// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/cuda_namespace.cuh>
#include <robocache/status.hpp>

#include <cuda_runtime_api.h>

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// Launches a kernel and turns the runtime's answer into a status. Does not look at, and on success
/// does not change, the runtime's last error: an earlier error of the caller's stays the caller's.
template <class... Parameters, class... Arguments>
ROBOCACHE_HIDDEN status launch(const char* operation, void (*kernel)(Parameters...), dim3 grid,
                               dim3 block, cudaStream_t stream,
                               const Arguments&... arguments) noexcept {
  void* pointers[] = {const_cast<void*>(static_cast<const void*>(&arguments))...};
  const cudaError_t error =
      cudaLaunchKernel(reinterpret_cast<const void*>(kernel), grid, block, pointers, 0, stream);
  if (error == cudaSuccess) return {};
  (void)cudaGetLastError();  // reported here, so not to be found again by the caller
  return status::from_cuda(operation, static_cast<int>(error), cudaGetErrorString(error));
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
