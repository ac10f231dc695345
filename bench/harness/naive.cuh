// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstddef>
#include <type_traits>

/// \file
/// What the naive kernels are made of. Shares no code with the library, and is the reference for
/// its results.

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

/// The index of the first of `samples` stamps that is later than `target`.
template <class Time>
__device__ inline int first_after(const Time* times, int samples, Time target) {
  int low = 0;
  int high = samples;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (times[middle] <= target) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/// Where `target` lies between two stamps: 0 at `from`, 1 at `to`.
template <class Time>
__device__ inline float naive_weight(Time target, Time from, Time to) {
  using quotient = std::conditional_t<std::is_same_v<Time, float>, float, double>;
  return static_cast<float>(static_cast<quotient>(target - from) /
                            static_cast<quotient>(to - from));
}

/// Channel `d` of one item's samples [S, D] at `target`, of which `after` is the `first_after`.
/// Linear; the ends are held.
template <class In, class Time>
__device__ inline float naive_linear(const In* values, const Time* times, int samples, int channels,
                                     int d, int after, Time target) {
  const auto sample = [&](int i) {
    return naive_load(values[static_cast<std::size_t>(i) * channels + d]);
  };
  if (after == 0) return sample(0);
  if (after == samples) return sample(samples - 1);
  const float weight = naive_weight(target, times[after - 1], times[after]);
  const float a = sample(after - 1);
  return fmaf(weight, sample(after) - a, a);
}

}  // namespace bench
