// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize.hpp>
#include <robocache/voxelize/detail/launch.cuh>

#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

/// \file
/// `voxelize` on a CUDA stream. Includes `voxelize.hpp`, so the CPU back end too.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {

/// The workspace that calls of `voxelize<R>` on a stream need, in device memory.
///
/// \tparam R      the reduction
/// \param points  the most points that a call will have (`point_view::size`)
/// \param grid    the grid
/// \param stream  any; only says that it is not the CPU
/// \return bytes, enough for any call with up to so many points: about 4 per point, with features
///         9 to 11 per point and 4 per voxel (of the first 2^24). 0 if an argument makes no sense,
///         which `voxelize` will then say.
template <reduction R, class Real>
ROBOCACHE_HIDDEN std::size_t voxelize_workspace_bytes(std::int64_t points,
                                                      const voxel_grid<Real>& grid,
                                                      cudaStream_t stream) noexcept {
  (void)stream;
  if (points < 0 || points > std::numeric_limits<std::int32_t>::max() ||
      !detail::check_grid("voxelize", grid).ok()) {
    return 0;
  }
  const std::int64_t cells = detail::make_numbering<R>(grid).cells();
  const std::size_t bytes = detail::bin_workspace_bytes(points, cells, detail::reduces_features(R));
  return R == reduction::count ? std::max(bytes, detail::scan_workspace_bytes(points, cells))
                               : bytes;
}

/// Counts the points in each voxel of a dense grid, or marks the voxels that have any, on a CUDA
/// stream. `voxelize.hpp` says more of the arguments; all data, `points.count`, `reports.counters`
/// and the workspace included, is device memory.
///
/// Asynchronous: enqueues two kernels on `stream` (for grids of more than 2^24 voxels mostly two
/// for each 2^24) and returns. Allocates nothing, synchronizes nothing, keeps no state, may be
/// captured in a graph. The result is the CPU back end's bit for bit: it depends neither on the
/// order of the points nor on the GPU.
///
/// From compute capability 9.0 on the first launch overlaps with the end of the kernel before it in
/// the stream (programmatic dependent launch); it reads and writes nothing before that one is
/// complete.
///
/// \param points   [N, 3]
/// \param grid     origin, voxel sizes and extents
/// \param output   [nz, ny, nx], or [nz, ny, ceil(nx / 32)] words
/// \param reports  counters, or `{}`
/// \param options  update and transform
/// \param space    temporary memory, see `voxelize_workspace_bytes`; in use until the call is
///                 complete
/// \param stream   where the kernels are enqueued; its device must be the current one
/// \return `invalid_argument` as on the CPU. `cuda_error` if a launch failed; errors of the running
///         kernels surface at the next synchronization, as always.
template <reduction R, class Real>
ROBOCACHE_HIDDEN status voxelize(const point_view<Real>& points, const voxel_grid<Real>& grid,
                                 const tensor_view<voxel_scalar_t<R>, 3>& output,
                                 const voxel_reports& reports, const voxel_options& options,
                                 const workspace& space, cudaStream_t stream) noexcept {
  static_assert(!detail::reduces_features(R), "this reduction needs features");
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_grid("voxelize", grid));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::check_voxelize<R>("voxelize", points, grid, output, reports, options, space,
                                voxelize_workspace_bytes<R>(points.size, grid, stream)));
  return cuda_detail::count_on_stream<R>(points, grid, output, reports, options, space, stream);
}

/// Reduces the features of the points in each voxel of a dense grid, on a CUDA stream. All data,
/// `points.count`, `reports` and the workspace included, is device memory.
///
/// Same promises as above, with two or three kernels: sums and means too have the CPU's bits. Time
/// goes with N F + voxels F, except that one block sorts the points around a voxel with very many
/// (more than 5000): it takes longer if a large part of all points shares a few voxels.
///
/// \param points    [N, 3]
/// \param features  [N, F] of float, half or bfloat16
/// \param grid      origin, voxel sizes and extents
/// \param output    [nz, ny, nx, F] of float, half or bfloat16
/// \param reports   counts [nz, ny, nx] and counters, or `{}`
/// \param options   update, empty value, NaNs and transform
/// \param space     temporary memory, see `voxelize_workspace_bytes`
/// \param stream    where the kernels are enqueued; its device must be the current one
/// \return as above
template <reduction R, class Real, class In, class Out>
ROBOCACHE_HIDDEN status voxelize(const point_view<Real>& points, const feature_view<In>& features,
                                 const voxel_grid<Real>& grid, const tensor_view<Out, 4>& output,
                                 const voxel_reports& reports, const voxel_options& options,
                                 const workspace& space, cudaStream_t stream) noexcept {
  static_assert(detail::reduces_features(R), "this reduction has no features");
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_grid("voxelize", grid));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::check_voxelize<R>("voxelize", points, features, grid, output, reports, options, space,
                                voxelize_workspace_bytes<R>(points.size, grid, stream)));
  return cuda_detail::reduce_on_stream<R>(points, features, grid, output, reports, options, space,
                                          stream);
}

}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
