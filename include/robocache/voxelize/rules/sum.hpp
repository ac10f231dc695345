// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/rules/reducer.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// The reducers `sum` and `mean`. The result does not depend on the order of the values, to the
/// last bit.
///
/// Sums are made in 64-bit integers, which add in any order. Their unit is chosen per voxel and
/// feature, from the largest magnitude and the number of values, so that they can neither overflow
/// nor need a range from the user; what a value has below the unit is cut off.

namespace robocache {
namespace detail {

/// What a first look at the values tells.
struct value_summary {
  std::uint32_t largest = 0;     ///< bits of the largest finite magnitude
  std::uint32_t nans = 0;        ///< number of NaNs
  std::uint32_t infinities = 0;  ///< bit 0: there is +inf, bit 1: -inf

  ROBOCACHE_HD void add(float x) noexcept {
    const auto bits = bit_copy<std::uint32_t>(x);
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude < 0x7f800000u) {
      largest = magnitude > largest ? magnitude : largest;
    } else if (magnitude == 0x7f800000u) {
      infinities |= (bits >> 31) != 0u ? 2u : 1u;
    } else {
      ++nans;
    }
  }
  ROBOCACHE_HD void merge(const value_summary& other) noexcept {
    largest = other.largest > largest ? other.largest : largest;
    nans += other.nans;
    infinities |= other.infinities;
  }
};

/// The exponent field as it scales the mantissa: that of denormals is 1.
ROBOCACHE_HD inline int scale_of(std::uint32_t magnitude) noexcept {
  const int field = static_cast<int>(magnitude >> 23);
  return field != 0 ? field : 1;
}

/// The unit of a voxel's integers: 2^(scale - 150 - room), where `scale` is the largest value's.
struct fixed_unit {
  int scale = 0;
  int room = 0;  ///< bits below the last one of the largest value's mantissa

  fixed_unit() = default;

  /// \param n  number of values that are not NaN, at least 1
  ROBOCACHE_HD fixed_unit(const value_summary& summary, std::uint32_t n) noexcept
      : scale(scale_of(summary.largest)), room(39) {
    // A mantissa has 24 bits, n values together below 24 + room + bits(n) = 63.
#if defined(__CUDA_ARCH__)
    room -= 32 - __clz(static_cast<int>(n));
#else
    for (std::uint32_t m = n; m != 0; m >>= 1) --room;
#endif
  }

  /// A finite value in units, cut off toward zero.
  ROBOCACHE_HD std::int64_t integer(float x) const noexcept {
    const auto bits = bit_copy<std::uint32_t>(x);
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude >= 0x7f800000u) return 0;  // NaN that is ignored, infinities that decide anyhow
    std::int64_t mantissa = static_cast<std::int64_t>(magnitude & 0x007fffffu);
    if (magnitude >= 0x00800000u) mantissa |= 0x00800000;
    const int shift = scale_of(magnitude) - scale + room;
    if (shift >= 0) {
      mantissa <<= shift;
    } else {
      mantissa = shift > -32 ? mantissa >> -shift : 0;
    }
    return (bits >> 31) != 0u ? -mantissa : mantissa;
  }

  /// Units as a number; rounded to double's 53 bits.
  ROBOCACHE_HD double number(std::int64_t units) const noexcept {
    const auto exponent = static_cast<std::uint64_t>(scale - 150 - room + 1023);
    return exact_mul(static_cast<double>(units), bit_copy<double>(exponent << 52));
  }
};

/// The second look at the values: their sum in units.
struct unit_sum {
  fixed_unit unit;

  struct state {
    std::int64_t units = 0;
  };
  ROBOCACHE_HD void add(state& s, std::uint32_t, float x) const noexcept {
    s.units += unit.integer(x);
  }
  ROBOCACHE_HD void merge(state& s, const state& other) const noexcept { s.units += other.units; }
};

/// How many powers of two two values may be apart for their float sum to be as good as the exact
/// one, whatever it is rounded to after that. A float output rounds once, so neither the unit nor
/// double may lose a bit. Narrower outputs round twice, so the float sum must be exact, which it is
/// for narrow values whose mantissas (8 bits of BF16, 11 of half) fit side by side; 0: never.
template <class In, class Out>
inline constexpr std::uint32_t pair_range = std::is_same_v<Out, float>
                                                ? 28
                                                : (std::is_same_v<In, float> ? 0 : 12);

template <bool Mean>
struct sum_or_mean {
  using state = value_summary;

