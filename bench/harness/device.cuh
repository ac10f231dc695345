// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

/// \file
/// Owners of CUDA resources, and errors as exceptions: a benchmark that fails says why and is
/// skipped.

namespace bench {

inline void check(cudaError_t error, const char* what) {
  if (error != cudaSuccess) {
    throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(error));
  }
}

/// Device memory, uninitialised.
template <class T>
class device_array {
 public:
  device_array() = default;
  explicit device_array(std::size_t size) : size_(size) {
    if (size > 0)
      check(cudaMalloc(reinterpret_cast<void**>(&data_), size * sizeof(T)), "cudaMalloc");
  }
  device_array(device_array&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  device_array& operator=(device_array&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~device_array() { cudaFree(data_); }

  T* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  std::size_t bytes() const noexcept { return size_ * sizeof(T); }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

class stream {
 public:
  stream() {
    check(cudaStreamCreateWithFlags(&handle_, cudaStreamNonBlocking), "cudaStreamCreate");
  }
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
  ~stream() { cudaStreamDestroy(handle_); }
  operator cudaStream_t() const noexcept { return handle_; }
  void synchronize() const { check(cudaStreamSynchronize(handle_), "cudaStreamSynchronize"); }

 private:
  cudaStream_t handle_ = nullptr;
};

class event {
 public:
  event() { check(cudaEventCreate(&handle_), "cudaEventCreate"); }
  event(const event&) = delete;
  event& operator=(const event&) = delete;
  ~event() { cudaEventDestroy(handle_); }
  operator cudaEvent_t() const noexcept { return handle_; }

 private:
  cudaEvent_t handle_ = nullptr;
};

/// Microseconds from one event to another, which is waited for.
inline double elapsed_us(const event& begin, const event& end) {
  check(cudaEventSynchronize(end), "what is timed");
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, begin, end), "cudaEventElapsedTime");
  return 1000.0 * static_cast<double>(milliseconds);
}

/// The GPU that the program runs on; `present` is false where there is none.
struct device_info {
  bool present = false;
  std::string name;
  int driver = 0;  // as CUDA numbers versions: 1000 * major + 10 * minor
  int runtime = 0;
  int multiprocessors = 0;
  std::size_t l2_bytes = 0;
};

inline const device_info& this_device() {
  static const device_info info = [] {
    device_info result;
    int count = 0;
    cudaDeviceProp properties{};
    if (cudaGetDeviceCount(&count) != cudaSuccess || count == 0 ||
        cudaGetDeviceProperties(&properties, 0) != cudaSuccess) {
      return result;
    }
    result.present = true;
    result.name = properties.name;
    cudaDriverGetVersion(&result.driver);
    cudaRuntimeGetVersion(&result.runtime);
    result.multiprocessors = properties.multiProcessorCount;
    result.l2_bytes = static_cast<std::size_t>(properties.l2CacheSize);
    return result;
  }();
  return info;
}

}  // namespace bench
