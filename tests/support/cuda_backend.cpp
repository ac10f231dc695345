// SPDX-License-Identifier: Apache-2.0
#include "backend.hpp"
#include "engines.hpp"

#include <cuda_runtime_api.h>

#include <stdexcept>
#include <string>

namespace robocache_test {
namespace {

void must(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(error));
}

/// Everything on one stream that does not wait for the default one, so that work on any other
/// stream would be missed. Plain allocations: each buffer's ends are known to compute-sanitizer.
class cuda_backend final : public backend {
 public:
  cuda_backend() {
    must(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate");
    operations_ = all_linked<operations, on_cuda>();
  }
  ~cuda_backend() override { (void)cudaStreamDestroy(stream_); }

  const char* name() const override { return "cuda"; }
  bool on_device() const override { return true; }
  void* allocate(std::size_t bytes) override {
    void* p = nullptr;
    must(cudaMalloc(&p, bytes), "cudaMalloc");
    return p;
  }
  void release(void* p) override { (void)cudaFree(p); }
  void upload(void* to, const void* from, std::size_t bytes) override {
    must(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_), "upload");
    must(cudaStreamSynchronize(stream_), "upload");
  }
  void download(void* to, const void* from, std::size_t bytes) override {
    must(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream_), "download");
    must(cudaStreamSynchronize(stream_), "download");
  }
  void finish() override { must(cudaStreamSynchronize(stream_), "the launched kernel"); }
  any_where where() const override { return {0, stream_}; }
  const std::vector<group_kind>& groups() const override {
    static const std::vector<group_kind> kinds{group_kind::serial, group_kind::tile8,
                                               group_kind::tile32, group_kind::block};
    return kinds;
  }

 private:
  cudaStream_t stream_ = nullptr;
};

}  // namespace

backend& tested() {
  static cuda_backend instance;
  return instance;
}

/// "" if a GPU is there.
std::string reason_without_device() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error == cudaSuccess && count > 0) return "";
  return "no CUDA device" + (error == cudaSuccess
                                 ? std::string()
                                 : std::string(" (") + cudaGetErrorString(error) + ")");
}

}  // namespace robocache_test
