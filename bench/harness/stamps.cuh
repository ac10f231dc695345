// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device.cuh"
#include "fill.cuh"
#include "inputs.hpp"

#include <cstddef>
#include <cstdint>

/// \file
/// Stamps of recordings and targets on the device: samples at a fixed rate with jitter, targets on
/// a regular grid over the same span that starts at a random phase in each item.

namespace bench {

namespace detail {

template <class Time>
__global__ void fill_times_kernel(Time* times, int batch, int samples, double period,
                                  std::uint64_t seed) {
  const std::int64_t count = std::int64_t{batch} * samples;
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = blockIdx.x * std::int64_t{blockDim.x} + threadIdx.x; i < count; i += step) {
    times[i] = time_from_seconds<Time>(sample_seconds(seed, i, samples, period));
  }
}

template <class Time>
__global__ void fill_targets_kernel(Time* targets, int batch, int rows, double span,
                                    target_order order, std::uint64_t seed) {
  const std::int64_t count = std::int64_t{batch} * rows;
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = blockIdx.x * std::int64_t{blockDim.x} + threadIdx.x; i < count; i += step) {
    targets[i] = time_from_seconds<Time>(target_seconds(seed, i, rows, span, order));
  }
}

}  // namespace detail

/// Stamps [batch, samples], one each `period` seconds give or take a quarter of that.
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
