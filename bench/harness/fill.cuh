// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "count.cuh"
#include "device.cuh"
#include "inputs.hpp"

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

/// \file
/// Random contents, and comparison of results, on the device.

namespace bench {

template <class T>
__device__ inline T random_value(std::uint64_t seed, std::uint64_t i) {
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    return static_cast<std::uint8_t>(hash(seed, i));
  } else {
    const float x = random_float(seed, i);
    if constexpr (std::is_same_v<T, __nv_bfloat16>) {
      return __float2bfloat16_rn(x);
    } else if constexpr (std::is_same_v<T, __half>) {
      return __float2half_rn(x);
    } else {
      return static_cast<T>(x);
    }
  }
}

template <class T>
__global__ void fill_values_kernel(T* data, std::size_t count, std::uint64_t seed) {
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  for (std::size_t i = blockIdx.x * static_cast<std::size_t>(blockDim.x) + threadIdx.x; i < count;
       i += step) {
    data[i] = random_value<T>(seed, i);
  }
}

/// Uniform in [-1, 1), or all bytes alike.
template <class T>
void fill_values(cudaStream_t where, T* data, std::size_t count, std::uint64_t seed) {
  fill_values_kernel<<<fill_blocks(count), fill_threads, 0, where>>>(data, count, seed);
  check(cudaGetLastError(), "fill_values");
}

/// NaN in every floating-point type: what is not written shows.
template <class T>
void poison(cudaStream_t where, T* data, std::size_t count) {
  check(cudaMemsetAsync(data, 0xff, count * sizeof(T), where), "poison");
}

/// Whether the bits of two elements differ.
template <class T>
struct bits_differ {
  using up_to_2 = std::conditional_t<sizeof(T) == 1, std::uint8_t, std::uint16_t>;
  using from_4 = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  using word = std::conditional_t<(sizeof(T) <= 2), up_to_2, from_4>;
  static_assert(sizeof(T) == sizeof(word), "one, two, four or eight bytes");

  __device__ bool operator()(std::size_t i) const {
    return reinterpret_cast<const word*>(a)[i] != reinterpret_cast<const word*>(b)[i];
  }

  const T* a;
  const T* b;
};

/// Elements whose bits differ. Waits for the stream.
template <class T>
std::uint64_t count_differences(const stream& where, const T* a, const T* b, std::size_t count) {
  return count_if(where, bits_differ<T>{a, b}, count);
}

}  // namespace bench
