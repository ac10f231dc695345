// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/problem.hpp"
#include "conformance_cases.hpp"

#include <cstdint>
#include <vector>

/// \file
/// The cases of the conformance table as problems, and what they must give.

namespace robocache_test {

/// Where a case's ticks lie on a time axis.
struct epoch {
  const char* name;
  stamp base;
  stamp tick;
};

/// Every 1/4 tick up to 512 ticks from 0 is a stamp of the type, so all cases are exact.
std::vector<epoch> epochs(time_kind kind);

/// One item of three channels; a target per row of the case.
problem problem_of(const conformance_case& from, const combination& types, const epoch& at);

/// Channel `d` of a row, rounded to the output.
std::uint64_t expected_bits(const combination& types, const case_row& row, double fill,
                            std::int64_t d);

}  // namespace robocache_test
