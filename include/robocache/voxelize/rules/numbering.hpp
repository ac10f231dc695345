// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/voxelize/grid.hpp>
#include <robocache/voxelize/points.hpp>
#include <robocache/voxelize/rules/cell.hpp>
#include <robocache/voxelize/rules/load.hpp>

#include <cstdint>

/// \file
/// Level 0 of `voxelize`: voxels have numbers, `(z * ny + y) * pitch + x`. Which points have which
/// number is decided here. A call works through the numbers in slabs that its tables can hold.

namespace robocache::detail {

/// Voxel numbers of a grid.
struct voxel_numbering {
  std::int64_t pitch;  ///< nx, or the next multiple of 32 for bits
  std::int64_t ny;
  std::int64_t nz;

  ROBOCACHE_HD std::int64_t cells() const noexcept { return pitch * ny * nz; }
};

/// \param per_element  voxels of a row are padded to a multiple of this
template <class Real>
ROBOCACHE_HD inline voxel_numbering make_numbering(const voxel_grid<Real>& grid,
                                                   int per_element) noexcept {
  return {(grid.extents[0] + per_element - 1) / per_element * per_element, grid.extents[1],
          grid.extents[2]};
}

/// Turns points into voxel numbers.
template <class Real>
struct point_locator {
  point_arguments<Real> points;
  cell_scales<Real> scales;
  point_transform<Real> transform;
  std::uint32_t pitch;
  std::uint32_t ny;

  /// The voxel of a point, which is moved first if there is a transform.
  ROBOCACHE_HD voxel_cell cell(Real (&p)[3]) const noexcept {
    if (!transform.identity) move_point(p, transform);
    return cell_in(p, scales);
  }
  /// A coordinate of point `i` as `cell` sees it.
  ROBOCACHE_HD Real coordinate(std::int64_t i, int k) const noexcept {
    if (transform.identity) return points.load(i, k);
    Real p[3];
    points.load(i, p);
    return moved_along(k, p[0], p[1], p[2], transform);
  }
  ROBOCACHE_HD std::int64_t voxel_number(const voxel_cell& cell) const noexcept {
    return (static_cast<std::int64_t>(cell.z) * ny + cell.y) * pitch + cell.x;
  }
};

template <class Real>
ROBOCACHE_HD inline point_locator<Real> make_locator(const point_view<Real>& points,
                                                     const voxel_grid<Real>& grid,
                                                     const rigid_transform& transform,
                                                     int per_element) noexcept {
  const voxel_numbering numbering = make_numbering(grid, per_element);
  return {make_point_arguments(points), make_cell_scales(grid),
          make_point_transform<Real>(transform), static_cast<std::uint32_t>(numbering.pitch),
          static_cast<std::uint32_t>(numbering.ny)};
}

/// The same for launchers, compiled once for all their kernels.
template <class Real>
ROBOCACHE_DETAIL_OUTLINE point_locator<Real> locator_of(const point_view<Real>& points,
                                                        const voxel_grid<Real>& grid,
                                                        const rigid_transform& transform,
                                                        int per_element) noexcept {
  return make_locator(points, grid, transform, per_element);
}

/// Most voxels per slab. A call on a larger grid goes over the points once for each slab.
inline constexpr std::int64_t cells_per_slab = std::int64_t{1} << 24;

}  // namespace robocache::detail