  ROBOCACHE_HD void add(state& s, std::uint32_t, float x) const noexcept { s.add(x); }
  ROBOCACHE_HD void merge(state& s, const state& other) const noexcept { s.merge(other); }
  ROBOCACHE_HD unit_sum second(const state& s, const voxel_facts& facts) const noexcept {
    return {fixed_unit(s, facts.points - s.nans)};
  }

  /// The sum, whichever this is.
  ROBOCACHE_HD static double sum(const state& s, const unit_sum::state& total,
                                 const voxel_facts& facts) noexcept {
    const std::uint32_t valid = facts.points - s.nans;
    if ((s.nans != 0 && facts.nans == nan_policy::propagate) || valid == 0 || s.infinities == 3u) {
      return canonical_nan<double>();
    }
    if (s.infinities != 0) {
      return bit_copy<double>(s.infinities == 1u ? 0x7ff0000000000000ull : 0xfff0000000000000ull);
    }
    return fixed_unit(s, valid).number(total.units);
  }
  ROBOCACHE_HD double finish(const state& s, const unit_sum::state& total,
                             const voxel_facts& facts) const noexcept {
    const double all = sum(s, total, facts);
    // NaN and infinities stay what they are; without values the sum is NaN.
    if constexpr (Mean) {
      const std::uint32_t valid = facts.points - s.nans;
      return valid == 0 ? all : exact_div(all, static_cast<double>(valid));
    } else {
      return all;
    }
  }
  ROBOCACHE_HD double accumulate(float before, const state& s, const unit_sum::state& total,
                                 const voxel_facts& facts) const noexcept {
    return join(before, facts.prior_points, sum(s, total, facts), facts.points, facts.nans);
  }

  /// Adds a fresh sum to what a voxel holds.
  ROBOCACHE_HD static double join(float prior, std::uint32_t prior_points, double fresh,
                                  std::uint32_t points, nan_policy nans) noexcept {
    const auto before = exact_cast<double>(prior);
    if (is_nan(before) || is_nan(fresh)) {
      if (nans == nan_policy::propagate) return canonical_nan<double>();
      return is_nan(before) ? fresh : before;
    }
    if constexpr (Mean) {
      const auto all = static_cast<double>(std::uint64_t{prior_points} + std::uint64_t{points});
      return exact_div(exact_fma(before, static_cast<double>(prior_points), fresh), all);
    } else {
      return exact_add(before, fresh);
    }
  }

  /// -0 becomes +0.
  ROBOCACHE_HD float of_one(float x) const noexcept { return exact_add(x, 0.0f); }

  /// Float arithmetic does for two values that are not too far apart.
  template <class In, class Out>
  static constexpr bool pairs = pair_range<In, Out> != 0;
  template <class In, class Out>
  ROBOCACHE_HD bool of_two(float a, float b, nan_policy, float& result) const noexcept {
    const std::uint32_t of_a = bit_copy<std::uint32_t>(a) & 0x7fffffffu;
    const std::uint32_t of_b = bit_copy<std::uint32_t>(b) & 0x7fffffffu;
    const std::uint32_t large = of_a > of_b ? of_a : of_b;
    const std::uint32_t small = of_a > of_b ? of_b : of_a;
    // Not so near to the ends of the exponents that the sum overflows or its half is denormal.
    const bool exact =
        large < 0x7e800000u && small > 0x10000000u && large - small < pair_range<In, Out> << 23;
    result = exact_add(a, b);
    if constexpr (Mean) result = exact_mul(0.5f, result);
    result = exact_add(result, 0.0f);  // -0 becomes +0
    return exact;
  }

  /// A mean without its NaNs was made of fewer values than there were points.
  static constexpr bool counts_tell_values = !Mean;
};

}  // namespace detail

namespace reducers {

/// The sum.
///
/// The values as multiples of a unit that is 2^-(39 - b) of the last place of the largest one (b:
/// bits of the number of values), cut off toward zero, added exactly, rounded to double. Up to 1000
/// values that differ by less than 2^28 in magnitude are thus summed exactly. The error is below
/// n^2 2^-61 of the largest magnitude, before that rounding. A sum of zero is +0. Infinities of
/// both signs give NaN. On accumulating: `prior + fresh` in double.
struct sum : detail::sum_or_mean<false> {};

/// The mean: the sum divided by the number of values, rounded to double. On accumulating
/// `fma(prior, prior_points, fresh) / (prior_points + points)`, where `fresh` is the sum of the
/// fresh values; each operation rounded to double.
struct mean : detail::sum_or_mean<true> {};

}  // namespace reducers

template <>
struct detail::reducer_of<reduction::sum> {
  using type = reducers::sum;
};
template <>
struct detail::reducer_of<reduction::mean> {
  using type = reducers::mean;
};

}  // namespace robocache
