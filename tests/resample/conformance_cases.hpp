// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/call.hpp"

#include <cstdint>
#include <vector>

/// \file
/// The rules of docs/semantics.md by example: one list, run for every type on every back end.

namespace robocache_test {

/// What a row of a case must be, derived by hand.
struct case_row {
  double target;  ///< in ticks
  char is;        ///< 's' sample, 'b' blend, 'f' fill value, 'n' NaN
  int left;       ///< sample
  int right;      ///< sample, of a blend
  double weight;  ///< of a blend
  std::uint8_t status;
};

/// Stamps, targets and durations are in ticks; the runner maps ticks to each time type, at several
/// epochs. Multiples of 1/4 tick only, at most 512 ticks from 0. Sample s of channel d has the
/// value 16 s + 4 d.
struct conformance_case {
  const char* name;
  std::vector<double> stamps;
  any_policy policy;  ///< durations in ticks
  std::vector<case_row> rows;
};

const std::vector<conformance_case>& conformance_cases();

}  // namespace robocache_test
