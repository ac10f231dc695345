// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/voxelize/grid.hpp>

#include "voxel_input.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

/// \file
/// Which grid a scan is put into.

namespace recordings {

struct grid_request {
  std::array<double, 3> size{0.1, 0.1, 0.1};
  std::optional<std::array<double, 3>> origin;
  std::optional<std::array<std::int64_t, 3>> extents;
  std::optional<std::array<double, 6>> crop;  ///< xmin, ymin, zmin, xmax, ymax, zmax
};

/// A grid whose cells are those of an endless grid with the corner of a cell at (0, 0, 0), unless
/// an origin was told: cell c of an axis is cell `first + c` there, the one that `floor(p / size)`
/// gives.
struct scan_grid {
  std::array<double, 3> size{};
  std::array<std::int64_t, 3> first{};
  std::array<std::int64_t, 3> extents{};
  std::optional<std::array<double, 3>> origin;  ///< as told; then `first` is 0

  double voxels() const;
  std::int64_t number_of(const robocache::voxel_cell& cell) const {
    return (cell.z * extents[1] + cell.y) * extents[0] + cell.x;
  }
  /// Where cell `c` of an axis begins.
  double begin_of(int axis, std::int64_t c) const;
  /// "120 x 207 x 30".
  std::string extents_text() const;

  /// As the library wants it.
  ///
  /// The origin of an axis is `first * size`, and that product is rounded. A coordinate that lies
  /// on a face, as 0.5 does with voxels of 0.1, would then come to lie on either side of it. In
  /// double there is room to avoid this: the origin is moved down by four units in the last place
  /// of the grid's largest coordinate (1e-13 m at 100 m), which is more than all roundings together
  /// and less than the distance from a face of any float coordinate that is not on it. In float
  /// there is no such room, and points within a rounding error of a face may lie beyond it.
  template <class Real>
  robocache::voxel_grid<Real> in() const;

  /// The cells [begin, begin + count) of each axis as a grid of its own.
  scan_grid part(const std::array<std::int64_t, 3>& begin,
                 const std::array<std::int64_t, 3>& count) const;
};

/// The grid told, or around the box told, or around all finite points.
/// \throws usage_error if it cannot be
scan_grid choose_grid(const grid_request& request, const voxel_input& input,
                      const robocache::rigid_transform& transform);

}  // namespace recordings
