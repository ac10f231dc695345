// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "problem.hpp"

#include <cstdint>

/// \file
/// Random problems that are the same on every machine: no `<random>` distribution is.

namespace robocache_test {

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
class random_source {
 public:
  explicit random_source(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// In [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(high - low + 1));
  }
  /// In [0, 1).
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  bool chance(double probability) { return unit() < probability; }

 private:
  std::uint64_t state_;
};

/// What kind of problem to make.
struct random_shape {
  std::int64_t batch = 1;
  std::int64_t samples = 20;  ///< at most; every item has its own number if `ragged`
  std::int64_t rows = 20;
  std::int64_t channels = 3;
  bool ragged = false;
  bool special_values = true;   ///< NaN, infinities, denormals, -0 among the values
  bool special_targets = true;  ///< NaN and infinite targets
  bool affine = false;
  double duplicates = 0.15;
  int epoch = -1;   ///< 0: small stamps; 1: since 1970 and the like; -1: random
  int policy = -1;  ///< 0..47: interpolation x extrapolation x a choice of limits; -1: random
};

/// Sorted stamps around an epoch of the type, with duplicates and gaps; targets on stamps, between
/// them and outside.
problem random_problem(random_source& random, const combination& types, const random_shape& shape);

/// A value of the format, by its bits.
std::uint64_t random_value(random_source& random, scalar_kind kind, bool special);

}  // namespace robocache_test
