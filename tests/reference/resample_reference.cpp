// SPDX-License-Identifier: Apache-2.0
#include "resample_reference.hpp"

#include "stamps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace robocache_test {
namespace {

using robocache::extrapolation;
using robocache::gap_policy;
using robocache::interpolation;
using robocache::row_status;

/// A quotient of two native differences. If one of them overflows its type the exact ones count.
long double ratio(time_kind kind, stamp part_from, stamp part_to, stamp from, stamp to) {
  const long double part = distance(kind, part_from, part_to);
  const long double whole = distance(kind, from, to);
  if (std::isinf(part) || std::isinf(whole)) return (part_to - part_from) / (to - from);
  return part / whole;
}

expected_row constant_row(double value, std::uint8_t status) {
  expected_row row;
  row.constant = value;
  row.status = status;
  return row;
}

expected_row sample_row(std::int64_t index, std::uint8_t status) {
  expected_row row;
  row.is = expected_row::kind::sample;
  row.left = row.right = index;
  row.status = status;
  return row;
}

expected_row blend_row(std::int64_t left, std::int64_t right, long double weight,
                       std::uint8_t status) {
  expected_row row;
  row.is = expected_row::kind::blend;
  row.left = left;
  row.right = right;
  row.weight = weight;
  row.status = status;
  return row;
}

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

resample_reference::resample_reference(time_kind kind, const std::vector<stamp>& times,
                                       const any_policy& policy)
    : kind_(kind), policy_(policy) {
  for (std::size_t i = 0; i < times.size(); ++i) {
    const stamp time = shifted(kind, times[i], policy.offset);
    const auto sample = static_cast<std::int64_t>(i);
    if (!instants_.empty() && instants_.back().time == time) {
      instants_.back().sample = sample;
    } else {
      instants_.push_back({time, sample});
    }
  }
}

expected_row resample_reference::outside(stamp t, bool after) const {
  std::uint8_t status = after ? row_status::after : row_status::before;
  if (policy_.extrapolation == extrapolation::fill) return constant_row(policy_.fill_value, status);
  if (policy_.extrapolation == extrapolation::nan) return constant_row(nan, status);

  const instant end = after ? instants_.back() : instants_.front();
  const long double far = after ? distance(kind_, end.time, t) : distance(kind_, t, end.time);
  if (policy_.extrapolation == extrapolation::hold || instants_.size() < 2) {
    if (policy_.interpolation != interpolation::linear && far > policy_.tolerance) {
      status |= row_status::stale;
    }
    return sample_row(end.sample, status);
  }

  const instant a = after ? instants_[instants_.size() - 2] : instants_[0];
  const instant b = after ? instants_.back() : instants_[1];
  long double beyond;  // in units of the bracket
  if (far > policy_.horizon) {
    status |= row_status::stale;
    beyond = policy_.horizon / distance(kind_, a.time, b.time);
  } else {
    beyond = after ? ratio(kind_, end.time, t, a.time, b.time)
                   : ratio(kind_, t, end.time, a.time, b.time);
  }
  return blend_row(a.sample, b.sample, after ? 1 + beyond : -beyond, status);
}

expected_row resample_reference::row(stamp t) {
  if (instants_.empty() || !std::isfinite(t)) {
    std::uint8_t status = 0;
    if (instants_.empty()) status |= row_status::empty;
    if (!std::isfinite(t)) status |= row_status::not_finite;
    return constant_row(policy_.extrapolation == extrapolation::nan ? nan : policy_.fill_value,
                        status);
  }
  if (t < instants_.front().time) return outside(t, false);

  // The last stamp that is not after the target.
  if (instants_[scan_from_].time > t) scan_from_ = 0;
  while (scan_from_ + 1 < instants_.size() && instants_[scan_from_ + 1].time <= t) ++scan_from_;
  const instant a = instants_[scan_from_];
  // A stamp that is hit gives its sample, whatever the policy.
  if (a.time == t) return sample_row(a.sample, row_status::ok);
  if (scan_from_ + 1 == instants_.size()) return outside(t, true);
  const instant b = instants_[scan_from_ + 1];
  const long double since = distance(kind_, a.time, t);
  const long double until = distance(kind_, t, b.time);
  const bool copies = policy_.interpolation != interpolation::linear;
  std::uint8_t status = 0;
  const auto stale = [&](long double far) {
    return copies && far > policy_.tolerance ? row_status::stale : row_status::ok;
  };

  if (distance(kind_, a.time, b.time) > policy_.max_gap) {
    status |= row_status::gap;
    if (policy_.gap == gap_policy::hold) return sample_row(a.sample, status | stale(since));
    if (policy_.gap == gap_policy::fill) return constant_row(policy_.fill_value, status);
    if (policy_.gap == gap_policy::nan) return constant_row(nan, status);
  }
  if (policy_.interpolation == interpolation::linear) {
    return blend_row(a.sample, b.sample, ratio(kind_, a.time, t, a.time, b.time), status);
  }
  bool earlier = policy_.interpolation == interpolation::previous;
  if (policy_.interpolation == interpolation::nearest) earlier = since <= until;
  if (earlier) return sample_row(a.sample, status | stale(since));
  return sample_row(b.sample, status | stale(until));
}

long double weight_tolerance(const combination& types, long double exact_weight) {
  const long double magnitude = std::fabs(exact_weight);
  // Extrapolation beyond the end adds 1 to a quotient, which rounds once more.
  const long double roundings = exact_weight > 1 ? 2 : 1;
  if (is_double(types)) {
    return std::ldexp(magnitude, -53) * 4 * roundings + std::ldexp(1.0L, -1074);
  }
  const long double unit = std::ldexp(1.0L, -24) + std::ldexp(1.0L, -50);
  return magnitude * unit * roundings + std::ldexp(1.0L, -149);
}

}  // namespace robocache_test
