// SPDX-License-Identifier: Apache-2.0
#include "host_target.hpp"

#include <cuda_runtime_api.h>
#include <cxxabi.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <map>
#include <mutex>
#include <unordered_map>

/// \file
/// Counts launches by kernel. The linker redirects the functions below (CMakeLists.txt): each
/// kernel of the program registers itself before `main`, and every launch names it by the same
/// address.

namespace robocache_test {
namespace {

struct counted {
  std::string name;
  std::atomic<unsigned long long> launches{0};
};

std::atomic<bool> dry{false};

class dry_target final : public host_target {
 public:
  dry_target() : host_target(0) { dry = true; }
  bool on_device() const override { return true; }
};

struct registry {
  std::mutex lock;
  std::deque<counted> kernels;
  std::unordered_map<const void*, counted*> by_address;  ///< of the host's function
  std::map<const void*, const void*> by_handle;          ///< what <<<>>> launches by, from CUDA 13
};

registry& all() {
  static registry instance;
  return instance;
}

void add(const void* function, const char* name) {
  registry& to = all();
  const std::lock_guard<std::mutex> locked(to.lock);
  counted& kernel = to.kernels.emplace_back();
  int failed = 0;
  char* const readable = abi::__cxa_demangle(name, nullptr, nullptr, &failed);
  kernel.name = failed == 0 ? readable : name;
  std::free(readable);
  to.by_address[function] = &kernel;
}

/// Addresses are not added any more when kernels are launched, so they need no lock.
void count(const void* function) {
  const auto at = all().by_address.find(function);
  if (at != all().by_address.end()) ++at->second->launches;
}

}  // namespace

std::unique_ptr<fuzz_target> make_dry_target() {
  return std::make_unique<dry_target>();
}

std::vector<kernel_count> count_kernels() {
  std::map<std::string, unsigned long long> counts;  // a kernel may be in several objects
  for (const counted& kernel : all().kernels) counts[kernel.name] += kernel.launches;
  std::vector<kernel_count> list;
  for (const auto& [name, launches] : counts) list.push_back({name, launches});
  return list;
}

}  // namespace robocache_test

using robocache_test::add;
using robocache_test::all;
using robocache_test::count;
using robocache_test::dry;

extern "C" {

void __real___cudaRegisterFunction(void** module, const char* function, char* device_function,
                                   const char* name, int threads, uint3* thread, uint3* block,
                                   dim3* block_size, dim3* grid_size, int* warp);
void __wrap___cudaRegisterFunction(void** module, const char* function, char* device_function,
                                   const char* name, int threads, uint3* thread, uint3* block,
                                   dim3* block_size, dim3* grid_size, int* warp) {
  add(function, name);
  __real___cudaRegisterFunction(module, function, device_function, name, threads, thread, block,
                                block_size, grid_size, warp);
}

cudaError_t __real_cudaLaunchKernelExC(const cudaLaunchConfig_t* how, const void* function,
                                       void** arguments);
cudaError_t __wrap_cudaLaunchKernelExC(const cudaLaunchConfig_t* how, const void* function,
                                       void** arguments) {
  count(function);
  return dry ? cudaSuccess : __real_cudaLaunchKernelExC(how, function, arguments);
}

cudaError_t __real_cudaLaunchKernel(const void* function, dim3 grid, dim3 block, void** arguments,
                                    size_t shared, cudaStream_t stream);
cudaError_t __wrap_cudaLaunchKernel(const void* function, dim3 grid, dim3 block, void** arguments,
                                    size_t shared, cudaStream_t stream) {
  count(function);
  return dry ? cudaSuccess
             : __real_cudaLaunchKernel(function, grid, block, arguments, shared, stream);
}

cudaError_t __real_cudaGetLastError();
cudaError_t __wrap_cudaGetLastError() {
  return dry ? cudaSuccess : __real_cudaGetLastError();
}

// A launcher asks where it was compiled for several architectures.
cudaError_t __real_cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* function);
cudaError_t __wrap_cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* function) {
  if (!dry) return __real_cudaFuncGetAttributes(attributes, function);
  *attributes = {};
  return cudaSuccess;
}

#if CUDART_VERSION >= 13000
// What <<<>>> becomes, which before CUDA 13 was cudaLaunchKernel. Only nvcc sees the declarations.
cudaError_t __real___cudaGetKernel(cudaKernel_t* kernel, const void* function);
cudaError_t __wrap___cudaGetKernel(cudaKernel_t* kernel, const void* function) {
  cudaError_t error = cudaSuccess;
  if (dry) {
    *kernel = reinterpret_cast<cudaKernel_t>(const_cast<void*>(function));
  } else {
    error = __real___cudaGetKernel(kernel, function);
  }
  if (error == cudaSuccess) {
    const std::lock_guard<std::mutex> locked(all().lock);
    all().by_handle[*kernel] = function;
  }
  return error;
}

cudaError_t __real___cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void** arguments,
                                      size_t shared, cudaStream_t stream);
cudaError_t __wrap___cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void** arguments,
                                      size_t shared, cudaStream_t stream) {
  const void* function = nullptr;
  {
    const std::lock_guard<std::mutex> locked(all().lock);
    const auto at = all().by_handle.find(kernel);
    if (at != all().by_handle.end()) function = at->second;
  }
  count(function);
  return dry ? cudaSuccess
             : __real___cudaLaunchKernel(kernel, grid, block, arguments, shared, stream);
}
#endif

}  // extern "C"
