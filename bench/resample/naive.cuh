// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../harness/device.cuh"
#include "../harness/naive.cuh"
#include "shape.hpp"
#include "workload.cuh"

#include <cstddef>
#include <limits>
#include <stdexcept>

/// \file
/// The baseline: the kernel one writes first. One thread per output element, consecutive threads on
/// consecutive channels; each binary-searches its target's bracket and interpolates.

namespace bench {

template <class In, class Time, class Out>
__global__ void naive_resample_kernel(const In* __restrict__ values, const Time* __restrict__ times,
                                      const Time* __restrict__ targets, Out* __restrict__ output,
                                      int batch, int samples, int rows, int channels) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= static_cast<unsigned>(batch) * rows * channels) return;
  const int d = i % channels;
  const int t = i / channels % rows;
  const int b = i / channels / rows;

  const Time* const item_times = times + static_cast<std::size_t>(b) * samples;
  const In* const item_values = values + static_cast<std::size_t>(b) * samples * channels;
  const Time target = targets[b * rows + t];
  const int after = first_after(item_times, samples, target);
  output[i] =
      naive_round<Out>(naive_linear(item_values, item_times, samples, channels, d, after, target));
}

template <class In, class Time, class Out>
void launch_naive_resample(cudaStream_t where, const resample_shape& shape,
                           const resample_buffers<In, Time, Out>& buffers, Out* output) {
  if (shape.outputs() > std::numeric_limits<int>::max()) {
    throw std::runtime_error("the naive kernel counts in int");
  }
  const unsigned blocks = static_cast<unsigned>((shape.outputs() + 255) / 256);
  naive_resample_kernel<<<blocks, 256, 0, where>>>(buffers.values, buffers.times, buffers.targets,
                                                   output, shape.batch, shape.samples, shape.rows,
                                                   shape.channels);
  check(cudaGetLastError(), "naive_resample_kernel");
}

}  // namespace bench
