// SPDX-License-Identifier: Apache-2.0
#include "simulate_scan.hpp"

#include "files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace recordings {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double reach = 60;           // m
constexpr double sensor_height = 1.8;  // m above the ground

/// A box with faces along the axes: a house, a car, a trunk.
struct box {
  double low[3], high[3];
  std::uint8_t reflectivity;
};

std::vector<box> make_street() {
  std::vector<box> boxes;
  for (int i = 0; i < 6; ++i) {  // houses with gaps between them, on both sides
    const double x = -60 + 20 * i;
    boxes.push_back({{x, 8, -2}, {x + 17, 18, 4.0 + i % 3}, 90});
    boxes.push_back({{x + 5, -19, -2}, {x + 21, -9, 5.0 - i % 2}, 70});
  }
  for (int i = 0; i < 7; ++i) {  // parked cars, trees
    const double x = -40 + 12 * i;
    boxes.push_back({{x, 4.4, -1.6}, {x + 4.3, 6.2, -0.3}, 160});
    boxes.push_back({{x + 6, -6.2, -1.8}, {x + 6.3, -5.9, 3.5}, 40});
  }
  return boxes;
}

/// How far along the ray from the sensor a box is; more than `reach` if it is not hit.
double distance_to(const box& b, const double (&direction)[3]) {
  double near = 0;
  double far = 2 * reach;
  for (int k = 0; k < 3; ++k) {
    const double a = b.low[k] / direction[k];
    const double c = b.high[k] / direction[k];
    near = std::max(near, std::min(a, c));
    far = std::min(far, std::max(a, c));
  }
  return near < far ? near : 2 * reach;
}

template <class T>
void append(std::string& bytes, T value) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  bytes.append(raw, sizeof(T));
}

}  // namespace

void simulate_scan(const std::string& path) {
  constexpr int beams = 32;
  constexpr int turns = 1800;
  const std::vector<box> street = make_street();
  std::mt19937 engine(20240229);  // the standard's distributions differ between libraries
  std::string points;
  for (int turn = 0; turn < turns; ++turn) {
    for (int beam = 0; beam < beams; ++beam) {
      // Not exactly along an axis, where a ray would be parallel to the faces of boxes.
      const double azimuth = 2 * pi * (turn + 0.37) / turns;
      const double elevation = (-25 + 40.0 * (beam + 0.21) / beams) * pi / 180;
      const double direction[3] = {std::cos(azimuth) * std::cos(elevation),
                                   std::sin(azimuth) * std::cos(elevation), std::sin(elevation)};
      double distance = direction[2] < 0 ? -sensor_height / direction[2] : 2 * reach;
      int reflectivity = 20;
      for (const box& b : street) {
        const double d = distance_to(b, direction);
        if (d < distance) distance = d, reflectivity = b.reflectivity;
      }
      const double noise = (static_cast<double>(engine()) / 4294967296.0 - 0.5) * 0.04;
      const double hit =
          distance < reach ? distance + noise : std::numeric_limits<double>::quiet_NaN();
      for (const double along : direction) append(points, static_cast<float>(hit * along));
      const double dimmed = std::isnan(hit) ? 0 : reflectivity / (1 + 0.02 * hit);
      append(points, static_cast<std::uint8_t>(dimmed));
      append(points, static_cast<std::uint8_t>(beam));
      append(points, static_cast<std::uint16_t>(0));
      append(points, static_cast<double>(turn) * 0.1 / turns);
    }
  }
  const std::string header = fmt::format(
      "# .PCD v0.7, simulated by voxelize_scan --simulate\nVERSION 0.7\n"
      "FIELDS x y z intensity ring _ time\nSIZE 4 4 4 1 1 1 8\nTYPE F F F U U U F\n"
      "COUNT 1 1 1 1 1 2 1\nWIDTH {0}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {0}\n"
      "DATA binary\n",
      beams * turns);
  write_bytes(path, header + points);
}

}  // namespace recordings
