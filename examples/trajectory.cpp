// SPDX-License-Identifier: Apache-2.0

#include "embedding/trajectory.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

/// \file
/// A controller that samples a joint trajectory at 1 kHz, by one thread, a row per tick: linear and
/// cubic, against the motion that was recorded. `trajectory.cu` has it in a kernel. Ends with 1 if
/// the cubic is not what it should be.

namespace {

constexpr std::int64_t ms = 1'000'000;  // ns
constexpr std::int64_t start = 1'700'000'000'000 * ms;
constexpr std::int64_t samples = 101;  // 2 s at about 50 Hz
constexpr std::int64_t ticks = 1960;   // at 1 kHz, within the recording
constexpr std::int64_t joints = 6;

/// Where joint `d` is at a time, in rad.
double position(std::int64_t stamp, std::int64_t d) {
  const double t = static_cast<double>(stamp - start) * 1e-9;
  const double phase = 0.4 * static_cast<double>(d);
  return std::sin(4 * t + phase) + 0.25 * std::cos(11 * t - phase);
}

/// What a commanded motion is judged by.
struct judge {
  double largest_error = 0;         // rad
  double largest_acceleration = 0;  // rad/s^2, from tick to tick
  std::vector<double> commands;     // [ticks, joints]

  void tick(std::int64_t now, const float* row) {
    for (std::int64_t d = 0; d < joints; ++d) {
      const auto command = static_cast<double>(row[d]);
      largest_error = std::max(largest_error, std::fabs(command - position(now, d)));
      commands.push_back(command);
      const std::size_t i = commands.size() - 1;
      if (i < 2 * joints) continue;
      const double bend = command - 2 * commands[i - joints] + commands[i - 2 * joints];
      largest_acceleration = std::max(largest_acceleration, std::fabs(bend) * 1e6);
    }
  }
};

}  // namespace

int main() {
  std::vector<std::int64_t> times;
  std::vector<float> positions;  // [101, 6]
  for (std::int64_t i = 0; i < samples; ++i) {
    const std::int64_t jitter = (i * i * 7919 % 9 - 4) * ms / 2;  // up to 2 ms
    times.push_back(start + 20 * ms * i + (i == 0 ? 0 : jitter));
    for (std::int64_t d = 0; d < joints; ++d) {
      positions.push_back(static_cast<float>(position(times.back(), d)));
    }
  }
  judge linear, cubic;
  std::int64_t reported = 0;

  // [snippet:control]
  using robocache::tensor_view;
  const robocache::time_axis<std::int64_t> axis{times.data(), 1, samples};
  const tensor_view values(positions.data(), {samples, joints});
  robocache::resample_policy<std::int64_t> policy;
  policy.max_gap = 100 * ms;

  float row[joints];
  const tensor_view command(row, {joints});
  embedding::trajectory_follower arm{axis, values, policy};
  for (std::int64_t tick = 0; tick < ticks; ++tick) {
    const std::int64_t now = start + tick * ms;
    arm.move_to(now);
    arm.linear(command);
    linear.tick(now, row);
    if (arm.cubic(command) != robocache::row_status::ok) ++reported;
    cubic.tick(now, row);
  }
  // [/snippet:control]

  std::printf("%lld joints at about 50 Hz, sampled at 1 kHz\n", static_cast<long long>(joints));
  std::printf("         largest error, rad   largest acceleration, rad/s^2\n");
  std::printf("linear   %.6f             %.1f\n", linear.largest_error,
              linear.largest_acceleration);
  std::printf("cubic    %.6f             %.1f\n", cubic.largest_error, cubic.largest_acceleration);
  // The motion itself has no more than 4^2 + 11^2 / 4 = 46.25 rad/s^2.
  const bool good = reported == 0 && 10 * cubic.largest_error < linear.largest_error &&
                    cubic.largest_acceleration < 1.5 * 46.25;
  if (!good) std::fprintf(stderr, "the cubic is not as good as it should be\n");
  return good ? 0 : 1;
}
