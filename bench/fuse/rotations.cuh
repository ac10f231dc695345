// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../harness/device.cuh"
#include "../harness/fill.cuh"

#include <cmath>
#include <cstddef>
#include <cstdint>

/// \file
/// Recordings of rotations.

namespace bench {

namespace detail {

/// One thread per sample. Each item turns about an axis and at a speed of its own; every sample is
/// one of the two quaternions of its rotation, at random.
__global__ static void fill_rotations_kernel(float* values, std::size_t count, int samples,
                                             int channels, int first, std::uint64_t seed) {
  const std::size_t step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  for (std::size_t i = blockIdx.x * static_cast<std::size_t>(blockDim.x) + threadIdx.x; i < count;
       i += step) {
    const std::uint64_t item = i / samples;
    double axis[3];
    double squares = 0;
    for (int k = 0; k < 3; ++k) {
      axis[k] = uniform(seed, 4 * item + k) + 0.01;  // never zero
      squares += axis[k] * axis[k];
    }
    const double speed = 0.05 + 0.2 * uniform(seed, 4 * item + 3);  // radians per sample
    const double half = speed * static_cast<double>(i % samples) / 2;
    const double sign = uniform(seed + 1, i) < 0.5 ? -1 : 1;
    float* const quaternion = values + i * channels + first;
    for (int k = 0; k < 3; ++k) {
      quaternion[k] = static_cast<float>(sign * axis[k] * sin(half) / sqrt(squares));
    }
    quaternion[3] = static_cast<float>(sign * cos(half));
  }
}

}  // namespace detail

/// Quaternions x, y, z, w in the channels from `first` on of `items` recordings [S, D].
inline void fill_rotations(cudaStream_t where, float* values, int items, int samples, int channels,
                           int first, std::uint64_t seed) {
  const std::size_t count = static_cast<std::size_t>(items) * samples;
  detail::fill_rotations_kernel<<<fill_blocks(count), fill_threads, 0, where>>>(
      values, count, samples, channels, first, seed);
  check(cudaGetLastError(), "fill_rotations");
}

}  // namespace bench
