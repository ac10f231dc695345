// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device.cuh"

#include <cstddef>
#include <cstdint>

/// \file
/// Counting on the device, and the launch shape of helpers that stride over any number of elements.

namespace bench {

inline constexpr int fill_threads = 256;
inline int fill_blocks(std::size_t count) {
  const std::size_t blocks = (count + fill_threads - 1) / fill_threads;
  return static_cast<int>(blocks < 4096 ? (blocks > 0 ? blocks : 1) : 4096);
}

namespace detail {

template <class Predicate>
__global__ void count_if_kernel(Predicate is_counted, std::size_t count,
                                unsigned long long* result) {
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  unsigned long long mine = 0;
  for (std::size_t i = blockIdx.x * static_cast<std::size_t>(blockDim.x) + threadIdx.x; i < count;
       i += step) {
    mine += is_counted(i) ? 1 : 0;
  }
  if (mine != 0) atomicAdd(result, mine);
}

}  // namespace detail

/// How many of `[0, count)` the device functor `is_counted` picks. Waits for the stream.
template <class Predicate>
std::uint64_t count_if(const stream& where, const Predicate& is_counted, std::size_t count) {
  device_array<unsigned long long> counter(1);
  check(cudaMemsetAsync(counter.data(), 0, counter.bytes(), where), "count_if");
  detail::count_if_kernel<<<fill_blocks(count), fill_threads, 0, where>>>(is_counted, count,
                                                                          counter.data());
  check(cudaGetLastError(), "count_if");
  unsigned long long result = 0;
  check(cudaMemcpyAsync(&result, counter.data(), sizeof(result), cudaMemcpyDeviceToHost, where),
        "count_if");
  where.synchronize();
  return result;
}

}  // namespace bench
