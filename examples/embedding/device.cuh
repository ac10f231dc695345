// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

/// \file
/// What the examples on a GPU have around them: device memory, and an end with a message.

namespace embedding {

inline constexpr int skipped = 77;  // ctest knows it

/// Ends the program if a call of the runtime failed.
inline void must(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  std::fprintf(stderr, "%s: %s\n", what, cudaGetErrorString(error));
  std::exit(1);
}

/// Whether the current device can run the kernels; else says so.
inline bool has_device() {
  int major = 0;
  if (cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0) == cudaSuccess &&
      major >= 8) {
    return true;
  }
  std::printf("no CUDA device of compute capability 8.0 or later: nothing to show\n");
  return false;
}

/// Device memory for `size()` elements, freed with the object.
template <class T>
class device_vector {
 public:
  explicit device_vector(std::size_t size) : size_(size) {
    must(cudaMalloc(&data_, size * sizeof(T)), "cudaMalloc");
  }
  explicit device_vector(const std::vector<T>& host) : device_vector(host.size()) {
    must(cudaMemcpy(data_, host.data(), size_ * sizeof(T), cudaMemcpyHostToDevice), "copy");
  }
  device_vector(const device_vector&) = delete;
  device_vector& operator=(const device_vector&) = delete;
  ~device_vector() { cudaFree(data_); }

  T* data() const { return static_cast<T*>(data_); }
  std::size_t size() const { return size_; }
  /// Waits for the device: what kernels went wrong with before is told here.
  std::vector<T> to_host() const {
    std::vector<T> host(size_);
    must(cudaDeviceSynchronize(), "kernels");
    must(cudaMemcpy(host.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost), "copy");
    return host;
  }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

/// The allocator of vectors in pinned memory: a copy from there into device memory does not hold
/// the host up, and so reads the vector later.
template <class T>
struct pinned_allocator {
  using value_type = T;

  pinned_allocator() = default;
  template <class U>
  pinned_allocator(const pinned_allocator<U>&) {}
  T* allocate(std::size_t size) const {
    void* data = nullptr;
    must(cudaMallocHost(&data, size * sizeof(T)), "cudaMallocHost");
    return static_cast<T*>(data);
  }
  void deallocate(T* data, std::size_t) const { cudaFreeHost(data); }
  friend bool operator==(const pinned_allocator&, const pinned_allocator&) { return true; }
  friend bool operator!=(const pinned_allocator&, const pinned_allocator&) { return false; }
};

}  // namespace embedding
