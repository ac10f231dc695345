// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace robocache::detail {

/// A pointer into shared memory that is kept in a register. Of an array in shared memory the
/// compiler makes the address anew for each access, on sm_90 from a special register: three
/// instructions where a loop has a dozen.
template <class T>
class shared_pointer {
 public:
  __device__ __forceinline__ explicit shared_pointer(T* array) noexcept
      : address_(static_cast<std::uint32_t>(__cvta_generic_to_shared(array))) {
    asm("" : "+r"(address_));
  }
  __device__ __forceinline__ T* get() const noexcept {
    return static_cast<T*>(__cvta_shared_to_generic(address_));
  }
  __device__ __forceinline__ T& operator[](std::uint32_t i) const noexcept { return get()[i]; }

 private:
  std::uint32_t address_;
};

}  // namespace robocache::detail
