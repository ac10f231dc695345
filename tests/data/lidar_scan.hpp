// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/kinds.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// \file
/// The LiDAR and camera scans that the tests know, and a reader that is just enough for them.

namespace robocache_test {

/// A scan and what is known about it, counted by a program that shares nothing with the library.
struct known_scan {
  const char* name;
  const char* path;  ///< below the data folder
  std::int64_t points;
  std::int64_t not_finite;
  /// Distinct floor(c / size) of the finite points in double, for 0.1, 0.2 and 0.5 m.
  std::int64_t voxels[3];
};

inline constexpr double scan_sizes[] = {0.1, 0.2, 0.5};

const std::vector<known_scan>& known_scans();

/// A file's points as it holds them: records of `step` bytes, or whole columns.
struct lidar_scan {
  std::vector<unsigned char> bytes;
  std::int64_t size = 0;
  std::int64_t step = 0;
  std::int64_t offsets[3] = {};  ///< of x, y and z, float

  float coordinate(std::int64_t point, int axis) const;
  /// Any float at a fixed place of the records.
  float field(std::int64_t point, std::int64_t offset) const;
};

/// Throws std::runtime_error if the file is not what `known` says.
lidar_scan read(const known_scan& known);

}  // namespace robocache_test
