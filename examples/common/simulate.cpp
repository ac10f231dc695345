// SPDX-License-Identifier: Apache-2.0
#include "simulate.hpp"

#include "files.hpp"
#include "time_stamp.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <random>

namespace recordings {
namespace {

constexpr std::int64_t epoch = 1700000000'000000000;  // ns
constexpr double duration = 12;                       // s
constexpr double pi = 3.14159265358979323846;

/// Uniform in [-1, 1). The standard's distributions differ between libraries, its engines do not.
class noise {
 public:
  double operator()() { return static_cast<double>(engine_()) / 2147483648.0 - 1; }

 private:
  std::mt19937 engine_{20240229};
};

double smooth_step(double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return x * x * x * (10 + x * (6 * x - 15));  // minimum jerk
}

/// Joint positions of a reach and a return, with a little vibration.
double joint(int j, double t) {
  const double reach = smooth_step((t - 1 - 0.2 * j) / 3) - smooth_step((t - 6.5 - 0.15 * j) / 3.5);
  const double vibration = 0.02 * std::sin(2 * pi * (3 + j) * t) * std::exp(-std::fabs(t - 5.0));
  return (0.9 - 0.35 * j) * reach + 0.15 * std::sin(2 * pi * t / (4 + j)) + vibration;
}

std::string stamp(double t) {
  return format_stamp(epoch + static_cast<std::int64_t>(std::llround(t * 1e9)), time_unit::seconds);
}

std::string joints_csv() {
  noise random;
  std::vector<std::string> rows;
  for (int i = 0; i < static_cast<int>(duration * 200); ++i) {
    const double t = i / 200.0 + 0.0004 * random();
    if (t > 4.1 && t < 4.85) continue;  // the driver hung
    std::string row = stamp(t);
    for (int j = 0; j < 3; ++j) row += fmt::format(",{:.7f}", joint(j, t) + 0.0005 * random());
    for (int j = 0; j < 3; ++j) {
      const double velocity = (joint(j, t + 1e-4) - joint(j, t - 1e-4)) / 2e-4;
      row += fmt::format(",{:.6f}", velocity + 0.01 * random());
    }
    rows.push_back(row);
    if (i % 400 == 399) rows.push_back(row);                     // a packet sent twice
    if (i % 500 == 250) std::swap(rows.back(), rows.end()[-2]);  // and two that overtook each other
  }
  std::string text =
      "time,position_1 [rad],position_2 [rad],position_3 [rad],velocity_1 [rad/s],"
      "velocity_2 [rad/s],velocity_3 [rad/s]\n";
  for (const std::string& row : rows) text += row + "\n";
  return text;
}

std::string camera_tum() {
  noise random;
  std::string text = "# camera pose in the base frame\n# timestamp tx ty tz qx qy qz qw\n";
  for (int i = 0; i < static_cast<int>((duration - 1) * 30); ++i) {
    const double t = 0.8 + i / 30.0 + 0.001 * random();
    if (i % 90 == 60 || i % 90 == 61 || i % 90 == 62) continue;  // dropped frames
    const double yaw = 1.8 * joint(0, t);
    const double sign = i % 70 < 35 ? 1 : -1;  // the same orientation, written the other way
    text += fmt::format("{} {:.6f} {:.6f} {:.6f} {:.7f} {:.7f} {:.7f} {:.7f}\n", stamp(t),
                        0.5 + 0.3 * std::cos(yaw), 0.3 * std::sin(yaw), 0.7 + 0.2 * joint(1, t),
                        0.0, 0.0, sign * std::sin(yaw / 2), sign * std::cos(yaw / 2));
  }
  return text;
}

}  // namespace

std::vector<std::string> simulate_recordings(const std::string& folder) {
  const std::filesystem::path base(folder);
  const std::string joints = (base / "simulated_joints.csv").string();
  const std::string camera = (base / "simulated_camera.txt").string();
  write_bytes(joints, joints_csv());
  write_bytes(camera, camera_tum());
  return {joints, camera};
}

}  // namespace recordings
