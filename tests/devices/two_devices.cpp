// SPDX-License-Identifier: Apache-2.0
#include "../api_trace/one_kernel.hpp"
#include "../support/environment.hpp"
#include "real_memory.hpp"

#include <cuda_runtime_api.h>

#include <string>

// Memory and CUDA streams of the wrong device, on a machine that has two.

namespace robocache_test {

std::string reason_to_skip() {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) count = 0;
  return count >= 2 ? "" : "needs two CUDA devices, has " + std::to_string(count);
}

}  // namespace robocache_test

namespace {

/// A CUDA stream and some memory of a device. Device 0 is current afterwards.
struct on_device {
  explicit on_device(int device) {
    REQUIRE(cudaSetDevice(device) == cudaSuccess);
    REQUIRE(cudaStreamCreate(&stream) == cudaSuccess);
    REQUIRE(cudaMalloc(&values, 64) == cudaSuccess);
    REQUIRE(cudaSetDevice(0) == cudaSuccess);
  }
  on_device(const on_device&) = delete;
  on_device& operator=(const on_device&) = delete;
  ~on_device() {
    (void)cudaStreamDestroy(stream);
    (void)cudaFree(values);
  }
  const float* data() const { return static_cast<const float*>(values); }

  cudaStream_t stream = nullptr;
  void* values = nullptr;
};

int current_device() {
  int device = -1;
  REQUIRE(cudaGetDevice(&device) == cudaSuccess);
  return device;
}

}  // namespace

TEST_CASE("memory of the other device is named, unless there is peer access", "[memory]") {
  const on_device first(0);
  const on_device second(1);
  const robocache_test::placed_call call;
  const std::string named =
      "resample: source.values, memory of device 1, the CUDA stream is of device 0";
  CHECK(call.said(first.stream, first.data()).empty());
  CHECK(call.said(first.stream, second.data()) == named);
  CHECK(current_device() == 0);
  CHECK(cudaGetLastError() == cudaSuccess);

  int can = 0;
  REQUIRE(cudaDeviceCanAccessPeer(&can, 0, 1) == cudaSuccess);
  if (can == 0) {
    WARN("device 0 cannot access device 1: not tested with peer access");
    return;
  }
  REQUIRE(cudaDeviceEnablePeerAccess(1, 0) == cudaSuccess);
  CHECK(call.said(first.stream, second.data()).empty());
  REQUIRE(cudaDeviceDisablePeerAccess(1) == cudaSuccess);
  CHECK(call.said(first.stream, second.data()) == named);
}

TEST_CASE("a CUDA stream of the other device is named before, and by the launch or it runs there",
          "[memory]") {
  const on_device second(1);
  const robocache_test::placed_call call;
  CHECK(call.said(second.stream, nullptr) ==
        "resample: the CUDA stream is of device 1, the current device is 0: call cudaSetDevice(1) "
        "before");
  int* const value = static_cast<int*>(second.values);
  REQUIRE(cudaSetDevice(1) == cudaSuccess);  // whose memory device 0 may not set
  REQUIRE(cudaMemset(value, 0, sizeof(int)) == cudaSuccess);
  REQUIRE(cudaDeviceSynchronize() == cudaSuccess);
  REQUIRE(cudaSetDevice(0) == cudaSuccess);
  const robocache::status launched = robocache_test::launch_kernel(second.stream, value);
  int runtime = 0;
  REQUIRE(cudaRuntimeGetVersion(&runtime) == cudaSuccess);
  if (launched.ok() || runtime >= 13000) {  // 13.0 launches on the device of the CUDA stream
    CHECK(std::string(launched.message()) == "");
    CHECK(cudaStreamSynchronize(second.stream) == cudaSuccess);
    int result = 0;
    CHECK(cudaMemcpy(&result, value, sizeof(int), cudaMemcpyDefault) == cudaSuccess);
    CHECK(result == 1);
  } else {
    CHECK(launched.code() == robocache::status_code::cuda_error);
    CHECK(std::string(launched.message()) ==
          "one kernel: CUDA error 400 (the CUDA stream is of device 1, the current device is 0)");
  }
  CHECK(current_device() == 0);
  CHECK(cudaGetLastError() == cudaSuccess);
}
