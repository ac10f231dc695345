// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/scalar.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

/// \file
/// The CPU baseline: the loop one writes first. Of the library it knows only the name of the BF16
/// type.

namespace bench {

using robocache::bfloat16;

inline float to_float(float x) {
  return x;
}
inline float to_float(bfloat16 x) {
  const std::uint32_t bits = static_cast<std::uint32_t>(x.bits) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof(result));
  return result;
}
inline void assign(float& to, float x) {
  to = x;
}
inline void assign(bfloat16& to, float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  to.bits = static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

/// Calls `write_row(t, left, right, weight)` for each of `rows` targets of one recording, with the
/// samples it lies between. The ends are held: there both are the same.
///
/// \param target_of  `target_of(t)` is the time of target t
template <class TargetOf, class WriteRow>
void plain_resample(const double* times, int samples, int rows, const TargetOf& target_of,
                    const WriteRow& write_row) {
  for (int t = 0; t < rows; ++t) {
    const double target = target_of(t);
    const auto after = std::upper_bound(times, times + samples, target) - times;
    const std::ptrdiff_t left = std::max<std::ptrdiff_t>(after - 1, 0);
    const std::ptrdiff_t right = std::min<std::ptrdiff_t>(after, samples - 1);
    const float weight =
        left == right ? 0.0f
                      : static_cast<float>((target - times[left]) / (times[right] - times[left]));
    write_row(t, left, right, weight);
  }
}

/// One row between two samples.
template <class In, class Out>
void plain_lerp(const In* from, const In* to, float weight, int channels, Out* out) {
  for (int d = 0; d < channels; ++d) {
    const float a = to_float(from[d]);
    assign(out[d], a + weight * (to_float(to[d]) - a));
  }
}

/// Whether two results are the same but for rounding: the baseline rounds where the library does
/// not. Integers must be equal.
template <class T>
bool agree(const std::vector<T>& a, const std::vector<T>& b) {
  if constexpr (std::is_integral_v<T>) return a == b;
  const float tolerance = std::is_same_v<T, float> ? 1e-6f : 0.01f;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::fabs(to_float(a[i]) - to_float(b[i])) <= tolerance)) return false;
  }
  return true;
}

}  // namespace bench
