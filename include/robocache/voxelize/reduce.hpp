// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/voxelize/options.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// Level 0 of `voxelize`: what the values of one feature in one voxel become. The result does not
/// depend on their order, to the last bit.
///
/// Sums are made in 64-bit integers, which add in any order. Their unit is chosen per voxel and
/// feature, from the largest magnitude and the number of values, so that they can neither overflow
/// nor need a range from the user; what a value has below the unit is cut off.

namespace robocache {
namespace detail {

/// What a first look at the values tells. Merges in any order.
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

/// The sum or mean, from its parts.
template <reduction R>
ROBOCACHE_HD inline double finish_sum(const value_summary& summary, std::uint32_t n,
                                      std::int64_t units, nan_policy nans) noexcept {
  const std::uint32_t valid = n - summary.nans;
  if ((summary.nans != 0 && nans == nan_policy::propagate) || valid == 0 ||
      summary.infinities == 3u) {
    return canonical_nan<double>();
  }
  if (summary.infinities != 0) {
    return bit_copy<double>(summary.infinities == 1u ? 0x7ff0000000000000ull
                                                     : 0xfff0000000000000ull);
  }
  const double sum = fixed_unit(summary, valid).number(units);
  if constexpr (R == reduction::mean) {
    return exact_div(sum, static_cast<double>(valid));
  } else {
    return sum;
  }
}

/// The largest or smallest value so far. Integers in the order of IEEE's total order: -0 < +0.
template <reduction R>
struct extreme_value {
  std::int32_t key = R == reduction::max ? -2147483647 - 1 : 2147483647;
  std::uint32_t nans = 0;

