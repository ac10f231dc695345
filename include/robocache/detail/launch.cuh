// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/cuda_namespace.cuh>
#include <robocache/status.hpp>

#include <cuda_runtime_api.h>

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// Lets the next kernel of the stream begin to launch. It sees nothing of this one's work until it
/// waits for it, and it does not run ahead unless it was launched to (see `launch`).
__device__ __forceinline__ void let_next_kernel_launch() noexcept {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;");
#endif
}

/// Waits until the kernels before this one in the stream are complete and their writes visible.
/// Must come before the first access to global memory, reads included.
__device__ __forceinline__ void wait_for_previous_kernel() noexcept {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

/// Launches a kernel and turns the runtime's answer into a status. Does not look at, and on success
/// does not change, the runtime's last error: an earlier error of the caller's stays the caller's.
///
/// Code for compute capability 9.0 or later: the launch overlaps with the end of the kernel before
/// it (programmatic dependent launch), so the kernel must call `wait_for_previous_kernel`.
template <class... Parameters, class... Arguments>
ROBOCACHE_HIDDEN status launch(const char* operation, void (*kernel)(Parameters...), dim3 grid,
                               dim3 block, cudaStream_t stream,
                               const Arguments&... arguments) noexcept {
  void* pointers[] = {const_cast<void*>(static_cast<const void*>(&arguments))...};
  // The code that is loaded decides, not the device: code for 8.0 that was compiled anew for a
  // later device does not wait.
  cudaFuncAttributes attributes{};
  cudaError_t error = cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(kernel));
  if (error == cudaSuccess) {
    cudaLaunchAttribute overlap;
    overlap.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    overlap.val.programmaticStreamSerializationAllowed = 1;
    cudaLaunchConfig_t config{};
    config.gridDim = grid;
    config.blockDim = block;
    config.stream = stream;
    config.attrs = &overlap;
    config.numAttrs = attributes.ptxVersion >= 90 ? 1 : 0;
    error = cudaLaunchKernelExC(&config, reinterpret_cast<const void*>(kernel), pointers);
  }
  if (error == cudaSuccess) return {};
  (void)cudaGetLastError();  // reported here, so not to be found again by the caller
  return status::from_cuda(operation, static_cast<int>(error), cudaGetErrorString(error));
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
