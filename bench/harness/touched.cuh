// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "count.cuh"
#include "device.cuh"
#include "naive.cuh"

#include <cstddef>
#include <cstdint>

/// \file
/// How many samples targets need: what the bytes of a row are counted from.

namespace bench {

namespace detail {

/// Marks the samples that the bracket of some target touches.
template <class Time>
__global__ void mark_touched_kernel(const Time* times, const Time* targets, int batch, int samples,
                                    int rows, std::uint8_t* touched) {
  const std::int64_t count = std::int64_t{batch} * rows;
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = blockIdx.x * std::int64_t{blockDim.x} + threadIdx.x; i < count; i += step) {
    const std::int64_t first = i / rows * samples;
    const int after = first_after(times + first, samples, targets[i]);
    touched[first + (after > 0 ? after - 1 : 0)] = 1;
    touched[first + (after < samples ? after : samples - 1)] = 1;
  }
}

struct is_marked {
  __device__ bool operator()(std::size_t i) const { return marks[i] != 0; }

  const std::uint8_t* marks;
};

}  // namespace detail

/// How many of the samples with stamps `times` [batch, samples] the bracket of some target of
/// `targets` [batch, rows] touches. Waits for the stream.
template <class Time>
std::size_t count_touched(const stream& where, const Time* times, const Time* targets, int batch,
                          int samples, int rows) {
  device_array<std::uint8_t> touched(static_cast<std::size_t>(batch) * samples);
  check(cudaMemsetAsync(touched.data(), 0, touched.bytes(), where), "count_touched");
  detail::mark_touched_kernel<<<fill_blocks(static_cast<std::size_t>(batch) * rows), fill_threads,
                                0, where>>>(times, targets, batch, samples, rows, touched.data());
  check(cudaGetLastError(), "count_touched");
  return count_if(where, detail::is_marked{touched.data()}, touched.size());
}

}  // namespace bench
