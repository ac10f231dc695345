// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "errors.hpp"

#include <cuda_runtime.h>

#include <cstddef>
#include <string>
#include <vector>

/// \file
/// Device memory and a timer that clean up after themselves; errors become exceptions.

namespace recordings {

/// \throws computation_error if `error` is one
inline void check(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  throw computation_error(std::string(what) + ": " + cudaGetErrorString(error));
}

/// Device memory for `count` elements, freed with the object.
template <class T>
class device_buffer {
 public:
  explicit device_buffer(std::size_t count) : bytes_(count * sizeof(T)) {
    check(cudaMalloc(&data_, bytes_), "cudaMalloc");
  }
  explicit device_buffer(const std::vector<T>& host) : device_buffer(host.size()) {
    check(cudaMemcpy(data_, host.data(), bytes_, cudaMemcpyHostToDevice), "copy to the GPU");
  }
  ~device_buffer() { cudaFree(data_); }
  device_buffer(device_buffer&& other) noexcept : data_(other.data_), bytes_(other.bytes_) {
    other.data_ = nullptr;
  }
  device_buffer& operator=(device_buffer&&) = delete;

  T* data() const { return static_cast<T*>(data_); }
  void copy_to(std::vector<T>& host) const {
    check(cudaMemcpy(host.data(), data_, bytes_, cudaMemcpyDeviceToHost), "copy from the GPU");
  }

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

/// Time that a stream spends between two points of it.
class stream_timer {
 public:
  explicit stream_timer(cudaStream_t stream) : stream_(stream) {
    check(cudaEventCreate(&start_), "cudaEventCreate");
    check(cudaEventCreate(&end_), "cudaEventCreate");
  }
  ~stream_timer() {
    cudaEventDestroy(start_);
    cudaEventDestroy(end_);
  }
  stream_timer(const stream_timer&) = delete;
  stream_timer& operator=(const stream_timer&) = delete;

  void start() { check(cudaEventRecord(start_, stream_), "cudaEventRecord"); }
  /// Waits for the stream. \return milliseconds
  double stop() {
    check(cudaEventRecord(end_, stream_), "cudaEventRecord");
    check(cudaEventSynchronize(end_), "the kernel");
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, start_, end_), "cudaEventElapsedTime");
    return milliseconds;
  }

 private:
  cudaStream_t stream_;
  cudaEvent_t start_ = nullptr;
  cudaEvent_t end_ = nullptr;
};

}  // namespace recordings
