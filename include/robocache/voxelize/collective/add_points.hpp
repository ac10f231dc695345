// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/group.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/voxelize/grid.hpp>
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/points.hpp>
#include <robocache/voxelize/rules/cell.hpp>
#include <robocache/voxelize/rules/marks.hpp>
#include <robocache/voxelize/rules/numbering.hpp>
#include <robocache/voxelize/rules/reducer.hpp>

#include <cstdint>

/// \file
/// Level 1 of `voxelize`: a group of threads adds points to a grid of counts or occupancy, inside
/// your own kernel or on the host.

namespace robocache {

/// What `add_points` works on: points, and the grid that they are added to. Trivially copyable;
/// make it once, on the host, and pass it to the kernel, or in the kernel itself.
///
/// \tparam Mark  `reducers::count`, `occupancy`, `occupancy_bits`, or your own
template <class Mark, class Real>
struct point_adding {
  detail::point_locator<Real> locator;
  tensor_view<typename Mark::scalar, 3> output;

  point_adding() = default;
  ROBOCACHE_HD point_adding(const point_view<Real>& points, const voxel_grid<Real>& grid,
                            const tensor_view<typename Mark::scalar, 3>& to,
                            const rigid_transform& transform = {}) noexcept
      : locator(detail::make_locator(points, grid, transform, Mark::voxels_per_element)),
        output(to) {}

  /// Adds to a voxel.
  ///
  /// \param cell  a voxel of the grid, which is not checked
  ROBOCACHE_HD void add(const voxel_cell& cell) const noexcept {
    constexpr auto per_element = static_cast<std::uint32_t>(Mark::voxels_per_element);
    const auto x = static_cast<std::uint32_t>(cell.x);
    Mark::add(output.data() + cell.z * output.stride(0) + cell.y * output.stride(1) +
                  static_cast<std::int64_t>(x / per_element) * output.stride(2),
              x % per_element);
  }
};

/// Adds the points `[first, last)` to the grid, which is not cleared. The threads of the group
/// share them out among themselves; different groups may add to the same grid at the same time, on
/// the device with atomic operations. No barrier inside. The result does not depend on the order of
/// threads.
///
/// \param group   anything with `thread_rank()` and `size()`
/// \param call    the points and the grid
/// \param first   number of the tile's first point
/// \param last    number of the point after its last one
/// \param report  called with the `point_fate` of each point that this thread took
#if defined(__CUDACC__)
#pragma nv_exec_check_disable  // `report` may be a host function where this runs on the host
#endif
template <class Group, class Mark, class Real, class Report>
ROBOCACHE_HD inline void add_points(const Group& group, const point_adding<Mark, Real>& call,
                                    std::int64_t first, std::int64_t last,
                                    const Report& report) noexcept {
  const auto& threads = detail::checked_group(group);
  const auto step = static_cast<std::int64_t>(threads.size());
  for (auto i = first + static_cast<std::int64_t>(threads.thread_rank()); i < last; i += step) {
    Real p[3];
    call.locator.points.load(i, p);
    const voxel_cell cell = call.locator.cell(p);
    if (cell.fate == point_fate::inside) call.add(cell);
    report(cell.fate);
  }
}

/// Adds one point to a grid, from registers: by one thread, at the same time as others.
///
/// \tparam R      count, occupancy or occupancy_bits
/// \param point   x, y, z; it may lie outside of the grid
/// \param grid    the grid; not checked here
/// \param output  as in `voxelize_points`
/// \return what became of it
template <reduction R, class Real>
ROBOCACHE_HD inline point_fate add_point(const Real (&point)[3], const voxel_grid<Real>& grid,
                                         const tensor_view<voxel_scalar_t<R>, 3>& output) noexcept {
  const voxel_cell cell = detail::cell_in(point, detail::make_cell_scales(grid));
  point_adding<reducer_t<R>, Real> call;
  call.output = output;
  if (cell.fate == point_fate::inside) call.add(cell);
  return cell.fate;
}

/// Adds points to a grid of counts or occupancy, by any group of threads: `add_points` in one line.
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
/// \return what became of the points that this thread took; the group's thread 0 also says how many
///         points are `beyond`
template <reduction R, class Group, class Real>
ROBOCACHE_HD inline voxel_counters voxelize_points(
    const Group& group, const point_view<Real>& points, const voxel_grid<Real>& grid,
    const tensor_view<voxel_scalar_t<R>, 3>& output) noexcept {
  const auto& threads = detail::checked_group(group);
  const point_adding<reducer_t<R>, Real> call(points, grid, output);
  voxel_counters counters{};
  add_points(threads, call, 0, call.locator.points.present(), [&](point_fate fate) {
    counters.used += fate == point_fate::inside ? 1u : 0u;
    counters.outside += fate == point_fate::outside ? 1u : 0u;
    counters.not_finite += fate == point_fate::not_finite ? 1u : 0u;
  });
  if (threads.thread_rank() == 0) {
    counters.beyond = static_cast<std::uint64_t>(call.locator.points.beyond());
  }
  return counters;
}

}  // namespace robocache
