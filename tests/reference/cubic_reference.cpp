// SPDX-License-Identifier: Apache-2.0
#include "cubic_reference.hpp"

#include "stamps.hpp"

#include <cmath>
#include <limits>
#include <map>

namespace robocache_test {
namespace {

any_policy linear(any_policy policy) {
  policy.interpolation = robocache::interpolation::linear;
  return policy;
}

/// A slope as what the samples count in it.
using slope = std::map<std::int64_t, long double>;

/// The slope at the point `at` of the parabola through three points, from the derivatives of
/// Lagrange's polynomials.
slope of_parabola(const stamp (&t)[3], const std::int64_t (&sample)[3], int at) {
  slope result;
  for (int k = 0; k < 3; ++k) {
    const int i = (k + 1) % 3;
    const int j = (k + 2) % 3;
    result[sample[k]] = ((t[at] - t[i]) + (t[at] - t[j])) / ((t[k] - t[i]) * (t[k] - t[j]));
  }
  return result;
}

}  // namespace

cubic_reference::cubic_reference(time_kind kind, const std::vector<stamp>& times, any_policy policy,
                                 bool in_double)
    : kind_(kind),
      policy_(linear(policy)),
      in_double_(in_double),
      linear_(kind, times, linear(policy)) {
  for (const stamp time : times) times_.push_back(shifted(kind, time, policy.offset));
}

bool cubic_reference::usable(stamp from, stamp to, long double whole) const {
  if (distance(kind_, from, to) > policy_.max_gap) return false;
  const long double apart = to - from;
  const long double most = in_double_ ? static_cast<long double>(std::numeric_limits<double>::max())
                                      : static_cast<long double>(std::numeric_limits<float>::max());
  return whole / apart <= most &&
         apart + whole <= static_cast<long double>(std::numeric_limits<double>::max());
}

expected_cubic cubic_reference::row(stamp t) {
  expected_cubic result;
  result.row = linear_.row(t);
  if (result.row.is != expected_row::kind::blend || result.row.status != 0) return result;
  const auto size = static_cast<std::int64_t>(times_.size());
  const auto time = [&](std::int64_t i) { return times_[static_cast<std::size_t>(i)]; };
  const std::int64_t left = result.row.left;
  const std::int64_t right = result.row.right;
  const stamp t1 = time(left);
  const stamp t2 = time(right);
  const stamp whole = t2 - t1;
  if (whole > static_cast<stamp>(std::numeric_limits<double>::max())) return result;

  std::int64_t earlier = left;  // the last sample with another stamp
  while (earlier >= 0 && time(earlier) == t1) --earlier;
  std::int64_t later = right + 1;  // the last one with the next stamp
  while (later + 1 < size && time(later + 1) == time(later)) ++later;
  const bool has_earlier = earlier >= 0 && usable(time(earlier), t1, whole);
  const bool has_later = later < size && usable(t2, time(later), whole);
  if (!has_earlier && !has_later) return result;

  slope at_left, at_right;
  if (has_earlier) {
    const stamp times[3] = {time(earlier), t1, t2};
    const std::int64_t samples[3] = {earlier, left, right};
    at_left = of_parabola(times, samples, 1);
    if (!has_later) at_right = of_parabola(times, samples, 2);
  }
  if (has_later) {
    const stamp times[3] = {t1, t2, time(later)};
    const std::int64_t samples[3] = {left, right, later};
    at_right = of_parabola(times, samples, 1);
    if (!has_earlier) at_left = of_parabola(times, samples, 0);
  }

  const long double s = (t - t1) / whole;
  std::map<std::int64_t, long double> sum;
  sum[left] += (1 + 2 * s) * (1 - s) * (1 - s);
  sum[right] += s * s * (3 - 2 * s);
  for (const auto& [sample, count] : at_left) sum[sample] += whole * s * (1 - s) * (1 - s) * count;
  for (const auto& [sample, count] : at_right) sum[sample] += whole * s * s * (s - 1) * count;
  result.is_cubic = true;
  result.coefficients.assign(sum.begin(), sum.end());
  return result;
}

}  // namespace robocache_test
