// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "count.cuh"
#include "device.cuh"
#include "naive.cuh"

#include <cstddef>
#include <cstdint>

/// \file
/// A comparison that allows for rounding.

namespace bench {

namespace detail {

template <class T>
struct is_far {
  __device__ bool operator()(std::size_t i) const {
    return !(fabsf(naive_load(a[i]) - naive_load(b[i])) <= tolerance);
  }

  const T* a;
  const T* b;
  float tolerance;
};

}  // namespace detail

/// Elements that differ by more than `tolerance`, NaN included. Waits for the stream.
template <class T>
std::uint64_t count_far(const stream& where, const T* a, const T* b, std::size_t count,
                        float tolerance) {
  return count_if(where, detail::is_far<T>{a, b, tolerance}, count);
}

}  // namespace bench
