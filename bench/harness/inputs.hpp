// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hash.hpp"
#include "host_device.hpp"

#include <cstdint>
#include <type_traits>

/// \file
/// The inputs of the rows by index, on host and device; `peers/inputs.py` makes the same ones. Of
/// what depends on the index no rounded product is added to anything and nothing is divided but by
/// a power of two, so that compilers that contract, or multiply by reciprocals, give the same bits
/// as those that do not.

namespace bench {

/// In which order a row asks for its targets.
enum class target_order { sorted, shuffled };

/// The first seed of a set of buffers, of a recording on the CPU: 4 for each of 16 streams. The
/// phases of the targets have that of the first stream's values, with which they have nothing to
/// do; times of calls with few items depend on these phases (docs/adr/0008).
BENCH_HD inline std::uint64_t seed_of_set(int set) {
  return 1000 + 64 * static_cast<std::uint64_t>(set);
}

/// In [-1, 1).
BENCH_HD inline float random_float(std::uint64_t seed, std::uint64_t i) {
  return static_cast<float>(2 * uniform(seed, i) - 1);
}

/// Seconds as float or double, or nanoseconds since 2023 as an integer.
template <class Time>
BENCH_HD Time time_from_seconds(double seconds) {
  if constexpr (std::is_integral_v<Time>) {
    return static_cast<Time>(1700000000000000000ll) + static_cast<Time>(seconds * 1e9);
  } else {
    return static_cast<Time>(seconds);
  }
}

/// Seconds of element `i` of stamps [batch, samples]: one each `period`, give or take a quarter of
/// that.
BENCH_HD inline double sample_seconds(std::uint64_t seed, std::uint64_t i, int samples,
                                      double period) {
  const double jitter = (uniform(seed, i) - 0.5) / 2;
  return period * (static_cast<double>(i % static_cast<std::uint64_t>(samples)) + 0.5 + jitter);
}

/// A random place for `i` of `[0, n)`: each seed is another permutation. (A Feistel network on the
/// next power of four, walked until it lands inside.)
BENCH_HD inline std::uint32_t shuffled(std::uint64_t seed, std::uint32_t i, std::uint32_t n) {
  int half_bits = 1;
  while ((std::uint64_t{1} << (2 * half_bits)) < n) ++half_bits;
  const std::uint32_t mask = (1u << half_bits) - 1u;
  do {
    std::uint32_t high = i >> half_bits;
    std::uint32_t low = i & mask;
    for (std::uint32_t round = 0; round < 4; ++round) {
      const std::uint32_t mixed =
          high ^ (static_cast<std::uint32_t>(hash(seed + round, low)) & mask);
      high = low;
      low = mixed;
    }
    i = (high << half_bits) | low;
  } while (i >= n);
  return i;
}

/// Seconds of element `i` of targets [batch, rows]: a regular grid over `span` seconds that starts
/// at a random phase in each item.
BENCH_HD inline double target_seconds(std::uint64_t seed, std::uint64_t i, int rows, double span,
                                      target_order order) {
  const auto number = static_cast<std::uint64_t>(rows);
  const std::uint64_t item = i / number;
  auto row = static_cast<std::uint32_t>(i % number);
  if (order == target_order::shuffled) {
    row = shuffled(hash(seed + 1, item), row, static_cast<std::uint32_t>(rows));
  }
  return (span / rows) * (row + uniform(seed, item));
}

}  // namespace bench
