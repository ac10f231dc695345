// SPDX-License-Identifier: Apache-2.0
#include "../support/environment.hpp"
#include "real_memory.hpp"

#include <cuda_runtime_api.h>

#include <string>
#include <vector>

// `check_memory` on a real device: what passes, and what is named.

namespace robocache_test {

std::string reason_to_skip() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess && count > 0 ? "" : "no CUDA device";
}

}  // namespace robocache_test

namespace {

class any_stream {
 public:
  any_stream() { REQUIRE(cudaStreamCreate(&stream_) == cudaSuccess); }
  any_stream(const any_stream&) = delete;
  any_stream& operator=(const any_stream&) = delete;
  ~any_stream() { (void)cudaStreamDestroy(stream_); }
  operator cudaStream_t() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

}  // namespace

TEST_CASE("memory that the device reaches passes", "[memory]") {
  const robocache_test::placed_call call;
  const any_stream stream;
  CHECK(call.said(stream, nullptr).empty());
  CHECK(call.said(nullptr, nullptr).empty());
  CHECK(call.said(cudaStreamPerThread, nullptr).empty());

  void* p = nullptr;
  REQUIRE(cudaMallocHost(&p, 64) == cudaSuccess);
  CHECK(call.said(stream, static_cast<const float*>(p)).empty());
  REQUIRE(cudaFreeHost(p) == cudaSuccess);
  REQUIRE(cudaMallocManaged(&p, 64) == cudaSuccess);
  CHECK(call.said(stream, static_cast<const float*>(p)).empty());
  REQUIRE(cudaFree(p) == cudaSuccess);
  REQUIRE(cudaMallocAsync(&p, 64, stream) == cudaSuccess);
  CHECK(call.said(stream, static_cast<const float*>(p)).empty());
  REQUIRE(cudaFreeAsync(p, stream) == cudaSuccess);
  REQUIRE(cudaStreamSynchronize(stream) == cudaSuccess);
}

TEST_CASE("memory of the host is named, unless the device reads it", "[memory]") {
  const robocache_test::placed_call call;
  const any_stream stream;
  int device = 0;
  int pageable = 0;
  REQUIRE(cudaGetDevice(&device) == cudaSuccess);
  REQUIRE(cudaDeviceGetAttribute(&pageable, cudaDevAttrPageableMemoryAccess, device) ==
          cudaSuccess);
  const std::vector<float> host(8);
  const std::string named =
      "resample: source.values, memory of the host or freed, the CUDA stream "
      "is of device " +
      std::to_string(device);
  CHECK(call.said(stream, host.data()) == (pageable != 0 ? "" : named));
  CHECK(cudaGetLastError() == cudaSuccess);
}

TEST_CASE("a capture that is under way is left alone", "[memory]") {
  const robocache_test::placed_call call;
  const any_stream stream;
  REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal) == cudaSuccess);
  CHECK(call.said(stream, nullptr) ==
        "resample: the CUDA stream is being captured, where memory cannot be asked about: call "
        "check_memory before the capture");
  cudaGraph_t graph = nullptr;
  CHECK(cudaStreamEndCapture(stream, &graph) == cudaSuccess);
  CHECK(graph != nullptr);
  if (graph != nullptr) (void)cudaGraphDestroy(graph);
}

TEST_CASE("a capture of another CUDA stream goes on", "[memory]") {
  const robocache_test::placed_call call;
  const any_stream captured;
  const any_stream stream;
  REQUIRE(cudaStreamBeginCapture(captured, cudaStreamCaptureModeGlobal) == cudaSuccess);
  CHECK(call.said(stream, nullptr).empty());
  cudaGraph_t graph = nullptr;
  CHECK(cudaStreamEndCapture(captured, &graph) == cudaSuccess);
  if (graph != nullptr) (void)cudaGraphDestroy(graph);
}
