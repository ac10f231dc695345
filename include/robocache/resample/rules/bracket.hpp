// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/rules/axis.hpp>
#include <robocache/time.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// Level 0 of `resample`, the part about time: where a target's value comes from.
///
/// Runs on the host and in kernels, allocates nothing and keeps no state. The rules of time
/// (docs/semantics.md) are decided here and nowhere else, for any axis (`rules/axis.hpp`).

namespace robocache {

/// Where a target's value comes from. Samples are numbered as the axis numbers its stamps, the
/// oldest being 0.
///
/// | left | right | the row is |
/// |---|---|---|
/// | >= 0 | == left | sample `left`, bit for bit; `weight` is 0 |
/// | >= 0 | != left | `fma(weight, sample[right] - sample[left], sample[left])` |
/// | < 0 | any | the constant `weight` (the fill value, or NaN) |
template <class Real>
struct sample_bracket {
  std::int32_t left = -1;
  std::int32_t right = -1;
  Real weight = 0;
  std::uint8_t status = row_status::ok;
};

/// The bracket with samples in the place of stamps: where `left` and `right` lie in the values. For
/// a `time_axis` they are what they were.
///
/// \param axis   the stamps on which the bracket was found
/// \param found  from `bracket`, `bracket_after` or `find_bracket`
template <class Real, class Axis>
ROBOCACHE_HD inline sample_bracket<Real> stored_bracket(
    const Axis& axis, const sample_bracket<Real>& found) noexcept {
  sample_bracket<Real> result = found;
  // For an array the test below does nothing, but compilers make more code of it.
  if constexpr (!std::is_same_v<Axis, time_axis<typename Axis::time>>) {
    if (found.left >= 0) {  // a constant has no samples
      result.left = axis.sample(found.left);
      result.right = axis.sample(found.right);
    }
  }
  return result;
}

namespace detail {

/// Nothing is converted: a target in another type would be rounded before anyone could tell.
template <class Time, class Axis>
ROBOCACHE_HD constexpr void check_times() noexcept {
  static_assert(std::is_same_v<Time, typename Axis::time>,
                "source and target times have the same type");
}

}  // namespace detail

/// Number of stamps in `axis[first, last)` that are not after `t`, plus `first` (the upper bound).
/// Reads O(log(last - first)) stamps. Unsorted or NaN stamps give some index in `[first, last]`.
///
/// \param axis         the stamps
/// \param t            the target, of their type; for NaN the result is `first`
/// \param first, last  within `[0, axis.size]`, which is not checked
template <class Time, class Axis = time_axis<Time>>
ROBOCACHE_HD inline std::int32_t upper_bound(const Axis& axis, Time t, std::int32_t first,
                                             std::int32_t last) noexcept {
  detail::check_times<Time, Axis>();
  while (first < last) {  // selections instead of branches: nothing to mispredict
    const std::int32_t middle = first + (last - first) / 2;
    const bool passed = detail::time_less_equal(axis[middle], t);
    first = passed ? middle + 1 : first;
    last = passed ? last : middle;
  }
  return first;
}

/// `upper_bound` of the whole axis for a caller that has a guess, as with targets in order: reads
/// O(log distance) stamps, where distance is from the guess to the result; O(log size) if that is
/// far.
///
/// \param axis   the stamps
/// \param t      the target
/// \param guess  in `[0, axis.size]`, for instance the result for the target before
template <class Time, class Axis = time_axis<Time>>
ROBOCACHE_HD inline std::int32_t upper_bound_near(const Axis& axis, Time t,
                                                  std::int32_t guess) noexcept {
  detail::check_times<Time, Axis>();
  constexpr std::int32_t far = 32;
  std::int32_t step = 1;
  if (guess < axis.size && detail::time_less_equal(axis[guess], t)) {
    std::int32_t first = guess + 1;
    while (axis.size - first > step && detail::time_less_equal(axis[first + step - 1], t)) {
      first += step;
      step *= 2;
      if (step >= far) return upper_bound(axis, t, first, axis.size);
    }
    return upper_bound(axis, t, first, axis.size - first > step ? first + step : axis.size);
  }
  std::int32_t last = guess;
  while (last > step && !detail::time_less_equal(axis[last - step], t)) {
    last -= step;
    step *= 2;
    if (step >= far) return upper_bound(axis, t, 0, last);
  }
  return upper_bound(axis, t, last > step ? last - step : 0, last);
}

namespace detail {

template <class Real>
ROBOCACHE_HD inline sample_bracket<Real> sample_row(std::int32_t index,
                                                    std::uint8_t status) noexcept {
  return {index, index, Real{0}, status};
}

template <class Real>
ROBOCACHE_HD inline sample_bracket<Real> constant_row(Real value, std::uint8_t status) noexcept {
  return {-1, -1, value, status};
}

/// Number of stamps in `axis[0, last)` that are before `t` (the lower bound). Unsorted or NaN
/// stamps give some index in `[0, last]`.
template <class Axis>
ROBOCACHE_HD inline std::int32_t lower_bound(const Axis& axis, typename Axis::time t,
                                             std::int32_t last) noexcept {
  std::int32_t first = 0;
  while (first < last) {
    const std::int32_t middle = first + (last - first) / 2;
    const bool reached = time_less_equal(t, axis[middle]);
    first = reached ? first : middle + 1;
    last = reached ? middle : last;
  }
  return first;
}

/// The last index whose stamp equals `axis[i]`: the last duplicate wins.
template <class Axis>
ROBOCACHE_HD inline std::int32_t last_of_equal(const Axis& axis, std::int32_t i) noexcept {
  if (i + 1 >= axis.size) return i;
  const typename Axis::time t = axis[i];
  if (!time_equal(axis[i + 1], t)) return i;
  return upper_bound(axis, t, i + 1, axis.size) - 1;
}

/// The bits for one copied sample at distance `e`.
template <class Time, class Real>
ROBOCACHE_HD inline std::uint8_t staleness(const resample_policy<Time, Real>& policy,
                                           elapsed_t<Time> e) noexcept {
  return policy.interpolation != interpolation::linear && exceeds<Time>(e, policy.tolerance)
             ? row_status::stale
             : row_status::ok;
}

/// A target outside the recorded span.
template <class Real, class Time, class Axis>
ROBOCACHE_HD inline sample_bracket<Real> extrapolate(const Axis& axis, Time t,
                                                     const resample_policy<Time, Real>& policy,
                                                     bool is_after, std::uint8_t status) noexcept {
  status |= is_after ? row_status::after : row_status::before;
  if (policy.extrapolation == extrapolation::fill) return constant_row(policy.fill_value, status);
  if (policy.extrapolation == extrapolation::nan) {
    return constant_row(canonical_nan<Real>(), status);
  }
  const std::int32_t last = axis.size - 1;
  const std::int32_t end = is_after ? last : last_of_equal(axis, 0);
  const Time t_end = axis[end];
  elapsed_t<Time> distance = is_after ? elapsed(t_end, t) : elapsed(t, t_end);
  if (policy.extrapolation == extrapolation::hold) {
    return sample_row<Real>(end, status | staleness(policy, distance));
  }

  // The line goes through the two outermost distinct stamps; with only one there is none.
  std::int32_t left = end;
  std::int32_t right = end;
  if (is_after) {
    left = lower_bound(axis, t_end, last) - 1;
  } else {
    right = end < last ? last_of_equal(axis, end + 1) : -1;
  }
  if (left < 0 || right < 0) return sample_row<Real>(end, status | staleness(policy, distance));
  const Time t_left = axis[left];
  const Time t_right = axis[right];
  if (!time_rises(t_left, t_right)) return sample_row<Real>(end, status | row_status::unsorted);
  elapsed_t<Time> whole = elapsed(t_left, t_right);
  const bool beyond = exceeds<Time>(distance, policy.horizon);
  if (beyond) {
    status |= row_status::stale;
    distance = static_cast<elapsed_t<Time>>(policy.horizon);
  }
  if constexpr (std::is_floating_point_v<Time>) {
    if (!is_finite(whole) || !is_finite(distance)) {  // halved, the differences fit
      const Time half = static_cast<Time>(0.5);
      const Time to_end =
          is_after ? exact_sub(t * half, t_end * half) : exact_sub(t_end * half, t * half);
      distance = beyond ? distance * half : to_end;
      whole = exact_sub(t_right * half, t_left * half);
    }
  }
  const Real out = elapsed_ratio<Real, Time>(distance, whole);
  return {left, right, is_after ? exact_add(Real{1}, out) : -out, status};
}

// How functions that are not inlined get the policy is the parameter `Policy` below. By value where
// a thread has it: a reference would keep it, and all of the object that it is in, in local memory.
// By reference where it is a kernel's parameter, of which a copy takes registers from the short
// way.

/// A target between two samples that the short way of `bracket_found` does not serve: it lies in a
/// gap, the interpolation is not linear, the right stamp is repeated, or the stamps are out of
/// order, infinite or too far apart to subtract.
template <class Policy, class Real, class Time, class Axis>
ROBOCACHE_DETAIL_HD_COLD sample_bracket<Real> bracket_between(Axis axis, Time t, std::int32_t after,
                                                              Policy policy,
                                                              std::uint8_t status) noexcept {
  const std::int32_t left = after - 1;
  const Time t_left = axis[left];
  const Time t_right = axis[after];
  if (!time_less_equal(t_left, t) || !time_less_equal(t, t_right) || !time_is_finite(t_left) ||
      !time_is_finite(t_right)) {
    return sample_row<Real>(left, row_status::unsorted);
  }
  bool take_left = policy.interpolation == interpolation::previous;
  bool take_right = policy.interpolation == interpolation::next;
  if (policy.interpolation == interpolation::nearest) {
    take_left = time_less_equal(elapsed(t_left, t), elapsed(t, t_right));
    take_right = !take_left;
  }
  if (exceeds<Time>(elapsed(t_left, t_right), policy.max_gap)) {
    status |= row_status::gap;
    if (policy.gap == gap_policy::fill || policy.gap == gap_policy::nan) {
      const bool fill = policy.gap == gap_policy::fill;
      return constant_row(fill ? policy.fill_value : canonical_nan<Real>(), status);
    }
    if (policy.gap == gap_policy::hold) {
      take_left = true;
      take_right = false;
    }
  }
  if (take_left) return sample_row<Real>(left, status | staleness(policy, elapsed(t_left, t)));
  const std::int32_t right = last_of_equal(axis, after);
  if (take_right) return sample_row<Real>(right, status | staleness(policy, elapsed(t, t_right)));
  return {left, right, time_fraction<Real>(t_left, t, t_right), status};
}

/// A target outside the recorded span, or at its very end.
template <class Policy, class Real, class Time, class Axis>
ROBOCACHE_DETAIL_HD_COLD sample_bracket<Real> bracket_outside(Axis axis, Time t, std::int32_t after,
                                                              Policy policy) noexcept {
  const bool is_after = after > 0;
  const std::int32_t end = is_after ? axis.size - 1 : 0;
  const Time t_end = axis[end];
  const Time t_other = axis[axis.size - 1 - end];
  const bool sorted = is_after ? time_less_equal(t_other, t_end) : time_less_equal(t_end, t_other);
  const bool usable = sorted && time_is_finite(t_end);
  const std::uint8_t status = usable ? row_status::ok : row_status::unsorted;
  if (time_equal(t_end, t) || time_is_nan(t_end)) return sample_row<Real>(end, status);
  return extrapolate(axis, t, policy, is_after, status);
}

/// The rules for a target of which `after`, the number of stamps at or before it, is known.
template <class Policy, class Real, class Time, class Axis>
ROBOCACHE_HD inline sample_bracket<Real> bracket_found(
    const Axis& axis, Time t, std::int32_t after,
    const resample_policy<Time, Real>& policy) noexcept {
  const std::int32_t left = after - 1;
  if (left < 0 || after >= axis.size) return bracket_outside<Policy, Real>(axis, t, after, policy);

  // The stamp after the bracket tells whether `t_right` is repeated, and betrays a step backward.
  const Time t_left = axis[left];
  const Time t_right = axis[after];
  const Time t_later = axis[after + 1 < axis.size ? after + 1 : after];
  const std::uint8_t status =
      time_less_equal(t_right, t_later) ? row_status::ok : row_status::unsorted;
  if (time_equal(t_left, t)) return sample_row<Real>(left, status);

  const elapsed_t<Time> whole = elapsed(t_left, t_right);
  const bool repeated = after + 1 < axis.size && time_equal(t_right, t_later);
  const bool inside = time_less_equal(t_left, t) && time_less_equal(t, t_right);
  const bool plain = policy.interpolation == interpolation::linear && inside && !repeated &&
                     elapsed_is_finite<Time>(whole) && !exceeds<Time>(whole, policy.max_gap);
  if (!plain) return bracket_between<Policy, Real>(axis, t, after, policy, status);
  return {left, after, elapsed_ratio<Real, Time>(elapsed(t_left, t), whole), status};
}

/// Targets that need no search: there are no samples, or the target is NaN or infinite. True if
/// `result` is decided.
template <class Real, class Time, class Axis>
ROBOCACHE_HD inline bool bracket_trivial(const Axis& axis, Time t,
                                         const resample_policy<Time, Real>& policy,
                                         sample_bracket<Real>& result) noexcept {
  check_times<Time, Axis>();
  const bool finite = time_is_finite(t);
  if (axis.size > 0 && finite) return false;
  std::uint8_t status = axis.size > 0 ? row_status::ok : row_status::empty;
  if (!finite) status |= row_status::not_finite;
  const bool nan = policy.extrapolation == extrapolation::nan;
  result = constant_row(nan ? canonical_nan<Real>() : policy.fill_value, status);
  return true;
}

/// `bracket_after` by a policy of a thread's own or of a kernel's parameters.
template <class Policy, class Real, class Time, class Axis>
ROBOCACHE_HD inline sample_bracket<Real> bracket_by(
    const Axis& axis, Time t, std::int32_t after,
    const resample_policy<Time, Real>& policy) noexcept {
  sample_bracket<Real> result;
  if (bracket_trivial(axis, t, policy, result)) return result;
  return bracket_found<Policy>(axis, t, after, policy);
}

}  // namespace detail

/// `bracket` for a caller that has searched already.
///
/// \param axis    the stamps
/// \param t       the target
/// \param after   the number of stamps at or before `t`, from `upper_bound` or `upper_bound_near`;
///                not used if there are no samples or `t` is not finite
/// \param policy  the rules
template <class Real, class Time, class Axis = time_axis<Time>>
ROBOCACHE_HD inline sample_bracket<Real> bracket_after(
    const Axis& axis, Time t, std::int32_t after,
    const resample_policy<Time, Real>& policy) noexcept {
  return detail::bracket_by<resample_policy<Time, Real>>(axis, t, after, policy);
}

/// Decides where the value at time `t` comes from. Never reads outside `axis`, whatever it holds.
///
/// Equal stamps count as one sample, the last of them. A target equal to a stamp gets that sample
/// whatever the policy. For source times that decrease or are NaN the result is some valid bracket,
/// with `row_status::unsorted` where the disorder was met on the way.
///
/// Complexity: O(log size) stamps read.
///
/// \tparam Real   float, or double for double values
/// \param axis    the stamps; there may be none
/// \param t       the target, of their type; if it is not finite the row is a constant
/// \param policy  the rules, which the launchers check; this does not
template <class Real, class Time, class Axis = time_axis<Time>>
ROBOCACHE_HD inline sample_bracket<Real> bracket(
    const Axis& axis, Time t, const resample_policy<Time, Real>& policy) noexcept {
  sample_bracket<Real> result;
  if (detail::bracket_trivial(axis, t, policy, result)) return result;
  return detail::bracket_found<resample_policy<Time, Real>>(
      axis, t, upper_bound(axis, t, 0, axis.size), policy);
}

}  // namespace robocache
