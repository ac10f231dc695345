// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "fake_runtime.hpp"
#include "one_kernel.hpp"

#include <cuda_runtime_api.h>

#include <string>
#include <vector>

// What a launch makes of the runtime's errors, its own and those that were pending before. The
// runtime is a fake, so no device is needed.

using robocache_test::fake;
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
  fake.fails("cudaLaunchKernelExC", cudaErrorInvalidConfiguration);
  const robocache::status launched = launch_kernel(nullptr);
  CHECK(launched.code() == robocache::status_code::cuda_error);
  CHECK(launched.cuda_error() == cudaErrorInvalidConfiguration);
  CHECK(std::string(launched.message()).find("one kernel: CUDA error 9 ") == 0);
  CHECK(fake.last == cudaSuccess);
}

// The runtime keeps the newest error, so with one pending before it is the launch's that stays: the
// library clears neither.
TEST_CASE("a launch that fails clears nothing if an error was pending before", "[launch]") {
  fake = {};
  fake.last = cudaErrorInvalidValue;
  fake.fails("cudaLaunchKernelExC", cudaErrorInvalidConfiguration);
  fake.fails("cudaFuncGetAttributes", cudaErrorInvalidDeviceFunction);
  const cudaError_t own = robocache_test::launch_asks() ? cudaErrorInvalidDeviceFunction
                                                        : cudaErrorInvalidConfiguration;
  CHECK(launch_kernel(nullptr).cuda_error() == own);
  CHECK(fake.last_before_it == cudaErrorInvalidValue);
  CHECK(fake.last == own);
  CHECK(preload_kernel().cuda_error() == cudaErrorInvalidDeviceFunction);
  CHECK(fake.last == cudaErrorInvalidDeviceFunction);
}

#if CUDART_VERSION >= 12080  // cudaStreamGetDevice
TEST_CASE("a launch into the CUDA stream of another device names both", "[launch]") {
  fake = {};
  fake.fails("cudaLaunchKernelExC", cudaErrorInvalidResourceHandle);
  fake.current_device = 1;
  fake.device_of_stream = 3;
  CHECK(std::string(launch_kernel(nullptr).message()) ==
        "one kernel: CUDA error 400 (the CUDA stream is of device 3, the current device is 1)");
  CHECK(fake.last == cudaSuccess);
  // The same error for another reason, or a handle that the runtime does not know.
  const std::string plain = std::string("one kernel: CUDA error 400 (") +
                            cudaGetErrorString(cudaErrorInvalidResourceHandle) + ")";
  fake.device_of_stream = 1;
  CHECK(launch_kernel(nullptr).message() == plain);
  fake.device_of_stream = 3;
  fake.fails("cudaStreamGetDevice", cudaErrorInvalidResourceHandle);
  CHECK(launch_kernel(nullptr).message() == plain);
  CHECK(fake.last == cudaSuccess);
}

TEST_CASE("what is asked for a message is not asked otherwise", "[launch]") {
  for (const cudaError_t error : {cudaSuccess, cudaErrorInvalidConfiguration}) {
    fake = {};
    fake.fails("cudaLaunchKernelExC", error);
    CHECK(launch_kernel(nullptr).ok() == (error == cudaSuccess));
    CHECK_FALSE(fake.called("cudaGetDevice"));
    CHECK_FALSE(fake.called("cudaStreamGetDevice"));
  }
}
#endif

TEST_CASE("preload asks for the kernel and launches nothing", "[launch]") {
  fake = {};
  CHECK(preload_kernel().ok());
  CHECK(fake.calls == std::vector<std::string>{"cudaFuncGetAttributes"});
  fake.fails("cudaFuncGetAttributes", cudaErrorNoKernelImageForDevice);
  CHECK(preload_kernel().cuda_error() == cudaErrorNoKernelImageForDevice);
  CHECK(fake.last == cudaSuccess);
  CHECK_FALSE(fake.called("cudaLaunchKernelExC"));
}

TEST_CASE("whether launches overlap is asked only where the architectures leave it open",
          "[launch]") {
  for (const int ptx_version : {80, 90, 100}) {
    fake = {};
    fake.ptx_version = ptx_version;
    CHECK(launch_kernel(nullptr).ok());
    CHECK(fake.called("cudaFuncGetAttributes") == robocache_test::launch_asks());
    const bool overlaps = robocache_test::launch_asks() ? ptx_version >= 90
                                                        : robocache_test::launch_always_overlaps();
    CHECK(fake.overlapped == overlaps);
  }
}
