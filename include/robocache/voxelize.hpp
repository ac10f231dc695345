// SPDX-License-Identifier: Apache-2.0
#pragma once

// IWYU pragma: begin_exports
#include <robocache/detail/config.hpp>
#include <robocache/detail/run.hpp>
#include <robocache/execution.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/voxelize/call.hpp>
#include <robocache/voxelize/collective/add_points.hpp>
#include <robocache/voxelize/coordinates.hpp>
#include <robocache/voxelize/cpu.hpp>
#include <robocache/voxelize/grid.hpp>
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/points.hpp>
#include <robocache/voxelize/rules/cell.hpp>
#include <robocache/voxelize/rules/reducers.hpp>
#include <robocache/workspace.hpp>
// IWYU pragma: end_exports

#include <cstddef>
#include <cstdint>
#include <type_traits>

/// \file
/// `voxelize`: points, with or without features, -> a dense grid of counts, occupancy, or what a
/// reducer makes of the features in each voxel.
///
/// With this header it runs on the CPU; `voxelize.cuh` adds CUDA streams. docs/semantics.md has the
/// rules, docs/voxels.md shows how.

namespace robocache {

/// The workspace that calls of `voxelize<R>` need, in the memory of where they run.
///
/// \tparam R      the reduction
/// \param points  the most points that a call will have (`point_view::size`)
/// \param grid    the grid
/// \param where   as in the call
/// \return bytes, enough for any call with up to so many points. On the CPU 4 per point, with
///         features 8 per point and 4 per voxel (of the first 2^24); on a CUDA stream about 4 per
///         point, with features 9 to 11 per point and 4 per voxel. 0 if an argument makes no sense,
///         which `voxelize` will then say.
template <reduction R, class Real, class Where>
ROBOCACHE_ALWAYS_INLINE std::size_t voxelize_workspace_bytes(std::int64_t points,
                                                             const voxel_grid<Real>& grid,
                                                             Where where) noexcept {
  return voxelize_call<reducer_t<R>, Real, float, float>::bytes_for(points, grid, where);
}

/// The same for a reducer of your own, which comes first.
///
/// \param points, grid, where  as above
template <class Reducer, class Real, class Where>
ROBOCACHE_ALWAYS_INLINE std::size_t voxelize_workspace_bytes(const Reducer&, std::int64_t points,
                                                             const voxel_grid<Real>& grid,
                                                             Where where) noexcept {
  return voxelize_call<Reducer, Real, float, float>::bytes_for(points, grid, where);
}

/// Runs a call: checks it, and hands it to the back end that `where` chooses.
///
/// Everything else of `voxelize` is a way to make such a call.
///
/// - `robocache::cpu`, or `robocache::cpu(4)` for at most four threads: returns when all is done.
/// - a `cudaStream_t` (with `voxelize.cuh`): all data, `points.count`, `reports` and the workspace
///   included, is device memory. Enqueues the work and returns: up to two kernels; larger
///   grids mostly take that many for each 2^24 voxels, at most 2^42. Allocates nothing,
///   synchronizes nothing, keeps no state, may be captured in a graph. The workspace is in use
///   until the work is complete; the CUDA stream's device should be the current one. From compute
///   capability 9.0 on the first launch overlaps with the end of the kernel before it in the CUDA
///   stream (programmatic dependent launch); it reads and writes nothing before that one is
///   complete.
/// - `robocache::preload` (with `voxelize.cuh`): loads the kernels that a CUDA stream would get.
///
/// The result depends neither on the order of the points (but for `first`, by its meaning) nor on
/// the number of threads nor on the GPU: it has the same bits everywhere. Time goes with N F +
/// voxels F, and once more N for each 2^24 voxels. On a GPU it takes longer if a large part of all
/// points shares a few voxels.
///
/// \param call   need not be checked
/// \param where  one of these three
/// \return `invalid_argument` with the argument's name and the numbers if grid, shapes, pointers,
///         strides, transform or workspace are wrong, or input and output overlap; then nothing is
///         written. `cuda_error` if a launch failed; errors of running kernels surface at the next
///         synchronization, as always.
template <class Reducer, class Real, class In, class Out, class Where>
ROBOCACHE_ALWAYS_INLINE status voxelize(const voxelize_call<Reducer, Real, In, Out>& call,
                                        Where where) noexcept {
  return detail::check_and_run(call, where);
}

/// Marks voxels: counts the points in each voxel of a dense grid, or says which have any.
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
/// \param where    `robocache::cpu`, a `cudaStream_t` or `robocache::preload`
/// \return as of a call
///
/// Points that are not finite or lie outside are dropped, and counted in `reports.counters`. No
/// points are a valid call, which clears a grid that is replaced.
template <reduction R, class Real, class Where>
ROBOCACHE_ALWAYS_INLINE status voxelize(const point_view<Real>& points,
                                        const voxel_grid<Real>& grid,
                                        const tensor_view<voxel_scalar_t<R>, 3>& output,
                                        const voxel_reports& reports, const voxel_options& options,
                                        const workspace& space, Where where) noexcept {
  static_assert(!detail::reduces_features<reducer_t<R>>, "this reduction needs features");
  using scalar = voxel_scalar_t<R>;
  return robocache::voxelize(
      voxelize_call<reducer_t<R>, Real, scalar, scalar>{
          {}, points, {}, grid, output, reports, options, space},
      where);
}

/// The same without reports and options.
///
/// \param points, grid, output, space, where  as above
template <reduction R, class Real, class Where>
ROBOCACHE_ALWAYS_INLINE status voxelize(const point_view<Real>& points,
                                        const voxel_grid<Real>& grid,
                                        const tensor_view<voxel_scalar_t<R>, 3>& output,
                                        const workspace& space, Where where) noexcept {
  return robocache::voxelize<R>(points, grid, output, {}, {}, space, where);
}

/// Reduces the features of the points in each voxel of a dense grid.
///
/// \param reducer   one of `reducers`, or your own
/// \param points    [N, 3], see `points_of` and `point_records`
/// \param features  [N, F] of float, half or bfloat16, see `features_of` and `feature_records`; or
///                  coordinates of the points themselves, as the call moves them: `coordinates_of`
/// \param grid      origin, voxel sizes and extents
/// \param output    [nz, ny, nx, F] of float, half or bfloat16, any strides. Voxels without points
///                  hold `options.empty_value`.
/// \param reports   counts [nz, ny, nx] and counters, or `{}`
/// \param options   update, empty value, NaNs and transform. The transform moves points, not
///                  features in memory, not even if these are coordinates: `coordinates_of` is for
///                  that
/// \param space     temporary memory, see `voxelize_workspace_bytes`
/// \param where     `robocache::cpu`, a `cudaStream_t` or `robocache::preload`
/// \return as of a call
///
/// F of zero is a valid call that writes the reports.
template <class Reducer, class Real, class In, class Out, class Where>
ROBOCACHE_ALWAYS_INLINE status voxelize(const Reducer& reducer, const point_view<Real>& points,
                                        const feature_view<In>& features,
                                        const voxel_grid<Real>& grid,
                                        const tensor_view<Out, 4>& output,
                                        const voxel_reports& reports, const voxel_options& options,
                                        const workspace& space, Where where) noexcept {
  static_assert(detail::reduces_features<Reducer>, "this reduction has no features");
  return robocache::voxelize(voxelize_call<Reducer, Real, In, Out>{reducer, points, features, grid,
                                                                   output, reports, options, space},
                             where);
}

/// The same without reports, with default options.
///
/// \param reducer, points, features, grid, output, space, where  as above
template <class Reducer, class Real, class In, class Out, class Where>
ROBOCACHE_ALWAYS_INLINE status voxelize(const Reducer& reducer, const point_view<Real>& points,
                                        const feature_view<In>& features,
                                        const voxel_grid<Real>& grid,
                                        const tensor_view<Out, 4>& output, const workspace& space,
                                        Where where) noexcept {
  return robocache::voxelize(reducer, points, features, grid, output, {}, {}, space, where);
}

/// The same by the name of a reducer.
///
/// \tparam R  sum, mean, max, min, variance or first
/// \param points, features, grid, output, reports, options, space, where  as above
template <reduction R, class Real, class In, class Out, class Where>
ROBOCACHE_ALWAYS_INLINE status voxelize(const point_view<Real>& points,
                                        const feature_view<In>& features,
                                        const voxel_grid<Real>& grid,
                                        const tensor_view<Out, 4>& output,
                                        const voxel_reports& reports, const voxel_options& options,
                                        const workspace& space, Where where) noexcept {
  return robocache::voxelize(reducer_t<R>{}, points, features, grid, output, reports, options,
                             space, where);
}

/// The same without reports and options.
///
/// \param points, features, grid, output, space, where  as above
template <reduction R, class Real, class In, class Out, class Where>
ROBOCACHE_ALWAYS_INLINE status voxelize(const point_view<Real>& points,
                                        const feature_view<In>& features,
                                        const voxel_grid<Real>& grid,
                                        const tensor_view<Out, 4>& output, const workspace& space,
                                        Where where) noexcept {
  return robocache::voxelize<R>(points, features, grid, output, {}, {}, space, where);
}

/// \cond
template <reduction R, class Never = void>
status voxelize(detail::anything, detail::anything = {}, detail::anything = {},
                detail::anything = {}, detail::anything = {}, detail::anything = {},
                detail::anything = {}, detail::anything = {}, detail::anything = {}) noexcept {
  static_assert(
      !std::is_void_v<Never>,
      "voxelize<R> takes (points, [features,] grid, output, [reports, options,] workspace, "
      "where): points and grid of one type, float or double; without features a "
      "tensor_view<voxel_scalar_t<R>, 3>, with them a tensor_view<Out, 4>, not const; "
      "robocache::cpu or a cudaStream_t");
  return {};
}
/// \endcond

}  // namespace robocache