  ROBOCACHE_HD static std::int32_t key_of(float x) noexcept {
    const auto bits = bit_copy<std::int32_t>(x);
    return bits >= 0 ? bits : bits ^ 0x7fffffff;
  }
  ROBOCACHE_HD static bool better(std::int32_t a, std::int32_t b) noexcept {
    return R == reduction::max ? a > b : a < b;
  }
  ROBOCACHE_HD void add(float x) noexcept {
    if (is_nan(x)) {
      ++nans;
    } else if (better(key_of(x), key)) {
      key = key_of(x);
    }
  }
  ROBOCACHE_HD float finish(std::uint32_t n, nan_policy policy) const noexcept {
    if (nans == n || (nans != 0 && policy == nan_policy::propagate)) return canonical_nan<float>();
    return bit_copy<float>(key >= 0 ? key : key ^ 0x7fffffff);
  }
};

/// How many powers of two two values may be apart for their float sum to be as good as the exact
/// one, whatever it is rounded to after that. A float output rounds once, so neither the unit nor
/// double may lose a bit. Narrower outputs round twice, so the float sum must be exact, which it is
/// for narrow values whose mantissas (8 bits of BF16, 11 of half) fit side by side; 0: never.
template <class In, class Out>
inline constexpr std::uint32_t pair_range = std::is_same_v<Out, float>
                                                ? 28
                                                : (std::is_same_v<In, float> ? 0 : 12);

/// The reduction of two values, if float arithmetic gives the very bits that `reduce_values`
/// rounded to the output would have: false if it may not, then `result` means nothing.
///
/// \tparam Range  as in `pair_range`
template <reduction R, std::uint32_t Range>
ROBOCACHE_HD inline bool reduce_pair(float a, float b, nan_policy nans, float& result) noexcept {
  if constexpr (R == reduction::sum || R == reduction::mean) {
    (void)nans;
    const std::uint32_t of_a = bit_copy<std::uint32_t>(a) & 0x7fffffffu;
    const std::uint32_t of_b = bit_copy<std::uint32_t>(b) & 0x7fffffffu;
    const std::uint32_t large = of_a > of_b ? of_a : of_b;
    const std::uint32_t small = of_a > of_b ? of_b : of_a;
    // Not so near to the ends of the exponents that the sum overflows or its half is denormal.
    const bool exact = large < 0x7e800000u && small > 0x10000000u && large - small < Range << 23;
    result = exact_add(a, b);
    if constexpr (R == reduction::mean) result = exact_mul(0.5f, result);
    result = exact_add(result, 0.0f);  // -0 becomes +0
    return exact;
  } else {
    extreme_value<R> best;
    best.add(a);
    best.add(b);
    result = best.finish(2, nans);
    return true;
  }
}

/// The type in which a reduction's result is exact until it is rounded to the output.
template <reduction R>
using reduced_t = std::conditional_t<R == reduction::sum || R == reduction::mean, double, float>;

/// The reduction that is carried on when a grid accumulates: a mean is made from sums.
template <reduction R>
inline constexpr reduction carried = R == reduction::mean ? reduction::sum : R;

}  // namespace detail

/// Reduces the values of one feature in one voxel. Pure; any order of the values gives the same
/// bits.
///
/// Sum: the values as multiples of a unit that is 2^-(39 - b) of the last place of the largest one
/// (b: bits of the number of values), cut off toward zero, added exactly, rounded to double. Up to
/// 1000 values that differ by less than 2^28 in magnitude are thus summed exactly. The error is
/// below n^2 2^-61 of the largest magnitude, before that rounding. A sum of zero is +0. Infinities
/// of both signs give NaN. Mean: the sum divided by the number of values, rounded to double.
///
/// Maximum and minimum: in IEEE's total order, so -0 < +0; the value itself.
///
/// \tparam R        sum, mean, max or min
/// \param n         number of values, at least 1
/// \param value_at  called with 0 <= i < n, possibly twice for each: the value, as a float
/// \param nans      what NaNs do
#if defined(__CUDACC__)
#pragma nv_exec_check_disable  // `value_at` may be a host function where this runs on the host
#endif
template <reduction R, class Values>
ROBOCACHE_HD inline detail::reduced_t<R> reduce_values(std::uint32_t n, const Values& value_at,
                                                       nan_policy nans) noexcept {
  static_assert(detail::reduces_features(R), "sum, mean, max or min");
  if constexpr (R == reduction::sum || R == reduction::mean) {
    detail::value_summary summary;
    for (std::uint32_t i = 0; i < n; ++i) summary.add(value_at(i));
    std::int64_t units = 0;
    if (summary.nans < n) {
      const detail::fixed_unit unit(summary, n - summary.nans);
      for (std::uint32_t i = 0; i < n; ++i) units += unit.integer(value_at(i));
    }
    return detail::finish_sum<R>(summary, n, units, nans);
  } else {
    detail::extreme_value<R> best;
    for (std::uint32_t i = 0; i < n; ++i) best.add(value_at(i));
    return best.finish(n, nans);
  }
}

/// Adds a call's result to what a voxel holds from calls before.
///
/// Sum: `prior + fresh`. Mean: `fma(prior, prior_count, fresh) / (prior_count + fresh_count)`,
/// where `fresh` is the sum of the fresh values. In double, each operation rounded. Maximum and
/// minimum in IEEE's total order. A NaN on either side gives NaN, or under `ignore` the other side.
///
/// \param prior        what the voxel holds
/// \param prior_count  points it is made of, at least 1
/// \param fresh        this call's sum, maximum or minimum
/// \param fresh_count  points of this call, at least 1
template <reduction R>
ROBOCACHE_HD inline detail::reduced_t<R> accumulate_value(float prior, std::uint32_t prior_count,
                                                          detail::reduced_t<R> fresh,
                                                          std::uint32_t fresh_count,
                                                          nan_policy nans) noexcept {
  static_assert(detail::reduces_features(R), "sum, mean, max or min");
  using detail::is_nan;
  const auto before = detail::exact_cast<detail::reduced_t<R>>(prior);
  if (is_nan(before) || is_nan(fresh)) {
    if (nans == nan_policy::propagate) return detail::canonical_nan<detail::reduced_t<R>>();
    return is_nan(before) ? fresh : before;
  }
  if constexpr (R == reduction::sum) {
    return detail::exact_add(before, fresh);
  } else if constexpr (R == reduction::mean) {
    const auto total = static_cast<double>(std::uint64_t{prior_count} + std::uint64_t{fresh_count});
    return detail::exact_div(detail::exact_fma(before, static_cast<double>(prior_count), fresh),
                             total);
  } else {
    using extreme = detail::extreme_value<R>;
    return extreme::better(extreme::key_of(fresh), extreme::key_of(before)) ? fresh : before;
  }
}

}  // namespace robocache
