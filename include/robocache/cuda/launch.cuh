// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/execution.hpp>
#include <robocache/status.hpp>

#include <cuda_runtime_api.h>

#include <cstdio>
#include <initializer_list>
#include <type_traits>

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// Lets the next kernel of the CUDA stream begin, if it was launched so that it may (see
/// `launch_kernel`). It sees nothing of this kernel's work until it waits for it.
__device__ __forceinline__ void let_next_kernel_launch() noexcept {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;");
#endif
}

/// Waits until the kernels before this one in the CUDA stream are complete and their writes are
/// visible. To be called before the first access to global memory, reads included.
__device__ __forceinline__ void wait_for_previous_kernel() noexcept {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

/// Whether launches may overlap, as far as the list of architectures decides it.
enum class launch_overlap { never, always, ask };

/// Of architectures as in `__CUDA_ARCH_LIST__`: 800, 900, ...
constexpr launch_overlap overlap_of(std::initializer_list<int> architectures) noexcept {
  bool some_wait = false;
  bool some_do_not = false;
  for (const int architecture : architectures) {
    (architecture >= 900 ? some_wait : some_do_not) = true;
  }
  if (some_wait == some_do_not) return launch_overlap::ask;
  return some_wait ? launch_overlap::always : launch_overlap::never;
}

#if defined(__CUDA_ARCH_LIST__)
inline constexpr launch_overlap overlap_of_launches = overlap_of({__CUDA_ARCH_LIST__});
#else
inline constexpr launch_overlap overlap_of_launches = launch_overlap::ask;
#endif

/// Turns a failure into a status. The runtime forgets the failure, because the caller is told of it
/// here, but not where an error of the caller's was pending before: then something stays pending.
/// It is the newest error, for the runtime keeps one, and nobody can give it back the older one.
///
/// \param where  the CUDA stream, to say that it is of another device if it is
ROBOCACHE_DETAIL_COLD inline status launch_failure(const char* operation, cudaError_t pending,
                                                   cudaError_t error, cudaStream_t where) noexcept {
  const char* text = cudaGetErrorString(error);
#if CUDART_VERSION >= 12080
  char devices[80];
  int current = 0;
  int of_stream = 0;
  if (error == cudaErrorInvalidResourceHandle && cudaGetDevice(&current) == cudaSuccess &&
      cudaStreamGetDevice(where, &of_stream) == cudaSuccess && current != of_stream) {
    std::snprintf(devices, sizeof(devices),
                  "the CUDA stream is of device %d, the current device is %d", of_stream, current);
    text = devices;
  }
#else
  (void)where;
#endif
  if (pending == cudaSuccess) (void)cudaGetLastError();
  return status::from_cuda(operation, static_cast<int>(error), text);
}

/// A launch whose kernel and arguments have lost their types: compiled once for all.
ROBOCACHE_DETAIL_OUTLINE inline status launch_any(const char* operation, const void* kernel,
                                                  dim3 grid, dim3 block, cudaStream_t where,
                                                  void** arguments) noexcept {
  const cudaError_t pending = cudaPeekAtLastError();
  bool may_overlap = overlap_of_launches == launch_overlap::always;
  cudaError_t error = cudaSuccess;
  if constexpr (overlap_of_launches == launch_overlap::ask) {
    // The code that is loaded decides, not the device: code for 8.0 that was compiled anew for a
    // later device does not wait.
    cudaFuncAttributes attributes{};
    error = cudaFuncGetAttributes(&attributes, kernel);
    may_overlap = attributes.ptxVersion >= 90;
  }
  if (error == cudaSuccess) {
    cudaLaunchAttribute overlap;
    overlap.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    overlap.val.programmaticStreamSerializationAllowed = 1;
    cudaLaunchConfig_t config{};
    config.gridDim = grid;
    config.blockDim = block;
    config.stream = where;
    config.attrs = &overlap;
    config.numAttrs = may_overlap ? 1 : 0;
    error = cudaLaunchKernelExC(&config, kernel, arguments);
  }
  if (error == cudaSuccess) return {};
  return launch_failure(operation, pending, error, where);
}

/// The same with `preload`: loads the kernel, and launches nothing.
ROBOCACHE_DETAIL_OUTLINE inline status load_any(const char* operation,
                                                const void* kernel) noexcept {
  const cudaError_t pending = cudaPeekAtLastError();
  cudaFuncAttributes attributes{};
  const cudaError_t error = cudaFuncGetAttributes(&attributes, kernel);
  if (error == cudaSuccess) return {};
  return launch_failure(operation, pending, error, nullptr);
}

/// Launches a kernel and turns the runtime's answer into a status. An error that was pending before
/// the call is not taken for this launch's own; a launch that succeeds leaves it as it was, one
/// that fails takes its place.
///
/// Code for compute capability 9.0 or later: the launch overlaps with the end of the kernel before
/// it (programmatic dependent launch), so the kernel must call `wait_for_previous_kernel`.
template <class... Parameters, class... Arguments>
ROBOCACHE_ALWAYS_INLINE status launch(const char* operation, void (*kernel)(Parameters...),
                                      dim3 grid, dim3 block, cudaStream_t where,
                                      const Arguments&... arguments) noexcept {
  static_assert(sizeof...(Parameters) == sizeof...(Arguments), "an argument for each parameter");
  void* pointers[] = {const_cast<void*>(static_cast<const void*>(&arguments))...};
  return launch_any(operation, reinterpret_cast<const void*>(kernel), grid, block, where, pointers);
}

/// `status` for where a kernel can be launched: a CUDA stream, or `preload`.
template <class Where>
using status_of_launch =
    std::enable_if_t<std::is_same_v<Where, cudaStream_t> || std::is_same_v<Where, preload_kernels>,
                     status>;

/// Loads the kernel that the launch above would launch, and launches nothing.
template <class... Parameters, class... Arguments>
ROBOCACHE_ALWAYS_INLINE status launch(const char* operation, void (*kernel)(Parameters...), dim3,
                                      dim3, preload_kernels, const Arguments&...) noexcept {
  static_assert(sizeof...(Parameters) == sizeof...(Arguments), "an argument for each parameter");
  return load_any(operation, reinterpret_cast<const void*>(kernel));
}

}  // namespace cuda_detail

// For your own kernels, so that they overlap with RoboCache's launches in one CUDA stream.

using cuda_detail::let_next_kernel_launch;
using cuda_detail::wait_for_previous_kernel;

/// Launches a kernel of yours as RoboCache launches its own: it may begin before the kernel before
/// it in the CUDA stream is complete (programmatic dependent launch, from compute capability 9.0
/// on), so it must call `wait_for_previous_kernel` before it touches memory that another kernel
/// writes or reads.
///
/// \param name       for the message if the launch fails
/// \param kernel     a `__global__` function
/// \param grid       blocks
/// \param block      threads of a block
/// \param stream     where it is enqueued
/// \param arguments  of exactly the kernel's parameter types
/// \return `cuda_error` if the launch failed
template <class... Parameters, class... Arguments>
ROBOCACHE_ALWAYS_INLINE status launch_kernel(const char* name, void (*kernel)(Parameters...),
                                             dim3 grid, dim3 block, cudaStream_t stream,
                                             const Arguments&... arguments) noexcept {
  static_assert((std::is_same_v<std::remove_cv_t<Parameters>, Arguments> && ...),
                "arguments have the types of the parameters");
  return cuda_detail::launch(name, kernel, grid, block, stream, arguments...);
}
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
