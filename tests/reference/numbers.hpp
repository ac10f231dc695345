// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/kinds.hpp"

#include <cstdint>

/// \file
/// Number formats from their definition, slowly, in double: what the library's conversions are
/// compared with. Shares no code with the library.

namespace robocache_test {

/// The value of a bit pattern. Exact.
double decode(scalar_kind kind, std::uint64_t bits);

/// `x` rounded to nearest even; NaN as the bits that the contract names (0x7fff for 16 bits,
/// 0x7fffffff for float, 0x7ff8... for double). Integers take whole
/// numbers only.
std::uint64_t encode(scalar_kind kind, double x);

/// Half a unit in the last place at `x`: how far rounding to the format may move it.
long double half_ulp(scalar_kind kind, long double x);

bool is_nan_bits(scalar_kind kind, std::uint64_t bits);

/// Stamps as they are stored. `t` must be representable.
std::uint64_t stamp_bits(time_kind kind, stamp t);
stamp stamp_from_bits(time_kind kind, std::uint64_t bits);
/// Rounded to the nearest stamp of the type, and inside its range.
stamp to_stamp(time_kind kind, long double t);

}  // namespace robocache_test
