// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.cuh>

#include "resampler.hpp"

#include <cuda_runtime.h>

namespace supervised {
namespace {

/// Success, or the error with its number: a severity needs it.
robocache::status status_of(const char* what, cudaError_t error) {
  if (error == cudaSuccess) return {};
  return robocache::status::from_cuda(what, error, cudaGetErrorString(error));
}

class cuda_resampler : public resampler {
 public:
  ~cuda_resampler() override {
    cudaFree(in_);
    cudaFree(out_);
    if (stream_ != nullptr) cudaStreamDestroy(stream_);
  }

  robocache::status run(const item& in, result& out) override {
    if (robocache::status ready = prepare(); !ready.ok()) return ready;
    if (robocache::status copied =
            status_of("copy to the GPU",
                      cudaMemcpyAsync(in_, &in, sizeof(in), cudaMemcpyHostToDevice, stream_));
        !copied.ok()) {
      return copied;
    }
    if (robocache::status launched = resample_item(in_, out_, stream_); !launched.ok()) {
      return launched;
    }
    if (robocache::status copied =
            status_of("copy from the GPU",
                      cudaMemcpyAsync(&out, out_, sizeof(out), cudaMemcpyDeviceToHost, stream_));
        !copied.ok()) {
      return copied;
    }
    return status_of("the kernel", cudaStreamSynchronize(stream_));
  }

 private:
  /// What is not there yet: `run` is called again after out of memory.
  robocache::status prepare() {
    cudaError_t error = cudaSuccess;
    if (stream_ == nullptr) error = cudaStreamCreate(&stream_);
    if (error == cudaSuccess && in_ == nullptr) error = cudaMalloc(&in_, sizeof(item));
    if (error == cudaSuccess && out_ == nullptr) error = cudaMalloc(&out_, sizeof(result));
    return status_of("device memory", error);
  }

  item* in_ = nullptr;
  result* out_ = nullptr;
  cudaStream_t stream_ = nullptr;
};

}  // namespace

std::unique_ptr<resampler> make_cuda_resampler() {
  return std::make_unique<cuda_resampler>();
}

}  // namespace supervised
