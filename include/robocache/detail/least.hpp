// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>

/// \file
/// The least and the greatest of some numbers, for host code. `<algorithm>` has them, too, and
/// takes a tenth of the time that nvcc needs for all of `voxelize.cuh`.

namespace robocache::detail {

template <class T>
ROBOCACHE_HD constexpr T least_of(T a) noexcept {
  return a;
}
template <class T, class... Others>
ROBOCACHE_HD constexpr T least_of(T a, T b, Others... others) noexcept {
  return least_of<T>(b < a ? b : a, others...);
}

template <class T>
ROBOCACHE_HD constexpr T greatest_of(T a) noexcept {
  return a;
}
template <class T, class... Others>
ROBOCACHE_HD constexpr T greatest_of(T a, T b, Others... others) noexcept {
  return greatest_of<T>(a < b ? b : a, others...);
}

}  // namespace robocache::detail
