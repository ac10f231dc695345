// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/time.hpp>

#include <cstdint>

/// \file
/// Level 0 of `resample`: what an axis is, and the axis of an array.
///
/// An axis is a recording's stamps in order of time, and says which sample belongs to each. What
/// works on one recording at levels 0 and 1, from `upper_bound` to `resample_row`, takes any axis:
/// `time_axis` for an array, `ring_axis` (`rules/ring.hpp`) for a ring, or one of your own. It is a
/// trivially copyable object; its functions are const, pure, noexcept and `ROBOCACHE_HD`:
///
/// \code
/// struct my_axis {
///   using time = double;                          // float, double, int64 or uint64
///   std::int32_t size;                            // number of stamps
///   double offset;                                // duration_t<time>, added to every stamp
///   double operator[](std::int32_t i) const;      // stamp i with the offset: time_shifted
///   double raw(std::int32_t i) const;             // stamp i as it is in memory
///   std::int32_t sample(std::int32_t i) const;    // index of its sample in the values
/// };
/// \endcode
///
/// They are called for `i` in `[0, size)` only, whatever the stamps are. Stamps do not decrease;
/// where they do the rules for unsorted stamps hold. `raw` and `offset` are apart for searches
/// that load stamps ahead: adding the offset would wait for the load. `sample` is an index in
/// dimension 0 of the values, another one for each `i`.
///
/// Brackets count stamps, 0 being the oldest. `stored_bracket` translates them to samples.

namespace robocache {
namespace detail {

/// The 64-bit product of two 32-bit numbers, by the one instruction that there is for it. Left to
/// itself the compiler widens a loop's factor once and then multiplies 64 by 64 bits: four
/// instructions, and a register more through the whole search.
ROBOCACHE_HD inline std::int64_t wide_product(std::int32_t a, std::int32_t b) noexcept {
#if defined(__CUDA_ARCH__)
  std::int64_t product;
  asm("mul.wide.s32 %0, %1, %2;" : "=l"(product) : "r"(a), "r"(b));
  return product;
#else
  return static_cast<std::int64_t>(a) * b;
#endif
}

}  // namespace detail

/// The time stamps of one batch item: `times[i * stride] + offset`, `i` in `[0, size)`. Sample i
/// belongs to stamp i.
///
/// Index and stride are 32-bit, so that an address is one instruction; their product is 64-bit.
template <class Time>
struct time_axis {
  using time = Time;

  const Time* times = nullptr;
  std::int32_t stride = 1;
  std::int32_t size = 0;
  duration_t<Time> offset = 0;

  /// A stamp, the offset added. Integers saturate.
  ///
  /// \param i  0 to `size - 1`
  ROBOCACHE_HD Time operator[](std::int32_t i) const noexcept {
    return time_shifted(raw(i), offset);
  }
  /// The stamp as it is in memory, without the offset.
  ///
  /// \param i  0 to `size - 1`
  ROBOCACHE_HD Time raw(std::int32_t i) const noexcept {
    return times[detail::wide_product(i, stride)];
  }
  /// Which sample a stamp belongs to: the one with its number.
  ///
  /// \param i  the stamp's number
  ROBOCACHE_HD std::int32_t sample(std::int32_t i) const noexcept { return i; }
};

}  // namespace robocache
