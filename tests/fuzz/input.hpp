// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../reference/numbers.hpp"
#include "../support/random_problem.hpp"

#include <fuzzer/FuzzedDataProvider.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>

/// \file
/// From a fuzzer's bytes to numbers, stamps and rules of calls.

namespace robocache_test {

/// Ends the program, which is how a fuzzer is told of a finding.
inline void require(const std::string& wrong) {
  if (wrong.empty()) return;
  std::fprintf(stderr, "finding: %s\n", wrong.c_str());
  std::abort();
}
inline void require(bool holds, const char* what) {
  if (!holds) require(std::string(what));
}

/// What the bytes say; zeros when they are used up.
class fuzz_input {
 public:
  fuzz_input(const std::uint8_t* data, std::size_t size)
      : from_(data, size), values_(from_.ConsumeIntegral<std::uint32_t>()) {}

  /// In [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return from_.ConsumeIntegralInRange(low, high);
  }
  /// Once in `times`. Never when the bytes are used up.
  bool once_in(int times) { return between(0, times - 1) == times - 1; }
  std::uint64_t bits() { return from_.ConsumeIntegral<std::uint64_t>(); }
  template <class T, std::size_t Size>
  const T& one_of(const T (&list)[Size]) {
    return list[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(Size) - 1))];
  }
  template <class List>
  const auto& element_of(const List& list) {
    return list[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(list.size()) - 1))];
  }
  /// An extent: mostly a few, sometimes more than vectors and unrolled loops take at once.
  std::int64_t extent(std::int64_t few, std::int64_t many) {
    return between(0, 7) == 7 ? between(0, many) : between(0, few);
  }
  /// Integers at which arithmetic ends, and any other.
  std::int64_t far_integer() {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t list[] = {
        -1,          0,         1,         -most - 1, most,         most / 2,
        -(most / 2), most / 8,  1ll << 31, 1ll << 32, -(1ll << 31), (1ll << 31) - 1,
        1ll << 62,   1ll << 61, 1ll << 42, 262145};
    if (between(0, 3) == 3) return static_cast<std::int64_t>(bits());
    return one_of(list);
  }
  /// Values come from a generator, so that the bytes are left for what decides more.
  random_source& values() { return values_; }

 private:
  FuzzedDataProvider from_;
  random_source values_;
};

/// A duration of a few steps, or of any size; positive.
inline stamp fuzz_duration(fuzz_input& in, time_kind kind) {
  constexpr stamp infinity = std::numeric_limits<stamp>::infinity();
  switch (in.between(0, 4)) {
    case 0:
      return infinity;
    case 1:
      return to_stamp(kind == time_kind::u64 ? time_kind::i64 : kind,
                      static_cast<stamp>(in.bits() >> in.between(1, 63)));
    default: {
      const auto steps = static_cast<stamp>(in.between(0, 12));
      return is_integer(kind) ? steps : to_stamp(kind, steps / 4);
    }
  }
}

/// Where a recording begins: near zero, today, or near an end of the type.
inline stamp fuzz_epoch(fuzz_input& in, time_kind kind) {
  constexpr stamp integers[] = {0, 1.7e18L, -3, -0x1p63L, 0x1p63L - 40, 0x1p64L - 40, 0x1p53L};
  constexpr stamp reals[] = {0, 1.7e9L, -3, 1e30L, -1e38L, 0x1p24L, 0x1p-126L};
  return to_stamp(kind, is_integer(kind) ? in.one_of(integers) : in.one_of(reals));
}

/// Not earlier than `from`: the same, the next that there is, a few steps on, or anywhere.
inline stamp fuzz_next(fuzz_input& in, time_kind kind, stamp from) {
  stamp to = from;
  switch (in.between(0, 7)) {
    case 0:
      return from;
    case 1:
      to = stamp_from_bits(kind, in.bits());
      break;
    case 2:
      to = from + static_cast<stamp>(in.bits() >> in.between(0, 63));
      break;
    default: {
      const auto steps = static_cast<stamp>(in.between(1, 10));
      to = from + (is_integer(kind) ? steps : steps / 4);
    }
  }
  if (!(to - to == 0)) return from;
  to = to_stamp(kind, to);
  return to < from ? from : to;
}

/// Rules that are right. \param offsets  there may be an offset
inline any_policy fuzz_policy(fuzz_input& in, time_kind kind) {
  any_policy policy;
  policy.interpolation = static_cast<robocache::interpolation>(
      in.between(0, static_cast<int>(robocache::detail::last_interpolation)));
  policy.extrapolation = static_cast<robocache::extrapolation>(in.between(0, 3));
  policy.gap = static_cast<robocache::gap_policy>(in.between(0, 3));
  if (in.once_in(2)) policy.max_gap = fuzz_duration(in, kind);
  if (in.once_in(2)) policy.tolerance = fuzz_duration(in, kind);
  policy.horizon = fuzz_duration(in, kind);
  if (policy.horizon == 0) policy.horizon = 1;
  if (in.once_in(2)) {
    const stamp offset = fuzz_duration(in, kind);
    if (offset - offset == 0) policy.offset = in.once_in(2) ? -offset : offset;
  }
  policy.fill_value = static_cast<double>(in.between(-4, 4)) * 0.5;
  return policy;
}

/// Enumerators out of range, durations that are none.
inline void spoil(fuzz_input& in, any_policy& policy, time_kind kind) {
  constexpr stamp nan = std::numeric_limits<stamp>::quiet_NaN();
  constexpr stamp infinity = std::numeric_limits<stamp>::infinity();
  const stamp bad = is_integer(kind) ? -1 : in.once_in(2) ? nan : -1;
  switch (in.between(0, 7)) {
    case 0:
      policy.interpolation = static_cast<robocache::interpolation>(in.between(0, 255));
      break;
    case 1:
      policy.extrapolation = static_cast<robocache::extrapolation>(in.between(0, 255));
      break;
    case 2:
      policy.gap = static_cast<robocache::gap_policy>(in.between(0, 255));
      break;
    case 3:
      policy.max_gap = bad;
      break;
    case 4:
      policy.tolerance = bad;
      break;
    case 5:
      policy.horizon = in.once_in(2) ? bad : 0;
      break;
    case 6:
      if (!is_integer(kind)) policy.offset = in.once_in(2) ? nan : infinity;
      break;
    default:
      policy.fill_value = std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace robocache_test
