// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>

#include <cstdint>

namespace robocache::detail {

/// Division of numbers below 2^31 by a divisor that is known beforehand: a multiplication and a
/// shift (Granlund and Montgomery, "Division by Invariant Integers using Multiplication", 1994).
struct fast_divide {
  std::uint32_t divisor = 1;
  std::uint32_t multiplier = 0;
  std::uint32_t shift = 0;

  fast_divide() = default;
  /// Zero stands for a call that has nothing to divide; the result is then n.
  ROBOCACHE_HD explicit fast_divide(std::uint32_t d) noexcept : divisor(d) {
    if (d == 0) return;
    while ((std::uint64_t{1} << shift) < d) ++shift;
    const std::uint64_t power = std::uint64_t{1} << shift;
    multiplier = static_cast<std::uint32_t>(((power - d) << 32) / d + 1);
  }

  /// n / divisor for n < 2^31.
  ROBOCACHE_HD std::uint32_t operator()(std::uint32_t n) const noexcept {
#if defined(__CUDA_ARCH__)
    return (__umulhi(n, multiplier) + n) >> shift;
#else
    const auto high =
        static_cast<std::uint32_t>((static_cast<std::uint64_t>(n) * multiplier) >> 32);
    return (high + n) >> shift;
#endif
  }
};

}  // namespace robocache::detail
