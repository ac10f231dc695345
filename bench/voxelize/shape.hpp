// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/voxelize/options.hpp>

#include "../harness/host_device.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// \file
/// What a row of the voxelize benchmarks is, and its name, which `report.py` and the peers parse.

namespace bench {

using robocache::reduction;

enum class voxel_scalar { f32, bf16 };

/// Where the points are and in which order (`cloud.hpp`).
enum class point_cloud { uniform, lidar, lidar_missing, one_voxel };

/// How a point lies in memory.
enum class point_layout {
  dense,    ///< [N, 3] float
  records,  ///< 32 bytes: a word of other things, then x, y, z
  packed,   ///< 32 bytes: five bytes of other things, then x, y, z, never aligned
};

BENCH_HD constexpr int bytes_per_point(point_layout layout) {
  return layout == point_layout::dense ? 12 : 32;
}
BENCH_HD constexpr int offset_of_x(point_layout layout) {
  return layout == point_layout::dense ? 0 : (layout == point_layout::records ? 4 : 5);
}

BENCH_HD constexpr bool has_features(reduction r) {
  return r == reduction::mean || r == reduction::max;
}

/// FP32 points into a dense grid of cubes.
struct voxel_shape {
  reduction reduces;
  std::int64_t points;  // N
  int nx;
  int ny;
  int nz;
  point_cloud cloud = point_cloud::uniform;
  int features = 0;                         // F, of mean and max
  voxel_scalar scalar = voxel_scalar::f32;  // of the features and the output
  point_layout layout = point_layout::dense;
  bool has_counts = false;  // mean and max: the number of points per voxel, too

  std::size_t cells() const { return static_cast<std::size_t>(nz) * ny * nx; }
  std::size_t point_bytes() const {
    return static_cast<std::size_t>(points) * bytes_per_point(layout);
  }
  std::size_t scalar_bytes() const { return scalar == voxel_scalar::f32 ? 4 : 2; }
  std::size_t feature_bytes() const {
    return static_cast<std::size_t>(points) * features * scalar_bytes();
  }
  std::size_t output_bytes() const {
    switch (reduces) {
      case reduction::occupancy:
        return cells();
      case reduction::occupancy_bits:
        return static_cast<std::size_t>(nz) * ny * ((nx + 31) / 32) * 4;
      case reduction::count:
        return cells() * 4;
      default:
        return cells() * features * scalar_bytes();
    }
  }
  std::size_t count_bytes() const { return has_counts ? cells() * 4 : 0; }

  /// Bytes that have to move, each once: the points, the features, the whole grid, the counts. Of a
  /// record all 32 bytes: device memory gives no fewer.
  std::size_t bytes() const {
    return point_bytes() + feature_bytes() + output_bytes() + count_bytes();
  }

  /// Whether a launch finds anything in the L2 that the one before left there. What moves more than
  /// this has only a row `warm`: a second set of buffers would change nothing.
  bool may_be_warm() const { return bytes() <= 200'000'000; }
};

inline const char* name_of(reduction r) {
  switch (r) {
    case reduction::count:
      return "count";
    case reduction::occupancy:
      return "occupancy";
    case reduction::occupancy_bits:
      return "occupancy_bits";
    case reduction::mean:
      return "mean";
    case reduction::max:
      return "max";
    default:
      return "?";
  }
}

/// `10K`, `64M`.
inline std::string number_name(std::int64_t n) {
  if (n % 1'000'000 == 0) return std::to_string(n / 1'000'000) + "M";
  if (n % 1'000 == 0) return std::to_string(n / 1'000) + "K";
  return std::to_string(n);
}

/// `voxelize/count/1M->512x512x40/lidar[/records|packed][/16xf32][/counts]`
inline std::string row_name(const char* prefix, const voxel_shape& shape) {
  std::string name = std::string(prefix) + "/" + name_of(shape.reduces) + "/" +
                     number_name(shape.points) + "->" + std::to_string(shape.nx);
  if (shape.nx == shape.ny && shape.ny == shape.nz) {
    name += "^3";
  } else {
    name += "x" + std::to_string(shape.ny) + "x" + std::to_string(shape.nz);
  }
  switch (shape.cloud) {
    case point_cloud::uniform:
      name += "/uniform";
      break;
    case point_cloud::lidar:
      name += "/lidar";
      break;
    case point_cloud::lidar_missing:
      name += "/lidar_missing";
      break;
    case point_cloud::one_voxel:
      name += "/one_voxel";
      break;
  }
  if (shape.layout == point_layout::records) name += "/records";
  if (shape.layout == point_layout::packed) name += "/packed";
  if (shape.features > 0) {
    name += "/" + std::to_string(shape.features) +
            (shape.scalar == voxel_scalar::f32 ? "xf32" : "xbf16");
  }
  if (shape.has_counts) name += "/counts";
  return name;
}

/// The rows of all programs; the CPU's takes those that are not too long for it.
inline std::vector<voxel_shape> voxel_rows() {
  constexpr std::int64_t thousand = 1'000;
  constexpr std::int64_t million = 1'000'000;
  constexpr point_cloud uniform = point_cloud::uniform;
  constexpr point_cloud lidar = point_cloud::lidar;
  constexpr point_cloud one_voxel = point_cloud::one_voxel;
  std::vector<voxel_shape> rows;
  const auto add = [&](const voxel_shape& shape) -> voxel_shape& {
    rows.push_back(shape);
    return rows.back();
  };
  add({reduction::count, 10 * thousand, 32, 32, 32});
  add({reduction::count, 100 * thousand, 64, 64, 64});
  add({reduction::count, million, 128, 128, 128});
  add({reduction::count, million, 256, 256, 256});
  add({reduction::count, 64 * million, 128, 128, 128});
  add({reduction::count, million, 512, 512, 40, lidar});
  add({reduction::count, million, 128, 128, 128, one_voxel});
  add({reduction::count, million, 128, 128, 128}).layout = point_layout::records;
  add({reduction::count, million, 128, 128, 128}).layout = point_layout::packed;

  add({reduction::occupancy, million, 128, 128, 128});
  add({reduction::occupancy, 64 * million, 128, 128, 128});
  add({reduction::occupancy_bits, million, 128, 128, 128});

  for (const int features : {1, 4, 16, 64}) {
    add({reduction::mean, million, 128, 128, 128, uniform, features});
  }
  add({reduction::mean, million, 128, 128, 128, uniform, 16}).has_counts = true;
  add({reduction::mean, million, 128, 128, 128, uniform, 16, voxel_scalar::bf16});
  add({reduction::mean, million, 512, 512, 40, lidar, 4});
  add({reduction::mean, million, 512, 512, 40, point_cloud::lidar_missing, 4});
  add({reduction::mean, million, 128, 128, 128, one_voxel, 16});

  add({reduction::max, million, 128, 128, 128, uniform, 16});
  add({reduction::max, million, 200, 200, 200, uniform, 16});
  return rows;
}

}  // namespace bench
