// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../harness/device.cuh"
#include "shape.hpp"
#include "workload.cuh"

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <limits>
#include <stdexcept>
#include <type_traits>

/// \file
/// The baseline: the kernel one writes first. One thread per output element, consecutive threads on
/// consecutive channels; each binary-searches its target's bracket and interpolates. Shares no code
/// with the library, and is the reference for its results.

namespace bench {

template <class T>
__device__ inline float naive_load(T x) {
  return static_cast<float>(x);
}
template <class T>
__device__ inline T naive_round(float x) {
  if constexpr (std::is_same_v<T, __nv_bfloat16>) {
    return __float2bfloat16_rn(x);
  } else if constexpr (std::is_same_v<T, __half>) {
    return __float2half_rn(x);
  } else {
    return static_cast<T>(x);
  }
}

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
  int low = 0;
  int high = samples;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (item_times[middle] <= target) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  float value;
  if (low == 0) {
    value = naive_load(item_values[d]);
  } else if (low == samples) {
    value = naive_load(item_values[static_cast<std::size_t>(samples - 1) * channels + d]);
  } else {
    using quotient = std::conditional_t<std::is_same_v<Time, float>, float, double>;
    const Time from = item_times[low - 1];
    const Time to = item_times[low];
    const float weight =
        static_cast<float>(static_cast<quotient>(target - from) / static_cast<quotient>(to - from));
    const float a = naive_load(item_values[static_cast<std::size_t>(low - 1) * channels + d]);
    const float b2 = naive_load(item_values[static_cast<std::size_t>(low) * channels + d]);
    value = fmaf(weight, b2 - a, a);
  }
  output[i] = naive_round<Out>(value);
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
