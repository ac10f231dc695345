// SPDX-License-Identifier: Apache-2.0
#include "stamps.hpp"

#include "numbers.hpp"

#include <algorithm>
#include <limits>

namespace robocache_test {
namespace {

__extension__ typedef __int128 int128;

constexpr std::int64_t int64_low = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t int64_high = std::numeric_limits<std::int64_t>::max();

}  // namespace

stamp shifted(time_kind kind, stamp t, stamp offset) {
  if (kind == time_kind::f32) return static_cast<float>(t) + static_cast<float>(offset);
  if (kind == time_kind::f64) return static_cast<double>(t) + static_cast<double>(offset);
  const bool is_signed = kind == time_kind::i64;
  const int128 low = is_signed ? int64_low : 0;
  const int128 high = is_signed ? static_cast<int128>(int64_high)
                                : static_cast<int128>(std::numeric_limits<std::uint64_t>::max());
  const int128 sum = static_cast<int128>(t) + static_cast<int128>(offset);
  return static_cast<stamp>(std::min(std::max(sum, low), high));
}

long double distance(time_kind kind, stamp from, stamp to) {
  if (kind == time_kind::f32) return static_cast<float>(to) - static_cast<float>(from);
  if (kind == time_kind::f64) return static_cast<double>(to) - static_cast<double>(from);
  return static_cast<long double>(static_cast<int128>(to) - static_cast<int128>(from));
}

std::uint64_t duration_bits(time_kind kind, stamp from, stamp to) {
  const long double span = distance(kind, from, to);
  if (!is_integer(kind)) return stamp_bits(kind, span);
  const auto whole = static_cast<int128>(span);
  const int128 kept =
      std::min(std::max(whole, static_cast<int128>(int64_low)), static_cast<int128>(int64_high));
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(kept));
}

std::uint64_t unlimited_bits(time_kind kind) {
  if (is_integer(kind)) return static_cast<std::uint64_t>(int64_high);
  return stamp_bits(kind, std::numeric_limits<stamp>::infinity());
}

}  // namespace robocache_test
