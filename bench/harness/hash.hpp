// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_device.hpp"

#include <cstdint>

/// \file
/// Random numbers by index: the same on the host and on the device.

namespace bench {

/// A well mixed 64-bit hash (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014: SplitMix64's output function).
BENCH_HD inline std::uint64_t hash(std::uint64_t seed, std::uint64_t i) {
  std::uint64_t x = seed * 0xd1342543de82ef95ull + i * 0x9e3779b97f4a7c15ull + 1;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

/// In [0, 1).
BENCH_HD inline double uniform(std::uint64_t seed, std::uint64_t i) {
  return static_cast<double>(hash(seed, i) >> 11) * 0x1p-53;
}

}  // namespace bench
