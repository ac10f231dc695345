// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/voxelize/rules/cell.hpp>

#include "../harness/host_device.hpp"
#include "../harness/inputs.hpp"
#include "shape.hpp"

#include <cmath>
#include <cstdint>

/// \file
/// The point clouds of the rows, on host and device: the sensor is at the origin, voxels are cubes
/// of 0.2 m, the grid is around the sensor and begins 2 m below it. `peers/inputs.py` makes the
/// same ones, of scans nearly: sines are rounded differently.

namespace bench {

inline constexpr float cloud_voxel = 0.2f;  // m
inline constexpr float cloud_floor = -2;    // m

inline robocache::voxel_grid<float> grid_of(const voxel_shape& shape) {
  return {{-0.5f * cloud_voxel * static_cast<float>(shape.nx),
           -0.5f * cloud_voxel * static_cast<float>(shape.ny), cloud_floor},
          {cloud_voxel, cloud_voxel, cloud_voxel},
          {shape.nx, shape.ny, shape.nz}};
}

/// Uniform in the grid; one in a hundred is beside it.
BENCH_HD inline void uniform_point(const robocache::voxel_grid<float>& grid, std::uint64_t seed,
                                   std::uint64_t i, float (&p)[3]) {
  for (int k = 0; k < 3; ++k) {
    const double length = static_cast<double>(grid.voxel_size[k]) * grid.extents[k];
    const double beside = k == 0 && uniform(seed + 3, i) < 0.01 ? 1 : 0;
    const double first = grid.origin[k] / length;
    p[k] = static_cast<float>(length * (first + uniform(seed + k, i) + beside));
  }
}

/// All in the voxel in the middle of the grid.
BENCH_HD inline void point_in_one_voxel(const robocache::voxel_grid<float>& grid,
                                        std::uint64_t seed, std::uint64_t i, float (&p)[3]) {
  for (int k = 0; k < 3; ++k) {
    const double size = grid.voxel_size[k];
    const double first = grid.origin[k] / size + static_cast<double>(grid.extents[k] / 2) + 0.25;
    p[k] = static_cast<float>(size * (first + uniform(seed + k, i) / 2));
  }
}

/// A spinning sensor of 64 beams from 24.8 degrees below the horizon to 2 above, 1.8 m above a
/// plane with boxes on it (cars, and houses farther out) inside a square of walls 110 m wide.
/// Eight turns, standing still: `count / 512` azimuths each. The order is the sensor's: by azimuth,
/// then by beam. Ranges have 2 cm of noise. No ray is without a return; those from beyond the grid
/// are outside of it.
BENCH_HD inline void lidar_point(std::uint64_t count, std::uint64_t seed, std::uint64_t i,
                                 float (&p)[3]) {
  constexpr int beams = 64;
  constexpr int turns = 8;
  constexpr int boxes = 48;
  constexpr double degree = 3.14159265358979323846 / 180;
  constexpr double height = 1.8;
  constexpr double walls = 55;
  const double azimuth =
      360 * degree * turns * static_cast<double>(i / beams) / (static_cast<double>(count) / beams);
  const double elevation = (-24.8 + 26.8 * static_cast<double>(i % beams) / (beams - 1)) * degree;
  const double direction[3] = {cos(elevation) * cos(azimuth), cos(elevation) * sin(azimuth),
                               sin(elevation)};
  double range = walls / fmax(fabs(direction[0]), fabs(direction[1]));
  if (direction[2] < 0) range = fmin(range, -height / direction[2]);
  for (int b = 0; b < boxes; ++b) {
    // Around the sensor in a spiral. Every third is a house, but none is near.
    const double distance = 7 + 0.9 * b;
    const bool is_house = b % 3 == 0 && distance > 20;
    const double half[2] = {is_house ? 5.0 : 2.2, is_house ? 5.0 : 0.9};
    const double center[2] = {distance * cos(2.4 * b), distance * sin(2.4 * b)};
    double near = 0;
    double far = range;
    for (int k = 0; k < 3; ++k) {
      const double low = k < 2 ? center[k] - half[k] : -height;
      const double high = k < 2 ? center[k] + half[k] : -height + (is_house ? 9.0 : 1.5);
      const double one = low / direction[k];
      const double other = high / direction[k];
      near = fmax(near, fmin(one, other));
      far = fmin(far, fmax(one, other));
    }
    if (near < far) range = near;
  }
  range += 0.02 * (2 * uniform(seed, i) - 1);
  for (int k = 0; k < 3; ++k) p[k] = static_cast<float>(range * direction[k]);
}

/// The same, but of five rays one is without a return, at random. Its point is the sensor's, as
/// drivers report it.
BENCH_HD inline void lidar_missing_point(std::uint64_t count, std::uint64_t seed, std::uint64_t i,
                                         float (&p)[3]) {
  lidar_point(count, seed, i, p);
  if (uniform(seed + 1, i) < 0.2) p[0] = p[1] = p[2] = 0;
}

/// Point `i` of a row's cloud.
BENCH_HD inline void cloud_point(point_cloud cloud, const robocache::voxel_grid<float>& grid,
                                 std::uint64_t count, std::uint64_t seed, std::uint64_t i,
                                 float (&p)[3]) {
  switch (cloud) {
    case point_cloud::uniform:
      return uniform_point(grid, seed, i, p);
    case point_cloud::lidar:
      return lidar_point(count, seed, i, p);
    case point_cloud::lidar_missing:
      return lidar_missing_point(count, seed, i, p);
    case point_cloud::one_voxel:
      return point_in_one_voxel(grid, seed, i, p);
  }
}

}  // namespace bench
