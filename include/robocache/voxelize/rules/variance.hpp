// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/rules/extreme.hpp>
#include <robocache/voxelize/rules/reducer.hpp>

#include <cstdint>

/// \file
/// The reducer `variance`. The result does not depend on the order of the values, to the last bit:
/// a first look finds their range, a second one adds up distances from its middle and their
/// squares, in integers.

namespace robocache {
namespace detail {

/// What the first look of the variance tells.
struct value_range {
  std::int32_t low = 2147483647;        ///< `key_of` the smallest value that is not NaN
  std::int32_t high = -2147483647 - 1;  ///< and the largest
  std::uint32_t nans = 0;
};

/// Distances from the middle of the range, in units of 2^-31 to 2^-30 of half of it.
struct middle_moments {
  double middle;
  double per_unit;  ///< a power of two; 0 where all values are equal or one is infinite

  struct state {
    std::int64_t sum = 0;   ///< of the distances
    std::uint64_t low = 0;  ///< of the lower halves of their squares, 32 bits each
    std::uint64_t high = 0;
  };

  ROBOCACHE_HD middle_moments(const value_range& range) noexcept : middle(0), per_unit(0) {
    const auto low = exact_cast<double>(value_of_key(range.low));
    const auto high = exact_cast<double>(value_of_key(range.high));
    if (range.low >= range.high || !is_finite(low) || !is_finite(high)) return;
    middle = exact_mul(0.5, exact_add(low, high));
    const double below = exact_sub(middle, low);
    const double above = exact_sub(high, middle);
    const auto half = bit_copy<std::uint64_t>(below > above ? below : above);
    // Up to 2^31 units: half is 2^e or more, and less than twice that.
    const auto e = static_cast<std::int64_t>(half >> 52) - 1023;
    if (half != 0) per_unit = bit_copy<double>(static_cast<std::uint64_t>(30 - e + 1023) << 52);
  }

  ROBOCACHE_HD void add(state& s, std::uint32_t, float x) const noexcept {
    if (is_nan(x) || per_unit == 0) return;
    const double distance = exact_sub(exact_cast<double>(x), middle);
    const auto units = static_cast<std::int64_t>(exact_rint(exact_mul(distance, per_unit)));
    const auto square = static_cast<std::uint64_t>(units * units);  // 2^62 at most
    s.sum += units;
    s.low += square & 0xffffffffu;
    s.high += square >> 32;
  }
  ROBOCACHE_HD void merge(state& s, const state& other) const noexcept {
    s.sum += other.sum;
    s.low += other.low;
    s.high += other.high;
  }
};

}  // namespace detail

namespace reducers {

/// The variance of the values, the mean of the squared distances from their mean (divided by n, not
/// by n - 1), in double until it is rounded to the output.
///
/// Each distance from the middle of the range is rounded to a multiple of at most 2^-30 of h, half
/// of the range; the rest is exact up to roundings to double. So the error is below 2^-29 h times
/// the standard deviation. Equal values have a variance of +0; an infinity among them gives NaN.
/// What the grid holds does not tell where the values lay, so `grid_update::accumulate` is refused.
struct variance {
  using state = detail::value_range;

  ROBOCACHE_HD void add(state& s, std::uint32_t, float x) const noexcept {
    if (detail::is_nan(x)) {
      ++s.nans;
      return;
    }
    const std::int32_t key = detail::key_of(x);
    s.low = key < s.low ? key : s.low;
    s.high = key > s.high ? key : s.high;
  }
  ROBOCACHE_HD void merge(state& s, const state& other) const noexcept {
    s.low = other.low < s.low ? other.low : s.low;
    s.high = other.high > s.high ? other.high : s.high;
    s.nans += other.nans;
  }
  ROBOCACHE_HD detail::middle_moments second(const state& s, const voxel_facts&) const noexcept {
    return detail::middle_moments(s);
  }
  ROBOCACHE_HD double finish(const state& s, const detail::middle_moments::state& total,
                             const voxel_facts& facts) const noexcept {
    const std::uint32_t valid = facts.points - s.nans;
    if (valid == 0 || (s.nans != 0 && facts.nans == nan_policy::propagate) ||
        !detail::is_finite(detail::value_of_key(s.low)) ||
        !detail::is_finite(detail::value_of_key(s.high))) {
      return detail::canonical_nan<double>();
    }
    const detail::middle_moments look(s);
    if (look.per_unit == 0) return 0;
    const auto n = static_cast<double>(valid);
    const double squares = detail::exact_fma(static_cast<double>(total.high), 4294967296.0,
                                             static_cast<double>(total.low));
    const double mean = detail::exact_div(static_cast<double>(total.sum), n);
    const double units =
        detail::exact_sub(detail::exact_div(squares, n), detail::exact_mul(mean, mean));
    if (!(units > 0)) return 0;
    return detail::exact_div(detail::exact_div(units, look.per_unit), look.per_unit);
  }
  ROBOCACHE_HD float of_one(float x) const noexcept {
    return detail::is_finite(x) ? 0.0f : detail::canonical_nan<float>();
  }
};

}  // namespace reducers

template <>
struct detail::reducer_of<reduction::variance> {
  using type = reducers::variance;
};

}  // namespace robocache
