// SPDX-License-Identifier: Apache-2.0
#include "recording_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <stdexcept>

namespace robocache_test {
namespace {

#define ROBOCACHE_FALCON "trajectories/falcon/5_falcon_merged-2017-04-07-12-36-38_"
#define ROBOCACHE_ARM "trajectories/robot_arm/robot_arm_complete_bag_color_and_ir_"
#define ROBOCACHE_PENDULUM "trajectories/double_pendulum/design"

const std::vector<known_recording> recordings = {
    {"arm pose", ROBOCACHE_ARM "base_link_sr300_hinge.csv", ',', 0, 8, 2817, 0, 0, 0, 5732, 50, 49,
     0, 2817},
    {"arm camera", ROBOCACHE_ARM "target_ir.csv", ',', 0, 8, 1703, 0, 0, 0, 5781, 50, 50, 0, 1},
    {"falcon vicon", ROBOCACHE_FALCON "falcon_vicon.csv", ',', 0, 8, 1336, 0, 0, 0, 4867, 50, 49, 0,
     1336},
    {"falcon odometry", ROBOCACHE_FALCON "imu_odom.csv", ',', 0, 8, 1779, 476, 131, 0, 4872, 50, 49,
     0, 1648},
    // Three frames lost make 99.9 ms: one or two intervals more are just no gap.
    {"falcon camera W_d", ROBOCACHE_FALCON "W_d.csv", ',', 0, 8, 841, 0, 0, 27, 4582, 50, 50, 1445,
     1},
    {"falcon camera W_r", ROBOCACHE_FALCON "W_r.csv", ',', 0, 8, 535, 0, 0, 36, 4596, 50, 50, 2633,
     1},
    {"motion capture", "trajectories/tum_fr1_xyz/freiburg1_xyz-groundtruth.txt", ' ', 3, 8, 3000, 0,
     0, 1, 3109, 50, 50, 11, 327},
    {"pendulum 055640", ROBOCACHE_PENDULUM "A0_20220812-055640-PM_measured.csv", ',', 1, 7, 4997, 0,
     0, 0, 1100, 50, 50, 0, 1},
    {"pendulum 060143", ROBOCACHE_PENDULUM "A0_20220812-060143-PM_measured.csv", ',', 1, 7, 1998, 0,
     0, 0, 1099, 50, 50, 0, 1},
    {"pendulum 061705", ROBOCACHE_PENDULUM "A0_20220812-061705-PM_measured.csv", ',', 1, 7, 996, 0,
     0, 0, 598, 50, 50, 0, 1},
    {"pendulum 063052", ROBOCACHE_PENDULUM "A0_20220812-063052-PM_measured.csv", ',', 1, 7, 999, 0,
     1, 0, 1098, 50, 50, 0, 1},
    {"pendulum trajectory 12", ROBOCACHE_PENDULUM "C0_20220914_trajectory_12.csv", ',', 1, 21, 3452,
     0, 0, 0, 700, 50, 50, 0, 1},
};

#undef ROBOCACHE_FALCON
#undef ROBOCACHE_ARM
#undef ROBOCACHE_PENDULUM

/// Nanoseconds of a decimal number of seconds: a long double holds both exactly enough to round.
stamp nanoseconds_of(const char* text) {
  return std::nearbyint(std::strtold(text, nullptr) * 1e9L);
}

}  // namespace

const std::vector<known_recording>& known_recordings() {
  return recordings;
}

std::string data_folder() {
  const char* const set = std::getenv("ROBOCACHE_TEST_DATA");
  return set != nullptr ? set : ROBOCACHE_TEST_DATA_DEFAULT;
}

recorded read(const known_recording& known) {
  const std::string path = data_folder() + "/" + known.path;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot open " + path);
  recorded result;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (number <= known.header_lines || line.empty()) continue;
    result.nanoseconds.push_back(nanoseconds_of(line.c_str()));
    std::vector<double> row;
    const char* at = line.c_str();
    for (int column = 0; column < known.columns; ++column) {
      char* end = nullptr;
      const double value = std::strtod(at, &end);
      if (end == at) throw std::runtime_error(path + ":" + std::to_string(number) + ": no number");
      if (column == 0) {
        result.seconds.push_back(value);
      } else {
        row.push_back(value);
      }
      at = end;
      if (*at == known.separator) ++at;
    }
    result.channels.push_back(row);
  }
  return result;
}

std::vector<stamp> read_stamps(const std::string& path) {
  std::ifstream file(data_folder() + "/" + path);
  if (!file) throw std::runtime_error("cannot open " + path);
  std::vector<stamp> stamps;
  std::string line;
  while (std::getline(file, line)) {
    if (!line.empty() && line[0] != '#') stamps.push_back(nanoseconds_of(line.c_str()));
  }
  return stamps;
}

recorded sorted(const recorded& from) {
  std::vector<std::size_t> order(from.nanoseconds.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return from.nanoseconds[a] < from.nanoseconds[b];
  });
  recorded to;
  for (const std::size_t i : order) {
    to.seconds.push_back(from.seconds[i]);
    to.nanoseconds.push_back(from.nanoseconds[i]);
    to.channels.push_back(from.channels[i]);
  }
  return to;
}

}  // namespace robocache_test
