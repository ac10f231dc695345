// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device.cuh"
#include "fill.cuh"
#include "target_order.hpp"

#include <cstddef>
#include <cstdint>
#include <type_traits>

/// \file
/// Stamps of recordings and targets on the device: samples at a fixed rate with jitter, targets on
/// a regular grid over the same span that starts at a random phase in each item.

namespace bench {

/// Seconds as float or double, or nanoseconds since 2023 as an integer.
template <class Time>
__host__ __device__ Time time_from_seconds(double seconds) {
  if constexpr (std::is_integral_v<Time>) {
    return static_cast<Time>(1700000000000000000ll) + static_cast<Time>(seconds * 1e9);
  } else {
    return static_cast<Time>(seconds);
  }
}

namespace detail {

template <class Time>
__global__ void fill_times_kernel(Time* times, int batch, int samples, double period,
                                  std::uint64_t seed) {
  const std::int64_t count = std::int64_t{batch} * samples;
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = blockIdx.x * std::int64_t{blockDim.x} + threadIdx.x; i < count; i += step) {
    const double jitter = 0.4 * (uniform(seed, i) - 0.5);
    times[i] = time_from_seconds<Time>(period * (static_cast<double>(i % samples) + 0.5 + jitter));
  }
}

template <class Time>
__global__ void fill_targets_kernel(Time* targets, int batch, int rows, double span,
                                    target_order order, std::uint64_t seed) {
  const std::int64_t count = std::int64_t{batch} * rows;
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = blockIdx.x * std::int64_t{blockDim.x} + threadIdx.x; i < count; i += step) {
    const std::uint64_t item = static_cast<std::uint64_t>(i / rows);
    std::uint32_t row = static_cast<std::uint32_t>(i % rows);
    if (order == target_order::shuffled) {
      row = shuffled(hash(seed + 1, item), row, static_cast<std::uint32_t>(rows));
    }
    targets[i] = time_from_seconds<Time>(span * ((row + uniform(seed, item)) / rows));
  }
}

}  // namespace detail

/// Stamps [batch, samples], one each `period` seconds give or take a fifth of that.
template <class Time>
void fill_times(cudaStream_t where, Time* times, int batch, int samples, double period,
                std::uint64_t seed) {
  detail::fill_times_kernel<<<fill_blocks(static_cast<std::size_t>(batch) * samples), fill_threads,
                              0, where>>>(times, batch, samples, period, seed);
  check(cudaGetLastError(), "fill_times");
}

/// Targets [batch, rows], spread over `span` seconds.
template <class Time>
void fill_targets(cudaStream_t where, Time* targets, int batch, int rows, double span,
                  target_order order, std::uint64_t seed) {
  detail::fill_targets_kernel<<<fill_blocks(static_cast<std::size_t>(batch) * rows), fill_threads,
                                0, where>>>(targets, batch, rows, span, order, seed);
  check(cudaGetLastError(), "fill_targets");
}

}  // namespace bench
