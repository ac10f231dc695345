// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/fast_divide.hpp>
#include <robocache/scalar.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/voxelize/grid.hpp>
#include <robocache/voxelize/points.hpp>
#include <robocache/voxelize/rules/cell.hpp>
#include <robocache/voxelize/rules/load.hpp>

#include <algorithm>
#include <cstdint>

/// \file
/// Level 0 of `voxelize`: voxels have numbers, `(z * ny + y) * pitch + x`. What points have which
/// number, and where in an output that is. A call works through the numbers in slabs that its
/// tables can hold.

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
  voxel_axes<Real> axes;
  point_transform<Real> transform;
  std::uint32_t pitch;
  std::uint32_t ny;

  /// The voxel of a point, which is moved first if there is a transform.
  ROBOCACHE_HD voxel_cell cell(Real (&p)[3]) const noexcept {
    if (!transform.identity) move_point(p, transform);
    return cell_in(p, axes);
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
  return {make_point_arguments(points), make_voxel_axes(grid),
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

/// For numbers that do not fit 31 bits.
template <int = 0>
ROBOCACHE_HIDDEN ROBOCACHE_DETAIL_HD_COLD std::int64_t divide_wide(std::int64_t number,
                                                                   std::int64_t divisor) noexcept {
  return number / divisor;
}

/// Where voxels are in an output: maps their numbers to elements.
struct voxel_layout {
  std::int64_t stride_z;
  std::int64_t stride_y;
  std::int64_t stride_x;
  std::int64_t pitch;  ///< elements per row as numbered
  std::int64_t nx;     ///< elements per row that exist
  std::int64_t ny;
  fast_divide by_pitch;
  fast_divide by_ny;
  bool linear;  ///< element = number * stride_x

  /// The element of a number, which must exist.
  ROBOCACHE_HD std::int64_t operator()(std::int64_t number) const noexcept {
    if (linear) return number * stride_x;
    std::int64_t x = 0;
    return row_of(number, x) + x * stride_x;
  }

  /// The begin of a number's row, and its place in there.
  ROBOCACHE_HD std::int64_t row_of(std::int64_t number, std::int64_t& x) const noexcept {
    std::int64_t row;
    std::int64_t z;
    if (number <= 0x7fffffff) {
      row = by_pitch(static_cast<std::uint32_t>(number));
      z = by_ny(static_cast<std::uint32_t>(row));
    } else {
      row = divide_wide(number, pitch);
      z = divide_wide(row, ny);
    }
    x = number - row * pitch;
    return z * stride_z + (row - z * ny) * stride_y;
  }
};

template <class T, int Rank>
ROBOCACHE_DETAIL_OUTLINE voxel_layout make_layout(const tensor_view<T, Rank>& view) noexcept {
  static_assert(Rank == 3 || Rank == 4, "[nz, ny, nx] or [nz, ny, nx, F]");
  voxel_layout layout{};
  layout.stride_z = view.stride(0);
  layout.stride_y = view.stride(1);
  layout.stride_x = view.stride(2);
  layout.pitch = view.extent(2);
  layout.nx = view.extent(2);
  layout.ny = view.extent(1);
  layout.by_pitch = fast_divide(static_cast<std::uint32_t>(layout.pitch));
  layout.by_ny = fast_divide(static_cast<std::uint32_t>(layout.ny));
  // Unsigned: the stride of a dimension of one element may be anything.
  const auto row =
      static_cast<std::uint64_t>(layout.stride_x) * static_cast<std::uint64_t>(layout.nx);
  const std::uint64_t plane = row * static_cast<std::uint64_t>(layout.ny);
  layout.linear = (layout.ny == 1 || static_cast<std::uint64_t>(layout.stride_y) == row) &&
                  (view.extent(0) == 1 || static_cast<std::uint64_t>(layout.stride_z) == plane);
  return layout;
}

/// An output without features, counts for one.
template <class T>
struct voxel_output {
  T* data;
  voxel_layout layout;

  /// The element of a voxel's number, or of an element's where that stands for several voxels.
  ROBOCACHE_HD T* at(std::int64_t number) const noexcept { return data + layout(number); }
};

template <class T>
inline voxel_output<T> make_voxel_output(const tensor_view<T, 3>& view) noexcept {
  return {view.data(), make_layout(view)};
}

/// An output of features.
template <class Out>
struct feature_output {
  Out* data;
  voxel_layout layout;
  std::int64_t channel_stride;
};

/// \tparam Out  the one name of the output's format
template <class Out, class T>
inline feature_output<Out> make_feature_output(const tensor_view<T, 4>& view) noexcept {
  return {reinterpret_cast<Out*>(view.data()), make_layout(view), view.stride(3)};
}

/// Most voxels per slab. A call on a larger grid takes several rounds over the points.
inline constexpr std::int64_t cells_per_slab = std::int64_t{1} << 24;

}  // namespace robocache::detail
