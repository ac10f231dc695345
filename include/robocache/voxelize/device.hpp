// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/voxelize/grid.hpp>
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/points.hpp>

#include <cstdint>

/// \file
/// Level 1 of `voxelize`: a group of threads adds points to a grid, inside your own kernel or on
/// the host.

namespace robocache {
namespace detail {

/// Adds one point to a voxel. Other threads of the device may do the same.
template <reduction R>
ROBOCACHE_HD inline void add_to_voxel(voxel_scalar_t<R>* voxel, std::uint32_t bit) noexcept {
  if constexpr (R == reduction::occupancy) {
    (void)bit;
    *voxel = 1;  // every thread writes the same byte
  } else {
#if defined(__CUDA_ARCH__)
    if constexpr (R == reduction::count) {
      atomicAdd(voxel, 1u);
    } else {
      atomicOr(voxel, 1u << bit);
    }
#else
    if constexpr (R == reduction::count) {
      *voxel += 1u;
    } else {
      *voxel |= 1u << bit;
    }
#endif
  }
}

/// Where the voxel at (x, y, z) is in the output of a reduction without features.
template <reduction R>
ROBOCACHE_HD inline voxel_scalar_t<R>* voxel_at(const tensor_view<voxel_scalar_t<R>, 3>& output,
                                                const voxel_cell& cell) noexcept {
  const std::int32_t x = R == reduction::occupancy_bits ? cell.x / 32 : cell.x;
  return output.data() + cell.z * output.stride(0) + cell.y * output.stride(1) +
         x * output.stride(2);
}

}  // namespace detail

/// Adds points to a grid of counts or occupancy, by any group of threads.
///
/// For use inside your own kernel, or on the host with `serial_group`. The threads of the group
/// share the points out among themselves; different groups may add to the same grid at the same
/// time, on the device with atomic operations. The grid is not cleared. No barrier inside, no
/// allocation. Counts and occupancy do not depend on the order of threads.
///
/// \code
/// __global__ void count(robocache::point_view<float> points, robocache::voxel_grid<float> grid,
///                       robocache::tensor_view<std::uint32_t, 3> counts) {
///   robocache::voxelize_points<robocache::reduction::count>(
///       cooperative_groups::this_grid(), points, grid, counts);
/// }
/// \endcode
///
/// \tparam R      count, occupancy or occupancy_bits
/// \param group   the threads that work on the points together
/// \param points  [N, 3]
/// \param grid    the grid; not checked here
/// \param output  [nz, ny, nx], or [nz, ny, ceil(nx / 32)] words for occupancy_bits
/// \return what became of the points that this thread took; `beyond` is 0
template <reduction R, class Group, class Real>
ROBOCACHE_HD inline voxel_counters voxelize_points(
    const Group& group, const point_view<Real>& points, const voxel_grid<Real>& grid,
    const tensor_view<voxel_scalar_t<R>, 3>& output) noexcept {
  static_assert(!detail::reduces_features(R), "count, occupancy or occupancy_bits");
  const detail::point_arguments<Real> source = detail::make_point_arguments(points);
  voxel_counters counters{};
  const auto size = static_cast<std::int64_t>(group.size());
  const std::int64_t number = source.number();
  for (auto i = static_cast<std::int64_t>(group.thread_rank()); i < number; i += size) {
    Real p[3];
    source.load(i, p);
    const voxel_cell cell = cell_of(p[0], p[1], p[2], grid);
    counters.used += cell.fate == point_fate::inside ? 1u : 0u;
    counters.outside += cell.fate == point_fate::outside ? 1u : 0u;
    counters.not_finite += cell.fate == point_fate::not_finite ? 1u : 0u;
    if (cell.fate != point_fate::inside) continue;
    detail::add_to_voxel<R>(detail::voxel_at<R>(output, cell),
                            static_cast<std::uint32_t>(cell.x) % 32u);
  }
  return counters;
}

}  // namespace robocache
