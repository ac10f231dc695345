// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/time.hpp>

#include <cstdint>

/// \file
/// What a caller chooses about a resampling, and what each row reports about itself.

namespace robocache {

/// How a value between two samples comes about.
enum class interpolation : std::uint8_t {
  linear = 0,  ///< a + w (b - a), w = (t - t_left) / (t_right - t_left)
  nearest,     ///< the closer sample; a tie goes to the earlier
  previous,    ///< the last sample at or before the target (zero-order hold)
  next,        ///< the first sample at or after the target
};

namespace detail {
/// The last enumerator: checks and channel modes go by it.
inline constexpr interpolation last_interpolation = interpolation::next;
}  // namespace detail

/// What a target before the first or after the last sample gets. Both sides alike.
enum class extrapolation : std::uint8_t {
  hold = 0,  ///< the end sample
  fill,      ///< `fill_value`
  nan,       ///< NaN
  linear,    ///< the line through the two end samples, no farther out than `horizon`
};

/// What a target inside a gap (two samples more than `max_gap` apart) gets.
enum class gap_policy : std::uint8_t {
  hold = 0,     ///< the sample before the gap
  fill,         ///< `fill_value`
  nan,          ///< NaN
  interpolate,  ///< as if there were no gap
};

/// The bits of a row's status byte. Several may be set; `ok` is none.
struct row_status {
  static constexpr std::uint8_t ok = 0;
  static constexpr std::uint8_t before = 1;         ///< target earlier than the first sample
  static constexpr std::uint8_t after = 2;          ///< target later than the last sample
  static constexpr std::uint8_t gap = 4;            ///< target inside a gap longer than `max_gap`
  static constexpr std::uint8_t stale = 8;          ///< sample used farther than `tolerance`, or
                                                    ///< extrapolated beyond `horizon`
  static constexpr std::uint8_t not_finite = 16;    ///< target time NaN or infinite
  static constexpr std::uint8_t empty = 32;         ///< no samples
  static constexpr std::uint8_t unsorted = 64;      ///< source times seen to decrease, or NaN
  static constexpr std::uint8_t no_rotation = 128;  ///< a quaternion between samples was zero or
                                                    ///< not finite
};

/// The rules in force for one stream: everything level 0 needs to know besides the data.
///
/// Durations are in the unit of `Time`. The defaults are linear interpolation that holds the end
/// samples and knows no gaps.
///
/// \tparam Time  type of the time stamps
/// \tparam Real  type of the arithmetic, `compute_t<In, Out>`: float, or double for double values
template <class Time, class Real = float>
struct resample_policy {
  static_assert(is_time_v<Time>, "time stamps are float, double, std::int64_t or std::uint64_t");

  robocache::interpolation interpolation = robocache::interpolation::linear;
  robocache::extrapolation extrapolation = robocache::extrapolation::hold;
  robocache::gap_policy gap = robocache::gap_policy::hold;

  /// Added to every source time (latency compensation). Integer stamps saturate.
  duration_t<Time> offset = 0;
  /// Neighbouring samples farther apart than this leave a gap; exactly this far is no gap.
  duration_t<Time> max_gap = unlimited<Time>;
  /// With nearest, previous and next: a sample farther from the target than this is stale. The row
  /// is written all the same and its status says so.
  duration_t<Time> tolerance = unlimited<Time>;
  /// With `extrapolation::linear`, which demands it to be positive: how far beyond the end the line
  /// goes. A target farther out gets the value at the horizon and is stale.
  duration_t<Time> horizon = 0;

  /// What `fill` writes, and what rows without samples or without a finite target get (unless
  /// `extrapolation` is `nan`). In output units: `scale` and `shift` do not apply to it.
  Real fill_value = 0;
};

namespace detail {

/// The policy in another arithmetic.
template <class To, class Time, class Real>
ROBOCACHE_HD inline resample_policy<Time, To> policy_in(
    const resample_policy<Time, Real>& p) noexcept {
  return {p.interpolation, p.extrapolation, p.gap,     p.offset,
          p.max_gap,       p.tolerance,     p.horizon, exact_cast<To>(p.fill_value)};
}

}  // namespace detail

/// Per-channel normalization, fused into the write: `fma(value, scale[d], shift[d])`, computed in
/// `Real` before the one rounding to the output type.
///
/// Each view is [D] or empty (1 and 0); one may be given without the other. In the memory of the
/// back end that runs. Rows that are a constant (filled, NaN) are not normalized.
template <class Real = float>
struct normalization {
  tensor_view<const Real, 1> scale;
  tensor_view<const Real, 1> shift;
};

/// Options of `resample`: the policy, and an optional normalization.
template <class Time, class Real = float>
struct resample_options : resample_policy<Time, Real>, normalization<Real> {};

}  // namespace robocache
