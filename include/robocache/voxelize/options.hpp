// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/tensor_view.hpp>
#include <robocache/voxelize/grid.hpp>
#include <robocache/workspace.hpp>  // IWYU pragma: export

#include <cstdint>

/// \file
/// What `voxelize` computes, and its options.

namespace robocache {

/// What becomes of the points of a voxel.
enum class reduction : std::uint8_t {
  count,           ///< how many there are; 32-bit unsigned
  occupancy,       ///< 1 or 0; a byte per voxel
  occupancy_bits,  ///< a bit per voxel: bit x % 32 of the 32-bit word x / 32 of each row
  sum,             ///< of each feature
  mean,            ///< of each feature
  max,             ///< of each feature
  min,             ///< of each feature
  variance,        ///< of each feature, divided by the number of values
  first,           ///< of each feature: that of the point with the smallest index
};

/// What a call does with what the grid holds already.
enum class grid_update : std::uint8_t {
  /// Writes every voxel, whatever was there.
  replace,
  /// Adds to what is there; voxels without points in this call stay as they are. Reductions of
  /// features need `voxel_reports::counts` for it, which tell which voxels hold something and how
  /// many points went into their means; a mean cannot leave out NaNs then.
  accumulate,
};

/// What a feature that is NaN does, in its own channel and voxel; other channels never notice.
enum class nan_policy : std::uint8_t {
  propagate,  ///< the result is NaN
  ignore,     ///< the others count alone; NaN if there are none
};

/// How `voxelize` works.
struct voxel_options {
  /// What feature outputs hold where no point is, rounded to their type. Counts are 0 there.
  float empty_value = 0.0f;
  grid_update update = grid_update::replace;
  nan_policy nans = nan_policy::propagate;
  /// Applied to the points before the grid is looked at (ego motion, sensor mounting). Must be
  /// rigid.
  rigid_transform transform = {};
};

/// Where the points of a call went. Their sum is the number of points.
struct voxel_counters {
  std::uint64_t used;        ///< in a voxel
  std::uint64_t outside;     ///< in no voxel of the grid
  std::uint64_t not_finite;  ///< a coordinate was NaN or infinite
  std::uint64_t beyond;      ///< not looked at: `*points.count` exceeded `points.size`
};

/// What `voxelize` tells besides its output. Empty members are not written.
struct voxel_reports {
  /// [nz, ny, nx]: the number of points per voxel, of reductions of features.
  tensor_view<std::uint32_t, 3> counts = {};
  /// Overwritten by each call; device memory for a CUDA stream.
  voxel_counters* counters = nullptr;
};

}  // namespace robocache
