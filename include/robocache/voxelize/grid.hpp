// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

/// \file
/// The grid that `voxelize` writes, and how points are moved before they are looked up.

namespace robocache {

/// A regular grid of voxels. Axes are in the order x, y, z; grids in memory are `[z][y][x]`.
///
/// \tparam Real  float or double: the type of the points, and of the arithmetic
template <class Real>
struct voxel_grid {
  static_assert(std::is_same_v<Real, float> || std::is_same_v<Real, double>, "float or double");
  Real origin[3];           ///< the corner of voxel (0, 0, 0), in the unit of the points
  Real voxel_size[3];       ///< edge lengths, positive, same unit
  std::int64_t extents[3];  ///< voxels along x, y and z, each 1 to 2^31 - 1
};

/// A rotation and a translation: `p' = R p + t`. The default is the identity.
struct rigid_transform {
  double rotation[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};  ///< row-major
  double translation[3] = {0, 0, 0};                 ///< in the unit of the points
};

}  // namespace robocache
