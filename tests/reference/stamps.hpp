// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/kinds.hpp"

#include <cstdint>

/// \file
/// Sums and differences of stamps as their types have them, on exact numbers.

namespace robocache_test {

/// `t + offset` in the stamp's own type: floating point rounds, integers stop at the ends.
stamp shifted(time_kind kind, stamp t, stamp offset);

/// `to - from` in the stamp's own type; exact for integers (64 bits hold any difference).
long double distance(time_kind kind, stamp from, stamp to);

/// The same as a duration of the type is stored: integers stop at the ends of `std::int64_t`.
std::uint64_t duration_bits(time_kind kind, stamp from, stamp to);

/// The bits of the duration that means "no limit".
std::uint64_t unlimited_bits(time_kind kind);

}  // namespace robocache_test
