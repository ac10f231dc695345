// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>

#include <cstdint>

/// \file
/// Sine, cosine and arc tangent of doubles, the same bits wherever they are computed.
///
/// The functions of `<cmath>` differ between the C libraries, and CUDA's from all of them, in the
/// last place. A rotation blended on the GPU could then never be compared with one from the CPU
/// except by a tolerance, and a recording resampled on two machines would not be the same file. So
/// these are written out in operations that IEEE 754 rounds in one way only (`detail/exact.hpp`),
/// always in the same order.
///
/// The series are Taylor's (Abramowitz and Stegun, "Handbook of mathematical functions", 4.3.65,
/// 4.3.66, 4.4.42), cut off where the rest is below a tenth of the last place.

namespace robocache::detail {

ROBOCACHE_HD inline bool has_sign(double x) noexcept {
  return (bit_copy<std::uint64_t>(x) >> 63) != 0u;
}

/// An angle less a number of quarter turns: `high + low`, at most an eighth of a turn.
struct reduced_angle {
  double high;
  double low;
  unsigned quarters;  ///< modulo 4
};

/// Reduction by Cody and Waite ("Software manual for the elementary functions", 1980): pi/2 in
/// three parts, taken off one after the other. Right to 2^-75 up to 2^31; larger ones count as 0.
///
/// \param x  finite
ROBOCACHE_HD inline reduced_angle reduce_angle(double x) noexcept {
  constexpr double two_over_pi = 0x1.45f306dc9c883p-1;
  constexpr double part1 = 0x1.921fb54442d18p+0;
  constexpr double part2 = 0x1.1a626332p-54;  // 32 bits: its multiples up to 2^21 are exact
  constexpr double part3 = -0x1.747f23e32ed7p-87;
  if (magnitude(x) <= 0.78539816339744828) return {x, 0.0, 0u};
  if (!(magnitude(x) <= 0x1p31)) return {0.0, 0.0, 0u};
  const double n = exact_rint(exact_mul(x, two_over_pi));
  // Exact: a multiple of part1's last place, or of x's where that is less, and below 2^53 of them.
  const double first = exact_fma(-n, part1, x);
  // first - n * part2 = high + error (Knuth, "Seminumerical algorithms", 4.2.2, theorem B).
  const double high = exact_fma(-n, part2, first);
  const double taken = exact_sub(high, first);
  const double error =
      exact_add(exact_sub(first, exact_sub(high, taken)), exact_fma(-n, part2, -taken));
  const double low = exact_fma(-n, part3, error);
  // Next to a multiple of pi/2 nearly all of `high` has cancelled: only with `low` is it complete.
  const double both = exact_add(high, low);
  return {both, exact_add(exact_sub(high, both), low),
          static_cast<unsigned>(static_cast<int>(n)) & 3u};
}

/// sin(high + low) for up to an eighth of a turn.
ROBOCACHE_HD inline double sine_series(double high, double low) noexcept {
  if (magnitude(high) < 0x1p-27) return high;  // keeps denormals and the sign of zero
  const double z = exact_mul(high, high);
  double p = 1.0 / 355687428096000.0;            // 17!
  p = exact_fma(p, z, -1.0 / 1307674368000.0);   // 15!
  p = exact_fma(p, z, 1.0 / 6227020800.0);       // 13!
  p = exact_fma(p, z, -1.0 / 39916800.0);        // 11!
  p = exact_fma(p, z, 1.0 / 362880.0);           // 9!
  p = exact_fma(p, z, -1.0 / 5040.0);            // 7!
  p = exact_fma(p, z, 1.0 / 120.0);              // 5!
  p = exact_fma(p, z, -1.0 / 6.0);               // 3!
  const double slope = exact_fma(-0.5, z, 1.0);  // of the sine at `high`, for `low`
  return exact_add(high, exact_fma(exact_mul(high, z), p, exact_mul(low, slope)));
}

/// cos(high + low) for up to an eighth of a turn.
ROBOCACHE_HD inline double cosine_series(double high, double low) noexcept {
  const double z = exact_mul(high, high);
  double p = 1.0 / 20922789888000.0;          // 16!
  p = exact_fma(p, z, -1.0 / 87178291200.0);  // 14!
  p = exact_fma(p, z, 1.0 / 479001600.0);     // 12!
  p = exact_fma(p, z, -1.0 / 3628800.0);      // 10!
  p = exact_fma(p, z, 1.0 / 40320.0);         // 8!
  p = exact_fma(p, z, -1.0 / 720.0);          // 6!
  p = exact_fma(p, z, 1.0 / 24.0);            // 4!
  const double start = exact_fma(-0.5, z, 1.0);
  const double lost = exact_fma(-0.5, z, exact_sub(1.0, start));
  return exact_add(start, exact_fma(exact_mul(z, z), p, exact_fma(-high, low, lost)));
}

/// `quarters` of a turn after the sine: 0 the sine, 1 the cosine.
ROBOCACHE_HD inline double shifted_sine(const reduced_angle& r, unsigned quarters) noexcept {
  const unsigned quadrant = r.quarters + quarters;
  const double value =
      (quadrant & 1u) != 0u ? cosine_series(r.high, r.low) : sine_series(r.high, r.low);
  return (quadrant & 2u) != 0u ? -value : value;
}

/// sin(x), wrong by less than one unit in the last place for |x| up to 3e6 and by less than 2^-53
/// up to 2^31; beyond that 0. NaN if x is not finite.
ROBOCACHE_HD inline double exact_sin(double x) noexcept {
  return is_finite(x) ? shifted_sine(reduce_angle(x), 0u) : canonical_nan<double>();
}

/// cos(x), like `exact_sin`; beyond 2^31 it is 1.
ROBOCACHE_HD inline double exact_cos(double x) noexcept {
  return is_finite(x) ? shifted_sine(reduce_angle(x), 1u) : canonical_nan<double>();
}

/// The angle of the point (x, y) in [-pi, pi], wrong by less than two units in the last place;
/// zeros and infinities as in C's `atan2`. NaN if either is NaN.
///
/// atan(t) = atan(c) + atan((t - c) / (1 + c t)) (Abramowitz and Stegun, 4.4.34) with c of 0, 1/2
/// and 1 brings the quotient to at most 0.26, and with t = y / x there is one division for all.
ROBOCACHE_HD inline double exact_atan2(double y, double x) noexcept {
  constexpr double half_pi = 0x1.921fb54442d18p+0;
  constexpr double half_pi_low = 0x1.1a62633145c07p-54;
  constexpr double pi = 0x1.921fb54442d18p+1;
  constexpr double pi_low = 0x1.1a62633145c07p-53;
  if (is_nan(x) || is_nan(y)) return canonical_nan<double>();

  const bool steep = magnitude(y) > magnitude(x);
  double large = steep ? magnitude(y) : magnitude(x);
  double small = steep ? magnitude(x) : magnitude(y);
  if (!is_finite(small)) {  // both are infinite
    large = 1.0;
    small = 1.0;
  } else if (large > 0x1p1000) {  // sums of the two must not overflow, nor products go under
    large = exact_mul(large, 0x1p-200);
    small = exact_mul(small, 0x1p-200);
  } else if (large < 0x1p-800) {
    large = exact_mul(large, 0x1p200);
    small = exact_mul(small, 0x1p200);
  }

  double angle = 0.0;  // atan(small / large)
  if (small > 0.0) {
    double base = 0.0;
    double base_low = 0.0;
    double numerator = small;
    double denominator = large;
    if (small > exact_mul(0.72, large)) {
      base = 0x1.921fb54442d18p-1;  // atan(1)
      base_low = 0x1.1a62633145c07p-55;
      numerator = exact_sub(small, large);
      denominator = exact_add(large, small);
    } else if (small > exact_mul(0.26, large)) {
      base = 0x1.dac670561bb4fp-2;  // atan(1/2)
      base_low = 0x1.a2b7f222f65e2p-56;
      numerator = exact_fma(-0.5, large, small);
      denominator = exact_fma(0.5, small, large);
    }
    const double t = exact_div(numerator, denominator);
    const double z = exact_mul(t, t);
    double p = -1.0 / 27.0;
    p = exact_fma(p, z, 1.0 / 25.0);
    p = exact_fma(p, z, -1.0 / 23.0);
    p = exact_fma(p, z, 1.0 / 21.0);
    p = exact_fma(p, z, -1.0 / 19.0);
    p = exact_fma(p, z, 1.0 / 17.0);
    p = exact_fma(p, z, -1.0 / 15.0);
    p = exact_fma(p, z, 1.0 / 13.0);
    p = exact_fma(p, z, -1.0 / 11.0);
    p = exact_fma(p, z, 1.0 / 9.0);
    p = exact_fma(p, z, -1.0 / 7.0);
    p = exact_fma(p, z, 1.0 / 5.0);
    p = exact_fma(p, z, -1.0 / 3.0);
    angle = exact_add(base, exact_add(t, exact_fma(exact_mul(t, z), p, base_low)));
  }
  if (steep) angle = exact_sub(half_pi, exact_sub(angle, half_pi_low));
  if (has_sign(x)) angle = exact_sub(pi, exact_sub(angle, pi_low));
  return has_sign(y) ? -angle : angle;
}

}  // namespace robocache::detail
