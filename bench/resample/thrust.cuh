// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../harness/device.cuh"
#include "../harness/naive.cuh"
#include "shape.hpp"
#include "workload.cuh"

#include <cuda_bf16.h>
#include <thrust/binary_search.h>
#include <thrust/execution_policy.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>
#include <thrust/transform.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>

/// \file
/// Resampling as one writes it with Thrust. It has no segmented search, so there are two ways to
/// search each item's stamps alone, and then a gather and interpolation over all elements:
///
/// - *flat*: `thrust::upper_bound` of all targets in the stamps of all items at once, made one
///   ascending sequence by adding to each stamp, in double, the item's index times a number that no
///   stamp exceeds. It costs log2(B S) instead of log2(S) probes, each of twice the bytes; where
///   the keys are written first (`flat_keys`) also 12 bytes per stamp and per target and two
///   launches, where they are made during the search (`flat_lazy`) a division and a multiplication
///   per probe. The number is given here; one who does not know it pays for a `thrust::reduce` and
///   for a copy to the host.
/// - *item*: a `thrust::transform` over the targets whose functor calls the sequential
///   `thrust::upper_bound` on its item's stamps. No keys, but that is a kernel of one's own in all
///   but its name.
///
/// Either way the brackets go through memory (4 bytes per target) and there are at least two
/// launches where one would do. The interpolation writes elements one by one, or packs of eight
/// (`x8`), for which the channels must be a multiple of eight.

namespace bench {

enum class thrust_search { flat_keys, flat_lazy, item };

inline const char* name_of(thrust_search search) {
  switch (search) {
    case thrust_search::flat_keys:
      return "flat_keys";
    case thrust_search::flat_lazy:
      return "flat_lazy";
    default:
      return "item_search";
  }
}

namespace detail {

/// What makes the stamps of all items one ascending sequence.
struct flat_key {
  const float* stamps;  // [B, per_item]
  int per_item;
  double stride;  // more than any stamp

  __host__ __device__ double operator()(int i) const {
    return i / per_item * stride + static_cast<double>(stamps[i]);
  }
};

/// Of target `row` the index among all items' stamps of the first one that is later.
struct search_of_item {
  const float* times;    // [B, S]
  const float* targets;  // [B, T]
  int samples;
  int rows;

  __device__ int operator()(int row) const {
    const float* const first = times + static_cast<std::size_t>(row / rows) * samples;
    return static_cast<int>(thrust::upper_bound(thrust::seq, first, first + samples, targets[row]) -
                            times);
  }
};

template <int Width>
struct alignas(2 * Width) bf16_pack {
  __nv_bfloat16 values[Width];
};

/// Elements `Width i` to `Width i + Width - 1` of the output.
template <int Width>
struct interpolation {
  const __nv_bfloat16* values;  // [B, S, D]
  const float* times;           // [B, S]
  const float* targets;         // [B, T]
  const int* after;             // [B, T], among the stamps of all items
  int samples;
  int rows;
  int packs;  // D / Width

  __device__ bf16_pack<Width> operator()(int i) const {
    const int row = i / packs;
    const int first = row / rows * samples;
    const int right = min(after[row], first + samples - 1);
    const int left = max(after[row] - 1, first);
    const float weight =
        left == right ? 0.0f : naive_weight(targets[row], times[left], times[right]);
    const auto* const from = reinterpret_cast<const bf16_pack<Width>*>(values);
    const bf16_pack<Width> a = from[static_cast<std::size_t>(left) * packs + i % packs];
    const bf16_pack<Width> b = from[static_cast<std::size_t>(right) * packs + i % packs];
    bf16_pack<Width> result;
    for (int k = 0; k < Width; ++k) {
      const float x = naive_load(a.values[k]);
      result.values[k] = naive_round<__nv_bfloat16>(fmaf(weight, naive_load(b.values[k]) - x, x));
    }
    return result;
  }
};

}  // namespace detail

/// The temporary memory of one buffer set: brackets and, where they are written, keys.
struct thrust_resample_scratch {
  int* after;           // [B, T]
  double* time_keys;    // [B, S]
  double* target_keys;  // [B, T]
};

/// Temporary memory for each buffer set of a row.
class thrust_resample_memory {
 public:
  thrust_resample_memory(const resample_shape& shape, int sets)
      : times_pitch_(aligned(sizeof(double) * shape.batch * shape.samples) / sizeof(double)),
        targets_pitch_(aligned(sizeof(double) * shape.batch * shape.rows) / sizeof(double)),
        after_(targets_pitch_ * sets),
        time_keys_(times_pitch_ * sets),
        target_keys_(targets_pitch_ * sets) {}

  thrust_resample_scratch operator[](int set) const {
    const std::size_t i = static_cast<std::size_t>(set);
    return {after_.data() + i * targets_pitch_, time_keys_.data() + i * times_pitch_,
            target_keys_.data() + i * targets_pitch_};
  }

 private:
  std::size_t times_pitch_;  // elements from one set to the next
  std::size_t targets_pitch_;
  device_array<int> after_;
  device_array<double> time_keys_;
  device_array<double> target_keys_;
};

/// \tparam Width  elements written at a time: 1 or 8
template <int Width>
void launch_thrust_resample(cudaStream_t where, const resample_shape& shape,
                            const resample_buffers<__nv_bfloat16, float, __nv_bfloat16>& buffers,
                            const thrust_resample_scratch& scratch, thrust_search search) {
  if (shape.channels % Width != 0 || shape.outputs() > std::numeric_limits<int>::max()) {
    throw std::runtime_error("not a shape for this spelling");
  }
  const auto policy = thrust::cuda::par_nosync.on(where);
  const auto count = [](int n) { return thrust::make_counting_iterator(n); };
  const int times = shape.batch * shape.samples;
  const int targets = shape.batch * shape.rows;
  // A power of two: neither the product nor, of stamps that matter, the sum is rounded.
  double stride = 1;
  while (stride < 2 * sample_period * shape.samples) stride *= 2;
  const detail::flat_key time_key{buffers.times, shape.samples, stride};
  const detail::flat_key target_key{buffers.targets, shape.rows, stride};
  switch (search) {
    case thrust_search::flat_keys:
      thrust::transform(policy, count(0), count(times), scratch.time_keys, time_key);
      thrust::transform(policy, count(0), count(targets), scratch.target_keys, target_key);
      thrust::upper_bound(policy, scratch.time_keys, scratch.time_keys + times, scratch.target_keys,
                          scratch.target_keys + targets, scratch.after);
      break;
    case thrust_search::flat_lazy: {
      const auto keys = thrust::make_transform_iterator(count(0), time_key);
      const auto wanted = thrust::make_transform_iterator(count(0), target_key);
      thrust::upper_bound(policy, keys, keys + times, wanted, wanted + targets, scratch.after);
      break;
    }
    case thrust_search::item:
      thrust::transform(
          policy, count(0), count(targets), scratch.after,
          detail::search_of_item{buffers.times, buffers.targets, shape.samples, shape.rows});
      break;
  }
  const int packs = shape.channels / Width;
  thrust::transform(policy, count(0), count(targets * packs),
                    reinterpret_cast<detail::bf16_pack<Width>*>(buffers.output),
                    detail::interpolation<Width>{buffers.values, buffers.times, buffers.targets,
                                                 scratch.after, shape.samples, shape.rows, packs});
}

}  // namespace bench
