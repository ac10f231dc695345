// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../harness/host_device.hpp"

#include <cmath>

/// \file
/// The baselines' rotation between two others, on host and device: shares no code with the library.

namespace bench {

/// The unit quaternion `weight` of the way from `a` to `b` along the shortest arc (Shoemake,
/// "Animating rotation with quaternion curves", 1985). Any order of components.
BENCH_HD inline void baseline_slerp(const float (&a)[4], const float (&b)[4], float weight,
                                    float (&result)[4]) {
  float dot = 0;
  for (int i = 0; i < 4; ++i) dot += a[i] * b[i];
  const float sign = dot < 0 ? -1.0f : 1.0f;  // b and -b are the same rotation
  const float angle = std::acos(std::fmin(sign * dot, 1.0f));
  const float sine = std::sin(angle);
  float from = 1 - weight;
  float to = weight;
  if (sine > 1e-4f) {  // else the arc is as good as straight
    from = std::sin(from * angle) / sine;
    to = std::sin(to * angle) / sine;
  }
  float squares = 0;
  for (int i = 0; i < 4; ++i) {
    result[i] = from * a[i] + sign * to * b[i];
    squares += result[i] * result[i];
  }
  const float scale = 1 / std::sqrt(squares);
  for (float& component : result) component *= scale;
}

}  // namespace bench
