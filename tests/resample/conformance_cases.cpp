// SPDX-License-Identifier: Apache-2.0
#include "conformance_cases.hpp"

namespace robocache_test {
namespace {

using robocache::extrapolation;
using robocache::gap_policy;
using robocache::interpolation;

constexpr std::uint8_t ok = 0;
constexpr std::uint8_t before = 1;
constexpr std::uint8_t after = 2;
constexpr std::uint8_t gap = 4;
constexpr std::uint8_t stale = 8;
constexpr std::uint8_t empty = 32;

case_row sample(double target, int index, std::uint8_t status = ok) {
  return {target, 's', index, index, 0, status};
}
case_row blend(double target, int left, int right, double weight, std::uint8_t status = ok) {
  return {target, 'b', left, right, weight, status};
}
case_row filled(double target, std::uint8_t status) {
  return {target, 'f', -1, -1, 0, status};
}
case_row not_a_number(double target, std::uint8_t status) {
  return {target, 'n', -1, -1, 0, status};
}

any_policy with(interpolation how) {
  any_policy policy;
  policy.interpolation = how;
  return policy;
}
any_policy with(extrapolation how, double horizon = 0) {
  any_policy policy;
  policy.extrapolation = how;
  policy.horizon = horizon;
  policy.fill_value = 7;
  return policy;
}
any_policy with(extrapolation outside, interpolation how, double horizon, double tolerance) {
  any_policy policy = with(outside, horizon);
  policy.interpolation = how;
  policy.tolerance = tolerance;
  return policy;
}
any_policy with_gap(gap_policy how, double max_gap, interpolation inside = interpolation::linear) {
  any_policy policy;
  policy.interpolation = inside;
  policy.gap = how;
  policy.max_gap = max_gap;
  policy.fill_value = 7;
  return policy;
}
any_policy with_tolerance(interpolation how, double tolerance) {
  any_policy policy = with(how);
  policy.tolerance = tolerance;
  return policy;
}
any_policy with_offset(double offset, interpolation how = interpolation::linear) {
  any_policy policy = with(how);
  policy.offset = offset;
  return policy;
}

std::vector<conformance_case> interpolation_cases() {
  return {
      {"linear: weights on both sides of each sample, targets in any order",
       {0, 4, 8},
       {},
       {blend(6, 1, 2, 0.5), blend(1, 0, 1, 0.25), blend(7, 1, 2, 0.75), blend(3, 0, 1, 0.75),
        blend(2, 0, 1, 0.5)}},
      {"linear: a target that equals a stamp is that sample, ends included",
       {0, 4, 8},
       {},
       {sample(0, 0), sample(4, 1), sample(8, 2)}},
      {"linear: irregular intervals",
       {0, 1, 9, 10},
       {},
       {blend(0.5, 0, 1, 0.5), blend(5, 1, 2, 0.5), blend(9.25, 2, 3, 0.25)}},
      {"nearest: the closer one, a tie goes to the earlier",
       {0, 4, 8},
       with(interpolation::nearest),
       {sample(1, 0), sample(2, 0), sample(2.25, 1), sample(3, 1), sample(4, 1), sample(6, 1),
        sample(6.25, 2)}},
      {"previous: up to the stamp the sample before, from it on the sample itself",
       {0, 4, 8},
       with(interpolation::previous),
       {sample(0, 0), sample(3.75, 0), sample(4, 1), sample(4.25, 1), sample(8, 2)}},
      {"next: the stamp's own sample, after it the following",
       {0, 4, 8},
       with(interpolation::next),
       {sample(0, 0), sample(0.25, 1), sample(4, 1), sample(4.25, 2), sample(8, 2)}},
      {"two samples", {-4, 4}, {}, {blend(-2, 0, 1, 0.25), blend(3, 0, 1, 0.875), sample(-4, 0)}},
  };
}

std::vector<conformance_case> duplicate_cases() {
  return {
      {"equal stamps in the middle: the last wins, from either side",
       {0, 4, 4, 4, 8},
       {},
       {blend(2, 0, 3, 0.5), sample(4, 3), blend(6, 3, 4, 0.5)}},
      {"equal stamps at the start",
       {0, 0, 4},
       {},
       {sample(0, 1), blend(1, 1, 2, 0.25), sample(-1, 1, before)}},
      {"equal stamps at the end",
       {0, 4, 4},
       {},
       {blend(1, 0, 2, 0.25), sample(4, 2), sample(5, 2, after)}},
      {"all stamps equal",
       {4, 4, 4},
       {},
       {sample(4, 2), sample(3, 2, before), sample(5, 2, after)}},
      {"nearest takes the last of equal stamps",
       {0, 4, 4, 8, 8},
       with(interpolation::nearest),
       {sample(1, 0), sample(3, 2), sample(4, 2), sample(5, 2), sample(7, 4), sample(8, 4)}},
      {"previous takes the last of equal stamps",
       {0, 0, 4, 4, 8},
       with(interpolation::previous),
       {sample(0, 1), sample(1, 1), sample(4, 3), sample(5, 3)}},
      {"next takes the last of equal stamps",
       {0, 4, 4, 8, 8, 8},
       with(interpolation::next),
       {sample(1, 2), sample(4, 2), sample(5, 5), sample(8, 5)}},
      {"extrapolation goes through the outermost distinct stamps",
       {0, 0, 4, 4, 8, 8},
       with(extrapolation::linear, 4),
       {blend(-1, 1, 3, -0.25, before), blend(9, 3, 5, 1.25, after), sample(0, 1), sample(8, 5)}},
      {"a long run of equal stamps",
       {0, 4, 4, 4, 4, 4, 4, 4, 4},
       {},
       {blend(3, 0, 8, 0.75), sample(4, 8), sample(4.25, 8, after)}},
  };
}

std::vector<conformance_case> outside_cases() {
  return {
      {"hold: the end samples",
       {0, 4, 8},
       {},
       {sample(-0.25, 0, before), sample(-400, 0, before), sample(8.25, 2, after),
        sample(400, 2, after)}},
      {"fill: the value, on both sides, and only outside",
       {0, 4, 8},
       with(extrapolation::fill),
       {filled(-0.25, before), filled(9, after), sample(0, 0), sample(8, 2), blend(1, 0, 1, 0.25)}},
      {"nan outside",
       {0, 4, 8},
       with(extrapolation::nan),
       {not_a_number(-0.25, before), not_a_number(9, after), sample(0, 0), sample(8, 2)}},
      {"linear outside: up to the horizon, exactly it included, then constant and stale",
       {0, 4, 6},
       with(extrapolation::linear, 2),
       {blend(-1, 0, 1, -0.25, before), blend(-2, 0, 1, -0.5, before),
        blend(-2.25, 0, 1, -0.5, before | stale), blend(-100, 0, 1, -0.5, before | stale),
        blend(7, 1, 2, 1.5, after), blend(8, 1, 2, 2, after), blend(8.25, 1, 2, 2, after | stale),
        blend(100, 1, 2, 2, after | stale), sample(6, 2)}},
      {"linear outside, with nearest inside",
       {0, 4, 8},
       with(extrapolation::linear, interpolation::nearest, 4, 1),
       {blend(-1, 0, 1, -0.25, before), blend(10, 1, 2, 1.5, after), sample(1, 0),
        sample(2, 0, stale)}},
      {"no stamps: the fill value, whatever the time",
       {},
       {},
       {filled(0, empty), filled(5, empty)}},
      {"no stamps, nan", {}, with(extrapolation::nan), {not_a_number(0, empty)}},
      {"no stamps, fill", {}, with(extrapolation::fill), {filled(0, empty)}},
      {"no stamps, linear outside", {}, with(extrapolation::linear, 1), {filled(0, empty)}},
      {"one stamp holds", {4}, {}, {sample(4, 0), sample(3, 0, before), sample(5, 0, after)}},
      {"one stamp, fill",
       {4},
       with(extrapolation::fill),
       {sample(4, 0), filled(3, before), filled(5, after)}},
      {"one stamp has no line: holds",
       {4},
       with(extrapolation::linear, 2),
       {sample(4, 0), sample(3, 0, before), sample(5, 0, after)}},
      {"one distinct stamp has no line: holds the last",
       {4, 4},
       with(extrapolation::linear, 2),
       {sample(4, 1), sample(3, 1, before), sample(5, 1, after)}},
      {"a held end is stale beyond the tolerance, with nearest",
       {0, 4},
       with_tolerance(interpolation::nearest, 1),
       {sample(-1, 0, before), sample(-1.25, 0, before | stale), sample(5, 1, after),
        sample(5.25, 1, after | stale)}},
      {"a held end is stale beyond the tolerance, with previous and next alike",
       {0, 4},
       with_tolerance(interpolation::previous, 1),
       {sample(-1.25, 0, before | stale), sample(5.25, 1, after | stale), sample(5, 1, after)}},
      {"a held end is stale beyond the tolerance, with next",
       {0, 4},
       with_tolerance(interpolation::next, 1),
       {sample(-1.25, 0, before | stale), sample(5.25, 1, after | stale), sample(-1, 0, before)}},
      {"a held end is never stale with linear",
       {0, 4},
       with_tolerance(interpolation::linear, 1),
       {sample(-100, 0, before), sample(100, 1, after)}},
      {"the tolerance does not concern fill values",
       {0, 4},
       with(extrapolation::fill, interpolation::nearest, 0, 1),
       {filled(-100, before), filled(100, after)}},
  };
}

std::vector<conformance_case> gap_cases() {
  return {
      {"exactly max_gap is no gap",
       {0, 4, 8},
       with_gap(gap_policy::nan, 4),
       {blend(1, 0, 1, 0.25)}},
      {"more than max_gap is: hold is the sample before, near either end",
       {0, 4, 12},
       with_gap(gap_policy::hold, 4),
       {blend(1, 0, 1, 0.25), sample(4.25, 1, gap), sample(11.75, 1, gap)}},
      {"the ends of a gap are samples",
       {0, 4, 12},
       with_gap(gap_policy::nan, 4),
       {sample(4, 1), sample(12, 2), not_a_number(8, gap)}},
      {"fill in a gap",
       {0, 4, 12},
       with_gap(gap_policy::fill, 4),
       {filled(5, gap), blend(3, 0, 1, 0.75)}},
      {"interpolate across a gap, and say so",
       {0, 4, 12},
       with_gap(gap_policy::interpolate, 4),
       {blend(6, 1, 2, 0.25, gap)}},
      {"nearest in a gap: its policy comes first",
       {0, 4, 12},
       with_gap(gap_policy::hold, 4, interpolation::nearest),
       {sample(11, 1, gap), sample(3, 1)}},
      {"next in a gap, interpolated across",
       {0, 4, 12},
       with_gap(gap_policy::interpolate, 4, interpolation::next),
       {sample(5, 2, gap), sample(3, 1)}},
      {"previous in a gap, filled",
       {0, 4, 12},
       with_gap(gap_policy::fill, 4, interpolation::previous),
       {filled(5, gap), sample(3, 0)}},
      {"max_gap of 0: every interval is a gap, stamps are not",
       {0, 4, 4, 8},
       with_gap(gap_policy::fill, 0),
       {filled(1, gap), sample(4, 2), filled(7, gap)}},
      {"max_gap does not concern the outside",
       {0, 40},
       with_gap(gap_policy::nan, 4),
       {sample(-1, 0, before), sample(50, 1, after)}},
      {"a gap before equal stamps is measured to their common time",
       {0, 8, 8},
       with_gap(gap_policy::interpolate, 4),
       {blend(2, 0, 2, 0.25, gap)}},
      {"no max_gap: no gaps", {-500, 500}, {}, {blend(0, 0, 1, 0.5)}},
  };
}

std::vector<conformance_case> tolerance_cases() {
  any_policy both = with_gap(gap_policy::hold, 4, interpolation::previous);
  both.tolerance = 2;
  any_policy both_nearest = with_gap(gap_policy::interpolate, 4, interpolation::nearest);
  both_nearest.tolerance = 2;
  any_policy both_linear = with_gap(gap_policy::hold, 4);
  both_linear.tolerance = 2;
  return {
      {"previous: exactly the tolerance is not stale, farther is, the value is written",
       {0, 8},
       with_tolerance(interpolation::previous, 2),
       {sample(2, 0), sample(2.25, 0, stale), sample(7.75, 0, stale)}},
      {"next: measured to the following sample",
       {0, 8},
       with_tolerance(interpolation::next, 2),
       {sample(6, 1), sample(5.75, 1, stale), sample(0.25, 1, stale)}},
      {"nearest: measured to the one taken",
       {0, 8},
       with_tolerance(interpolation::nearest, 2),
       {sample(2, 0), sample(2.25, 0, stale), sample(5.75, 1, stale), sample(6, 1)}},
      {"tolerance of 0: only the samples themselves are fresh",
       {0, 8},
       with_tolerance(interpolation::nearest, 0),
       {sample(0, 0), sample(8, 1), sample(0.25, 0, stale)}},
      {"linear knows no tolerance",
       {0, 8},
       with_tolerance(interpolation::linear, 1),
       {blend(4, 0, 1, 0.5)}},
      {"held in a gap: gap and stale",
       {0, 8},
       both,
       {sample(2, 0, gap), sample(2.25, 0, gap | stale)}},
      {"nearest across a gap: gap and stale",
       {0, 8},
       both_nearest,
       {sample(6, 1, gap), sample(5.75, 1, gap | stale)}},
      {"linear held in a gap: only gap", {0, 8}, both_linear, {sample(7, 0, gap)}},
  };
}

std::vector<conformance_case> offset_cases() {
  any_policy gap_and_offset = with_gap(gap_policy::fill, 4);
  gap_and_offset.offset = 2;
  return {
      {"a positive offset moves the samples later",
       {0, 4, 8},
       with_offset(2),
       {sample(2, 0), blend(4, 0, 1, 0.5), sample(6, 1), sample(1, 0, before), sample(10, 2),
        sample(11, 2, after)}},
      {"a negative offset moves them earlier",
       {0, 4, 8},
       with_offset(-2),
       {sample(-2, 0), blend(0, 0, 1, 0.5), sample(6, 2), sample(7, 2, after)}},
      {"offset with nearest",
       {0, 4, 8},
       with_offset(0.25, interpolation::nearest),
       {sample(0.25, 0), sample(2.25, 0), sample(2.5, 1)}},
      {"offset does not change gaps",
       {0, 4, 12},
       gap_and_offset,
       {blend(3, 0, 1, 0.25), filled(8, gap), sample(14, 2)}},
  };
}

}  // namespace

const std::vector<conformance_case>& conformance_cases() {
  static const std::vector<conformance_case> cases = [] {
    std::vector<conformance_case> all;
    for (const auto& part : {interpolation_cases(), duplicate_cases(), outside_cases(), gap_cases(),
                             tolerance_cases(), offset_cases()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return cases;
}

}  // namespace robocache_test
