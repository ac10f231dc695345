// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/execution.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/voxelize/detail/arguments.hpp>
#include <robocache/voxelize/detail/check.hpp>
#include <robocache/voxelize/detail/cpu.hpp>
#include <robocache/voxelize/device.hpp>
#include <robocache/voxelize/grid.hpp>
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/points.hpp>
#include <robocache/voxelize/reduce.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>

/// \file
/// `voxelize`: points, with or without features, -> a dense grid of counts, occupancy, sums, means,
/// maxima or minima, on the CPU.
///
/// `voxelize.cuh` adds the same functions for a CUDA stream. docs/semantics.md has the rules.

namespace robocache {
inline namespace ROBOCACHE_CPU_NAMESPACE {

/// The workspace that calls of `voxelize<R>` on the CPU need.
///
/// \tparam R      the reduction
/// \param points  the most points that a call will have (`point_view::size`)
/// \param grid    the grid
/// \param where   `robocache::cpu`
/// \return bytes, enough for any call with up to so many points; 0 if an argument makes no sense,
///         which `voxelize` will then say
template <reduction R, class Real>
ROBOCACHE_HIDDEN std::size_t voxelize_workspace_bytes(std::int64_t points,
                                                      const voxel_grid<Real>& grid,
                                                      cpu_execution where) noexcept {
  (void)where;
  if (points < 0 || points > std::numeric_limits<std::int32_t>::max() ||
      !detail::check_grid("voxelize", grid).ok()) {
    return 0;
  }
  return detail::cpu_tables::bytes(points, detail::make_numbering<R>(grid).cells(),
                                   detail::reduces_features(R));
}

/// Counts the points in each voxel of a dense grid, or marks the voxels that have any.
///
/// \tparam R       count, occupancy or occupancy_bits
/// \param points   [N, 3], see `points_of` and `point_records`
/// \param grid     origin, voxel sizes and extents
/// \param output   [nz, ny, nx] `std::uint32_t` for count, `std::uint8_t` for occupancy;
///                 [nz, ny, ceil(nx / 32)] `std::uint32_t` for occupancy_bits. Any strides; what
///                 lies between its elements is not touched.
/// \param reports  counters, or `{}`
/// \param options  update and transform; `{}` for a grid that is written anew
/// \param space    temporary memory, see `voxelize_workspace_bytes`
/// \param where    `robocache::cpu`, or a number of threads as `robocache::cpu(4)`
/// \return `invalid_argument` with the argument's name and the numbers if grid, shapes, pointers,
///         strides, transform or workspace are wrong, or input and output overlap. Then nothing is
///         written.
///
/// Points that are not finite or lie outside are dropped, and counted in `reports.counters`. No
/// points are a valid call, which clears a grid that is replaced. Allocates nothing. The result
/// depends neither on the order of the points nor on the number of threads, and equals the GPU's
/// bit for bit. O(N + voxels), and once more N for each 2^24 voxels; each thread reads the list of
/// all points.
template <reduction R, class Real>
ROBOCACHE_HIDDEN status voxelize(const point_view<Real>& points, const voxel_grid<Real>& grid,
                                 const tensor_view<voxel_scalar_t<R>, 3>& output,
                                 const voxel_reports& reports, const voxel_options& options,
                                 const workspace& space, cpu_execution where) noexcept {
  static_assert(!detail::reduces_features(R), "this reduction needs features");
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_grid("voxelize", grid));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::check_voxelize<R>("voxelize", points, grid, output, reports, options, space,
                                voxelize_workspace_bytes<R>(points.size, grid, where)));
  detail::voxelize_on_cpu<R>(detail::make_locator<R>(points, grid, options.transform),
                             detail::make_numbering<R>(grid), detail::make_voxel_output(output),
                             reports.counters, options.update == grid_update::accumulate,
                             space.data, where);
  return {};
}

/// Reduces the features of the points in each voxel of a dense grid.
///
/// \tparam R        sum, mean, max or min; `reduce_values` says how exactly
/// \param points    [N, 3], see `points_of` and `point_records`
/// \param features  [N, F] of float, half or bfloat16, see `features_of` and `feature_records`
/// \param grid      origin, voxel sizes and extents
/// \param output    [nz, ny, nx, F] of float, half or bfloat16, any strides. Voxels without points
///                  hold `options.empty_value`.
/// \param reports   counts [nz, ny, nx] and counters, or `{}`
/// \param options   update, empty value, NaNs and transform
/// \param space     temporary memory, see `voxelize_workspace_bytes`
/// \param where     `robocache::cpu`, or a number of threads as `robocache::cpu(4)`
/// \return as above
///
/// Same promises as above: sums and means too depend on nothing but the values. F of zero is a
/// valid call that writes the reports. O(N F + voxels F), and once more N for each 2^24 voxels.
template <reduction R, class Real, class In, class Out>
ROBOCACHE_HIDDEN status voxelize(const point_view<Real>& points, const feature_view<In>& features,
                                 const voxel_grid<Real>& grid, const tensor_view<Out, 4>& output,
                                 const voxel_reports& reports, const voxel_options& options,
                                 const workspace& space, cpu_execution where) noexcept {
  static_assert(detail::reduces_features(R), "this reduction has no features");
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_grid("voxelize", grid));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::check_voxelize<R>("voxelize", points, features, grid, output, reports, options, space,
                                voxelize_workspace_bytes<R>(points.size, grid, where)));
  detail::voxelize_on_cpu<R, Real, In, Out>(
      detail::make_locator<R>(points, grid, options.transform),
      detail::make_feature_arguments(features), detail::make_numbering<R>(grid),
      detail::make_feature_output(output), detail::make_voxel_output(reports.counts),
      reports.counters, detail::make_rules(options), space.data, where);
  return {};
}

}  // namespace ROBOCACHE_CPU_NAMESPACE
}  // namespace robocache
