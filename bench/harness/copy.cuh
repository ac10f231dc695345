// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device.cuh"
#include "fill.cuh"
#include "graph_timer.cuh"

#include <algorithm>
#include <cstddef>

/// \file
/// The yardstick: how fast this GPU copies, measured in the run that claims something.

namespace bench {

/// Each thread moves four 16-byte words, all loaded before the first is stored; consecutive threads
/// touch consecutive words.
__global__ static void __launch_bounds__(256)
    copy_kernel(const uint4* __restrict__ from, uint4* __restrict__ to, std::size_t words) {
  constexpr int each = 4;
  const std::size_t first = blockIdx.x * std::size_t{256 * each} + threadIdx.x;
  uint4 held[each];
#pragma unroll
  for (int k = 0; k < each; ++k) {
    if (first + k * 256 < words) held[k] = from[first + k * 256];
  }
#pragma unroll
  for (int k = 0; k < each; ++k) {
    if (first + k * 256 < words) to[first + k * 256] = held[k];
  }
}

inline void launch_copy_kernel(cudaStream_t where, const void* from, void* to, std::size_t bytes) {
  const std::size_t words = bytes / sizeof(uint4);
  const unsigned blocks = static_cast<unsigned>((words + 1023) / 1024);
  copy_kernel<<<blocks, 256, 0, where>>>(static_cast<const uint4*>(from), static_cast<uint4*>(to),
                                         words);
  check(cudaGetLastError(), "copy_kernel");
}

/// Best of `cudaMemcpyAsync` and the copy kernel, moving `moved` bytes: half read, half written.
///
/// \param sets  1: the same buffers every time (warm). More: rotates through so many (cold).
inline timing time_copy(const stream& where, std::size_t moved, int sets, const effort& how) {
  const std::size_t each = std::max<std::size_t>((moved / 2 + 15) / 16 * 16, 16);
  const std::size_t pitch = (each + 255) / 256 * 256;
  device_array<unsigned char> from(pitch * sets);
  device_array<unsigned char> to(pitch * sets);
  fill_values(where, from.data(), from.size(), 7);
  poison(where, to.data(), to.size());
  const timing by_kernel = time_launches(where, sets, how, [&](cudaStream_t s, int set) {
    launch_copy_kernel(s, from.data() + set * pitch, to.data() + set * pitch, each);
  });
  const timing by_runtime = time_launches(where, sets, how, [&](cudaStream_t s, int set) {
    check(cudaMemcpyAsync(to.data() + set * pitch, from.data() + set * pitch, each,
                          cudaMemcpyDeviceToDevice, s),
          "cudaMemcpyAsync");
  });
  return by_kernel.median_us < by_runtime.median_us ? by_kernel : by_runtime;
}

/// Copy bandwidth of the device memory, bytes per second, read and write counted: the best of 256
/// MiB to 4 GiB moved. Measured once per process.
inline double copy_bandwidth() {
  static const double result = [] {
    const stream where;
    double best = 0;
    effort how;
    how.min_launches = 4;
    for (const std::size_t mebibytes : {256, 1024, 4096}) {
      const std::size_t moved = mebibytes << 20;
      const timing t = time_copy(where, moved, 1, how);
      best = std::max(best, static_cast<double>(moved) / (t.median_us * 1e-6));
    }
    return best;
  }();
  return result;
}

}  // namespace bench
