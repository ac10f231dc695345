// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "resample_reference.hpp"

#include <cstdint>
#include <utility>
#include <vector>

/// \file
/// The cubic written down a second time, naively: Hermite's four polynomials and slopes by finite
/// differences, where the library blends parabolas. Shares no code with it.

namespace robocache_test {

/// What a row of the cubic must be.
struct expected_cubic {
  /// What it is where it is no cubic, and the status.
  expected_row row;
  bool is_cubic = false;
  /// Samples and what they count, in no order. They sum to 1.
  std::vector<std::pair<std::int64_t, long double>> coefficients;
};

/// The stamps of one recording, in non-decreasing order, and the rules in force.
class cubic_reference {
 public:
  /// \param in_double  coefficients are double, not float
  cubic_reference(time_kind kind, const std::vector<stamp>& times, any_policy policy,
                  bool in_double);

  /// The row of target `t`.
  expected_cubic row(stamp t);

 private:
  bool usable(stamp from, stamp to, long double whole) const;

  time_kind kind_;
  any_policy policy_;
  bool in_double_;
  std::vector<stamp> times_;
  resample_reference linear_;
};

}  // namespace robocache_test
