// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/voxelize/coordinates.hpp>
#include <robocache/voxelize/points.hpp>
#include <robocache/voxelize/rules/cell.hpp>
#include <robocache/voxelize/rules/load.hpp>
#include <robocache/voxelize/rules/numbering.hpp>

#include <cstdint>

/// \file
/// Level 0 of `voxelize`: features that are coordinates of the points.

namespace robocache::detail {

/// How far a point is from the centre of its cell along an axis, in double whatever the points'
/// type, and rounded to float.
///
/// \param p  a coordinate in one of the cells
template <class Real>
ROBOCACHE_HD inline float from_cell_centre(Real p, const cell_scale<Real>& scale) noexcept {
  const double half = exact_add(static_cast<double>(cell_along(p, scale)), 0.5);  // of 32 bits
  const double from_origin = exact_sub(exact_cast<double>(p), exact_cast<double>(scale.origin));
  return exact_cast<float>(exact_fma(-half, exact_cast<double>(scale.size), from_origin));
}

/// Coordinates as kernels and loops want them: as other features, for points that are in a voxel.
template <class Real, relative_to To>
struct feature_arguments<point_coordinates<Real, To>> {
  using value = float;
  static constexpr bool in_vectors = false;

  point_locator<Real> locator;
  std::int64_t channels;
  std::int32_t first;

  ROBOCACHE_HD float load(std::int64_t point, std::int64_t channel) const noexcept {
    const int axis = first + static_cast<int>(channel);
    const Real p = locator.coordinate(point, axis);
    if constexpr (To == relative_to::voxel_centre) {
      return from_cell_centre(p, locator.scales.along[axis]);
    } else {
      return exact_cast<float>(p);
    }
  }
};

template <class Real, relative_to To>
struct canonical_feature<point_coordinates<Real, To>> {
  using type = point_coordinates<Real, To>;
};

template <class Real, relative_to To>
ROBOCACHE_HD inline feature_arguments<point_coordinates<Real, To>> make_feature_arguments(
    const feature_view<point_coordinates<Real, To>>& features,
    const point_locator<Real>& of_call) noexcept {
  return {of_call, features.channels, static_cast<std::int32_t>(features.first)};
}

}  // namespace robocache::detail
