// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "one_kernel.hpp"

#include <cuda_runtime_api.h>

#include <string>
#include <vector>

// What a launch makes of the runtime's errors, its own and those that were pending before. The
// runtime is a fake, so no device is needed: the linker redirects its functions to those below.

namespace {

/// The runtime as far as launches know it.
struct fake_runtime {
  cudaError_t last = cudaSuccess;  ///< what cudaGetLastError returns and clears
  cudaError_t launches = cudaSuccess;
  cudaError_t answers = cudaSuccess;  ///< of cudaFuncGetAttributes
  int ptx_version = 90;
  int current_device = 0;
  int device_of_stream = 0;
  cudaError_t asked_for_device = cudaSuccess;  ///< of cudaStreamGetDevice
  std::vector<std::string> calls;
  bool overlapped = false;

  cudaError_t fails_with(cudaError_t error) {
    if (error != cudaSuccess) last = error;
    return error;
  }
};

fake_runtime fake;

bool called(const char* name) {
  for (const std::string& call : fake.calls) {
    if (call == name) return true;
  }
  return false;
}

}  // namespace

extern "C" cudaError_t __wrap_cudaPeekAtLastError() {
  return fake.last;
}

extern "C" cudaError_t __wrap_cudaGetLastError() {
  const cudaError_t error = fake.last;
  fake.last = cudaSuccess;
  return error;
}

extern "C" cudaError_t __wrap_cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void*) {
  fake.calls.emplace_back("cudaFuncGetAttributes");
  attributes->ptxVersion = fake.ptx_version;
  return fake.fails_with(fake.answers);
}

extern "C" cudaError_t __wrap_cudaLaunchKernelExC(const cudaLaunchConfig_t* how, const void*,
                                                  void**) {
  fake.calls.emplace_back("cudaLaunchKernelExC");
  fake.overlapped = how->numAttrs == 1;
  return fake.fails_with(fake.launches);
}

extern "C" cudaError_t __wrap_cudaGetDevice(int* device) {
  fake.calls.emplace_back("cudaGetDevice");
  *device = fake.current_device;
  return cudaSuccess;
}

extern "C" cudaError_t __wrap_cudaStreamGetDevice(cudaStream_t, int* device) {
  fake.calls.emplace_back("cudaStreamGetDevice");
  *device = fake.device_of_stream;
  return fake.fails_with(fake.asked_for_device);
}

using robocache_test::launch_kernel;
using robocache_test::preload_kernel;

TEST_CASE("a launch that succeeds leaves a pending error pending", "[launch]") {
  fake = {};
  fake.last = cudaErrorInvalidValue;
  CHECK(launch_kernel(nullptr).ok());
  CHECK(preload_kernel().ok());
  CHECK(fake.last == cudaErrorInvalidValue);
}

TEST_CASE("a launch that fails reports its own error and leaves none behind", "[launch]") {
  fake = {};
  fake.launches = cudaErrorInvalidConfiguration;
  const robocache::status launched = launch_kernel(nullptr);
  CHECK(launched.code() == robocache::status_code::cuda_error);
  CHECK(launched.cuda_error() == cudaErrorInvalidConfiguration);
  CHECK(std::string(launched.message()).find("one kernel: CUDA error 9 ") == 0);
  CHECK(fake.last == cudaSuccess);
}

TEST_CASE("a launch that fails does not clear an error that was pending before", "[launch]") {
  fake = {};
  fake.last = cudaErrorInvalidValue;
  fake.launches = cudaErrorInvalidConfiguration;
  fake.answers = cudaErrorInvalidDeviceFunction;
  CHECK(launch_kernel(nullptr).cuda_error() != cudaErrorInvalidValue);
  CHECK(fake.last != cudaSuccess);
  CHECK(preload_kernel().cuda_error() == cudaErrorInvalidDeviceFunction);
  CHECK(fake.last != cudaSuccess);
}

#if CUDART_VERSION >= 12080  // cudaStreamGetDevice
TEST_CASE("a launch into the CUDA stream of another device names both", "[launch]") {
  fake = {};
  fake.launches = cudaErrorInvalidResourceHandle;
  fake.current_device = 1;
  fake.device_of_stream = 3;
  CHECK(std::string(launch_kernel(nullptr).message()) ==
        "one kernel: CUDA error 400 (the CUDA stream is of device 3, the current device is 1)");
  CHECK(fake.last == cudaSuccess);
  // The same error for another reason, or a handle that the runtime does not know.
  const std::string plain =
      std::string("one kernel: CUDA error 400 (") + cudaGetErrorString(fake.launches) + ")";
  fake.device_of_stream = 1;
  CHECK(launch_kernel(nullptr).message() == plain);
  fake.device_of_stream = 3;
  fake.asked_for_device = cudaErrorInvalidResourceHandle;
  CHECK(launch_kernel(nullptr).message() == plain);
  CHECK(fake.last == cudaSuccess);
}

TEST_CASE("what is asked for a message is not asked otherwise", "[launch]") {
  for (const cudaError_t error : {cudaSuccess, cudaErrorInvalidConfiguration}) {
    fake = {};
    fake.launches = error;
    CHECK(launch_kernel(nullptr).ok() == (error == cudaSuccess));
    CHECK_FALSE(called("cudaGetDevice"));
    CHECK_FALSE(called("cudaStreamGetDevice"));
  }
}
#endif

TEST_CASE("preload asks for the kernel and launches nothing", "[launch]") {
  fake = {};
  CHECK(preload_kernel().ok());
  CHECK(fake.calls == std::vector<std::string>{"cudaFuncGetAttributes"});
  fake.answers = cudaErrorNoKernelImageForDevice;
  CHECK(preload_kernel().cuda_error() == cudaErrorNoKernelImageForDevice);
  CHECK(fake.last == cudaSuccess);
  CHECK_FALSE(called("cudaLaunchKernelExC"));
}

TEST_CASE("whether launches overlap is asked only where the architectures leave it open",
          "[launch]") {
  for (const int ptx_version : {80, 90, 100}) {
    fake = {};
    fake.ptx_version = ptx_version;
    CHECK(launch_kernel(nullptr).ok());
    CHECK(called("cudaFuncGetAttributes") == robocache_test::launch_asks());
    const bool overlaps = robocache_test::launch_asks() ? ptx_version >= 90
                                                        : robocache_test::launch_always_overlaps();
    CHECK(fake.overlapped == overlaps);
  }
}
