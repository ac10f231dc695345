// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample/collective/stencil_rows.hpp>

#include <cmath>
#include <cstdint>

/// \file
/// A controller in one thread, on the host and in kernels: a trajectory sampled at times that move
/// forward, and joints that follow it.

namespace embedding {

inline constexpr std::int32_t joints = 7;

// [snippet:follower]
/// A trajectory that one thread samples at times that move forward. A step costs a few comparisons,
/// however long the trajectory is: the search begins where the last one ended.
struct trajectory_follower {
  robocache::time_axis<std::int64_t> axis;         // [S], ns
  robocache::tensor_view<const float, 2> samples;  // [S, D]
  robocache::resample_policy<std::int64_t> policy;
  std::int32_t after = 0;  // stamps at or before `now`
  std::int64_t now = 0;

  ROBOCACHE_HD void move_to(std::int64_t t) {
    now = t;
    after = robocache::upper_bound_near(axis, t, after);
  }
  /// Writes the row [D] at `now`, and returns its status.
  ROBOCACHE_HD std::uint8_t linear(const robocache::tensor_view<float, 1>& row) const {
    const auto found = robocache::bracket_after(axis, now, after, policy);
    robocache::write_row(robocache::serial_group{}, found, samples,
                         robocache::channel_affine<float>{}, row);
    return found.status;
  }
  ROBOCACHE_HD std::uint8_t cubic(const robocache::tensor_view<float, 1>& row) const {
    const auto found = robocache::stencils::cubic{}(axis, now, after, policy);
    robocache::write_row(robocache::serial_group{}, found, samples,
                         robocache::channel_affine<float>{}, row);
    return found.status;
  }
};
// [/snippet:follower]

/// Robots that each repeat a motion of their own: what is theirs and what they are doing.
struct environments {
  std::int32_t count;          // E
  std::int32_t samples;        // S
  const std::int64_t* stamps;  // [E, S], ns
  const float* positions;      // [E, S, joints], rad
  robocache::resample_policy<std::int64_t> policy;
  std::int64_t* now;    // [E]
  std::int32_t* after;  // [E], kept from one launch to the next
  float* q;             // [joints, E], rad
  float* v;             // [joints, E], rad/s
};

// [snippet:environment]
/// Some ticks of 1 ms of one environment: each joint is pulled to where the trajectory is.
template <class Follower = trajectory_follower>
ROBOCACHE_HD inline void run_environment(const environments& all, std::int64_t e, int ticks) {
  const std::int64_t* const stamps = all.stamps + e * all.samples;
  const std::int64_t end = stamps[all.samples - 1];
  Follower arm{
      trajectory_follower{{stamps, 1, all.samples},
                          {all.positions + e * all.samples * joints, {all.samples, joints}},
                          all.policy,
                          all.after[e]}};
  float q[joints];
  float v[joints];
  for (int d = 0; d < joints; ++d) {
    q[d] = all.q[d * all.count + e];
    v[d] = all.v[d * all.count + e];
  }
  std::int64_t now = all.now[e];
  for (int tick = 0; tick < ticks; ++tick) {
    now += 1'000'000;
    if (now > end) now -= end - stamps[0];  // the motion begins again
    arm.move_to(now);
    float command[joints];  // it goes nowhere else
    arm.linear({command, {joints}});
    for (int d = 0; d < joints; ++d) {
      // In terms of fma, so that the host rounds as the GPU does.
      const float acceleration = std::fma(400.0f, command[d] - q[d], -40.0f * v[d]);
      v[d] = std::fma(0.001f, acceleration, v[d]);
      q[d] = std::fma(0.001f, v[d], q[d]);
    }
  }
  all.now[e] = now;
  all.after[e] = arm.after;
  for (int d = 0; d < joints; ++d) {
    all.q[d * all.count + e] = q[d];
    all.v[d * all.count + e] = v[d];
  }
}
// [/snippet:environment]

}  // namespace embedding
