// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../harness/hash.hpp"
#include "../harness/host_device.hpp"

#include <cmath>
#include <cstdint>

/// \file
/// Recordings of rotations, on host and device.

namespace bench {

/// Sample `i` of recordings [batch, samples] as x, y, z, w. Each item turns about an axis and at a
/// speed of its own; every sample is one of the two quaternions of its rotation, at random.
BENCH_HD inline void random_rotation(std::uint64_t seed, std::uint64_t i, int samples,
                                     float* quaternion) {
  const auto number = static_cast<std::uint64_t>(samples);
  const std::uint64_t item = i / number;
  double axis[3];
  double squares = 0;
  for (int k = 0; k < 3; ++k) {
    axis[k] = uniform(seed, 4 * item + k) + 0.01;  // never zero
    squares += axis[k] * axis[k];
  }
  const double speed = 0.05 + 0.2 * uniform(seed, 4 * item + 3);  // radians per sample
  const double half = speed * static_cast<double>(i % number) / 2;
  const double sign = uniform(seed + 1, i) < 0.5 ? -1 : 1;
  for (int k = 0; k < 3; ++k) {
    quaternion[k] = static_cast<float>(sign * axis[k] * std::sin(half) / std::sqrt(squares));
  }
  quaternion[3] = static_cast<float>(sign * std::cos(half));
}

}  // namespace bench
