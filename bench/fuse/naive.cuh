// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../harness/device.cuh"
#include "../harness/naive.cuh"
#include "shape.hpp"
#include "slerp.hpp"
#include "workload.cuh"

#include <cuda_bf16.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>

/// \file
/// The baseline: the kernel one writes first. One thread per output element, consecutive threads on
/// consecutive channels; each looks for its stream, binary-searches its target's bracket there and
/// interpolates.

namespace bench {

template <class Time>
struct naive_stream {
  const void* values;
  const Time* times;
  int samples;
  int channels;
  int column;  // first in the output
  int quaternion;
  fuse_scalar scalar;
};

template <class Time>
struct naive_fusion {
  naive_stream<Time> stream[most_fuse_streams];
  int streams;
  int batch;
  int rows;
  int columns;
  int window;
  const Time* anchors;
  const Time* deltas;
  __nv_bfloat16* output;
  std::uint8_t* statuses;
  Time* ages;
};

/// Component `k` of the rotation at `target`. Rows that are one sample copy it.
template <class Time>
__device__ float naive_rotation(const float* values, const Time* times, int samples, int channels,
                                int first, int k, int after, Time target) {
  const auto sample = [&](int i) {
    return values + static_cast<std::size_t>(i) * channels + first;
  };
  if (after == 0) return sample(0)[k];
  if (after == samples || times[after - 1] == target) return sample(after - 1)[k];
  float from[4];
  float to[4];
  for (int i = 0; i < 4; ++i) {
    from[i] = sample(after - 1)[i];
    to[i] = sample(after)[i];
  }
  float result[4];
  baseline_slerp(from, to, naive_weight(target, times[after - 1], times[after]), result);
  return result[k];
}

/// \tparam HasRotations  a parameter because sines take registers that other rows do not need
template <bool HasRotations, class Time>
__global__ void naive_fuse_kernel(const __grid_constant__ naive_fusion<Time> all) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= static_cast<unsigned>(all.batch) * all.rows * all.columns) return;
  const int column = i % all.columns;
  const int row = i / all.columns;  // of the whole batch
  const int b = row / all.rows;

  int n = 0;
  while (n + 1 < all.streams && column >= all.stream[n + 1].column) ++n;
  const naive_stream<Time>& s = all.stream[n];
  const int d = column - s.column;

  Time target = all.anchors[row / all.window];
  if (all.deltas != nullptr) target += all.deltas[row % all.window];
  const Time* const times = s.times + static_cast<std::size_t>(b) * s.samples;
  const std::size_t first_value = static_cast<std::size_t>(b) * s.samples * s.channels;
  const int after = first_after(times, s.samples, target);

  float value;
  if (s.scalar == fuse_scalar::bf16) {
    const auto* const values = static_cast<const __nv_bfloat16*>(s.values) + first_value;
    value = naive_linear(values, times, s.samples, s.channels, d, after, target);
  } else {
    const auto* const values = static_cast<const float*>(s.values) + first_value;
    const int k = d - s.quaternion;
    if (HasRotations && s.quaternion >= 0 && k >= 0 && k < 4) {
      value = naive_rotation(values, times, s.samples, s.channels, s.quaternion, k, after, target);
    } else {
      value = naive_linear(values, times, s.samples, s.channels, d, after, target);
    }
  }
  all.output[i] = naive_round<__nv_bfloat16>(value);

  if (all.statuses != nullptr && d == 0) {
    // The newest sample of the row: the right one of a bracket, unless the left is the target's.
    const bool is_between = after > 0 && after < s.samples && times[after - 1] < target;
    const int newest = after == 0 || is_between ? after : after - 1;
    const bool is_after = after == s.samples && times[after - 1] < target;
    const std::size_t report = static_cast<std::size_t>(row) * all.streams + n;
    all.statuses[report] = after == 0 ? 1 : (is_after ? 2 : 0);
    all.ages[report] = target - times[newest];
  }
}

/// \param results  where to write: the row's own buffers, or others of their sizes
template <class Time>
void launch_naive_fuse(cudaStream_t where, const fuse_shape& shape,
                       const fuse_buffers<Time>& buffers, const fuse_buffers<Time>& results) {
  if (shape.outputs() > std::numeric_limits<int>::max()) {
    throw std::runtime_error("the naive kernel counts in int");
  }
  naive_fusion<Time> all{};
  all.streams = static_cast<int>(shape.streams.size());
  all.batch = shape.batch;
  all.rows = shape.rows();
  all.columns = shape.columns();
  all.window = shape.window;
  all.anchors = buffers.anchors;
  all.deltas = buffers.deltas;
  all.output = results.output;
  all.statuses = results.statuses;
  all.ages = results.ages;
  int column = 0;
  for (int n = 0; n < all.streams; ++n) {
    const fuse_stream_shape& s = shape.streams[n];
    all.stream[n] = {buffers.streams[n].values,
                     buffers.streams[n].times,
                     s.samples,
                     s.channels,
                     column,
                     s.quaternion,
                     s.scalar};
    column += s.channels;
  }
  const unsigned blocks = static_cast<unsigned>((shape.outputs() + 255) / 256);
  const auto kernel =
      shape.has_rotations() ? &naive_fuse_kernel<true, Time> : &naive_fuse_kernel<false, Time>;
  kernel<<<blocks, 256, 0, where>>>(all);
  check(cudaGetLastError(), "naive_fuse_kernel");
}

}  // namespace bench
