// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/call.hpp"

#include <cstdint>
#include <vector>

/// \file
/// The rules of `resample` written down a second time, naively: a linear scan over exact stamps.
/// Shares no code with the library beyond the names of the policies and of the status bits.

namespace robocache_test {

/// What a row must be.
struct expected_row {
  enum class kind { sample, blend, constant };
  kind is = kind::constant;
  std::int64_t left = -1;   ///< sample, or the earlier sample of a blend
  std::int64_t right = -1;  ///< the later sample of a blend
  long double weight = 0;   ///< exact up to the rounding of a long double
  double constant = 0;      ///< NaN, or the fill value
  std::uint8_t status = 0;
};

/// The stamps of one recording, in non-decreasing order, and the rules in force.
class resample_reference {
 public:
  resample_reference(time_kind kind, const std::vector<stamp>& times, const any_policy& policy);

  /// The row of target `t`.
  expected_row row(stamp t);

 private:
  /// Equal stamps as one: the stamp, and the index of the last sample that has it.
  struct instant {
    stamp time;
    std::int64_t sample;
  };
  expected_row outside(stamp t, bool after) const;

  time_kind kind_;
  any_policy policy_;
  std::vector<instant> instants_;
  std::size_t scan_from_ = 0;  // rising targets go on from the bracket of the one before
};

/// How far a weight may be from the exact one: the rounding of the quotient to the arithmetic's
/// type, of 64-bit differences to double before it, and of the sum with 1 when extrapolating. In
/// float: (1 + 2^-24)(1 + 3 * 2^-53) - 1 < 2^-24 + 2^-50 of the quotient; in double 4 * 2^-53.
long double weight_tolerance(const combination& types, long double exact_weight);

}  // namespace robocache_test
