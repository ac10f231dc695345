// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>

#include <cstdint>
#include <limits>
#include <type_traits>

/// \file
/// Time stamps: their types, and arithmetic that neither overflows nor loses an epoch.
///
/// A stamp is never converted. Stamps are compared and subtracted in their own type, and only
/// differences become floating point, so data stamped 1.7e18 ns behave exactly as the same data
/// rebased to zero.

namespace robocache {

/// `float` or `double` (any unit, usually seconds), `std::int64_t` (usually nanoseconds, as in
/// ROS 2) or `std::uint64_t` (as in MCAP). Source and target times of one call share the type.
template <class T>
inline constexpr bool is_time_v =
    std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::int64_t> ||
    std::is_same_v<T, std::uint64_t>;

/// A span of time or an offset in the unit of `Time`; signed.
template <class Time>
using duration_t = std::conditional_t<std::is_integral_v<Time>, std::int64_t, Time>;

/// The duration that means "no limit": infinity, or the largest integer.
template <class Time>
inline constexpr duration_t<Time> unlimited =
    std::is_integral_v<Time> ? std::numeric_limits<duration_t<Time>>::max()
                             : std::numeric_limits<duration_t<Time>>::infinity();

namespace detail {

/// A non-negative difference of two stamps: unsigned for integers, so that the distance between the
/// extremes of the type fits.
template <class Time>
using elapsed_t = std::conditional_t<std::is_integral_v<Time>, std::uint64_t, Time>;

template <class Time>
ROBOCACHE_HD inline bool time_is_finite(Time t) noexcept {
  if constexpr (std::is_floating_point_v<Time>) return is_finite(t);
  return true;
}

template <class Time>
ROBOCACHE_HD inline bool time_is_nan(Time t) noexcept {
  if constexpr (std::is_floating_point_v<Time>) return is_nan(t);
  return false;
}

/// a <= b; false if either is NaN.
template <class Time>
ROBOCACHE_HD inline bool time_less_equal(Time a, Time b) noexcept {
  if constexpr (std::is_floating_point_v<Time>) return exact_less_equal(a, b);
  return a <= b;
}

/// a == b; -0 equals 0, NaN equals nothing.
template <class Time>
ROBOCACHE_HD inline bool time_equal(Time a, Time b) noexcept {
  return time_less_equal(a, b) && time_less_equal(b, a);
}

/// `from < to`, both finite.
template <class Time>
ROBOCACHE_HD inline bool time_rises(Time from, Time to) noexcept {
  return time_is_finite(from) && time_is_finite(to) && time_less_equal(from, to) &&
         !time_equal(from, to);
}

/// `to - from` for `to >= from`. Floating point may round, or overflow to infinity.
template <class Time>
ROBOCACHE_HD inline elapsed_t<Time> elapsed(Time from, Time to) noexcept {
  if constexpr (std::is_integral_v<Time>) {
    return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
  } else {
    return exact_sub(to, from);
  }
}

template <class Time>
ROBOCACHE_HD inline bool elapsed_is_finite(elapsed_t<Time> e) noexcept {
  if constexpr (std::is_floating_point_v<Time>) return is_finite(e);
  return true;
}

/// True if `e > limit`; never for an `unlimited` one.
template <class Time>
ROBOCACHE_HD inline bool exceeds(elapsed_t<Time> e, duration_t<Time> limit) noexcept {
  if constexpr (std::is_integral_v<Time>) {
    return limit != unlimited<Time> && e > static_cast<std::uint64_t>(limit);
  } else {
    return !exact_less_equal(e, limit);
  }
}

template <class Time>
inline constexpr Time lowest_stamp = std::numeric_limits<Time>::lowest();
template <class Time>
inline constexpr Time highest_stamp = std::numeric_limits<Time>::max();

}  // namespace detail

/// `t + offset`; integers saturate at the ends of their type.
///
/// \param t       a stamp
/// \param offset  in its unit
template <class Time>
ROBOCACHE_HD inline Time time_shifted(Time t, duration_t<Time> offset) noexcept {
  if constexpr (std::is_floating_point_v<Time>) {
    return detail::exact_add(t, offset);
  } else {
    const Time sum =
        static_cast<Time>(static_cast<std::uint64_t>(t) + static_cast<std::uint64_t>(offset));
    if (offset >= 0) return sum >= t ? sum : detail::highest_stamp<Time>;
    return sum < t ? sum : detail::lowest_stamp<Time>;
  }
}

namespace detail {

/// `t - since`, signed; integers saturate at the ends of the duration's type.
template <class Time>
ROBOCACHE_HD inline duration_t<Time> time_difference(Time t, Time since) noexcept {
  if constexpr (std::is_floating_point_v<Time>) {
    return exact_sub(t, since);
  } else {
    constexpr std::uint64_t most = 0x7fffffffffffffffu;
    if (since <= t) {
      const std::uint64_t distance = elapsed(since, t);
      return static_cast<std::int64_t>(distance < most ? distance : most);
    }
    const std::uint64_t distance = elapsed(t, since);
    return distance > most ? lowest_stamp<std::int64_t> : -static_cast<std::int64_t>(distance);
  }
}

/// The type a quotient of two differences is computed in before it is rounded to `Real`: double for
/// the 64-bit time types, whose differences need not fit a float.
template <class Time, class Real>
using quotient_t = std::conditional_t<std::is_same_v<Time, float>, Real, double>;

/// `part / whole`, rounded to `Real`.
template <class Real, class Time>
ROBOCACHE_HD inline Real elapsed_ratio(elapsed_t<Time> part, elapsed_t<Time> whole) noexcept {
  using quotient = quotient_t<Time, Real>;
  if constexpr (std::is_integral_v<Time>) {
    return exact_cast<Real>(exact_div(static_cast<quotient>(part), static_cast<quotient>(whole)));
  } else {
    return exact_cast<Real>(exact_div(exact_cast<quotient>(part), exact_cast<quotient>(whole)));
  }
}

/// `(t - from) / (to - from)` for finite `from < to` and `from <= t`, at any magnitude.
template <class Real, class Time>
ROBOCACHE_HD inline Real time_fraction(Time from, Time t, Time to) noexcept {
  elapsed_t<Time> part = elapsed(from, t);
  elapsed_t<Time> whole = elapsed(from, to);
  if constexpr (std::is_floating_point_v<Time>) {
    if (!is_finite(whole)) {  // the difference of the halves fits
      const Time half = static_cast<Time>(0.5);
      part = exact_sub(t * half, from * half);
      whole = exact_sub(to * half, from * half);
    }
  }
  return elapsed_ratio<Real, Time>(part, whole);
}

}  // namespace detail
}  // namespace robocache
