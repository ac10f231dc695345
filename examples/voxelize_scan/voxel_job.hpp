// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/voxelize.hpp>

#include "backend.hpp"
#include "scan_grid.hpp"
#include "voxel_input.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

/// \file
/// A scan to put into a grid, and the two places that can do it.

namespace recordings {

struct voxel_job {
  const voxel_input& input;
  const scan_grid& grid;
  robocache::reduction reduction = robocache::reduction::count;
  robocache::rigid_transform transform;

  std::size_t voxels() const { return static_cast<std::size_t>(grid.voxels()); }
  bool has_features() const {
    return reduction != robocache::reduction::count && reduction != robocache::reduction::occupancy;
  }
};

struct voxel_outcome {
  std::vector<std::uint32_t> counts;   ///< [nz, ny, nx], except of occupancy
  std::vector<std::uint8_t> occupied;  ///< [nz, ny, nx], of occupancy
  std::vector<float> values;           ///< [nz, ny, nx, F], of reductions of features
  robocache::voxel_counters counters{};
  double milliseconds = 0;  ///< a second call, without copies to a GPU

  explicit voxel_outcome(const voxel_job& job);
};

/// \throws computation_error
voxel_outcome voxelize_on_cpu(const voxel_job& job, int threads);
voxel_outcome voxelize_on_cuda(const voxel_job& job);

/// A part of a grid too large for memory, and the points that lie in it.
struct point_block {
  std::array<std::int64_t, 3> begin{};  ///< its first cell
  scan_grid grid;
  std::size_t first = 0;  ///< point
  std::size_t points = 0;
};

struct block_job {
  std::vector<double> points;  ///< [N, 3], in the order of the blocks
  std::vector<point_block> blocks;

  std::size_t most_voxels() const;
};

/// Called with each block, its counts [nz, ny, nx] and what became of its points.
using block_visitor = std::function<void(const point_block&, const std::vector<std::uint32_t>&,
                                         const robocache::voxel_counters&)>;

/// Counts the points in the voxels of one block after the other.
/// \return milliseconds \throws computation_error
double count_blocks_on_cpu(const block_job& job, int threads, const block_visitor& visit);
double count_blocks_on_cuda(const block_job& job, const block_visitor& visit);

/// Where the arguments of a call are, on the host or on a GPU.
struct voxel_memory {
  const void* points;
  const void* features;
  void* output;
  std::uint32_t* counts;  ///< of reductions of features
  robocache::voxel_counters* counters;
  robocache::workspace space;
};

/// The call of the library: the same for the CPU and for a stream.
template <robocache::reduction R, class Real, class Where>
robocache::status call_voxelize(const voxel_job& job, const voxel_memory& at, Where where) {
  using robocache::tensor_view;
  const auto points = job.input.points_at<Real>(at.points);
  const auto grid = job.grid.in<Real>();
  const auto [nx, ny, nz] = job.grid.extents;
  robocache::voxel_reports reports;
  reports.counters = at.counters;
  robocache::voxel_options options;
  options.transform = job.transform;
  if constexpr (R == robocache::reduction::count || R == robocache::reduction::occupancy) {
    using scalar = robocache::voxel_scalar_t<R>;
    return robocache::voxelize<R>(
        points, grid, tensor_view<scalar, 3>(static_cast<scalar*>(at.output), {nz, ny, nx}),
        reports, options, at.space, where);
  } else {
    reports.counts = tensor_view<std::uint32_t, 3>(at.counts, {nz, ny, nx});
    return robocache::voxelize<R>(
        points, job.input.features_at(at.features), grid,
        tensor_view<float, 4>(static_cast<float*>(at.output), {nz, ny, nx, job.input.channels}),
        reports, options, at.space, where);
  }
}

/// The same for a block of points [N, 3].
template <class Where>
robocache::status call_count(const point_block& block, const double* points, std::uint32_t* counts,
                             robocache::voxel_counters* counters, const robocache::workspace& space,
                             Where where) {
  using robocache::tensor_view;
  const auto [nx, ny, nz] = block.grid.extents;
  const auto number = static_cast<std::int64_t>(block.points);
  robocache::voxel_reports reports;
  reports.counters = counters;
  return robocache::voxelize<robocache::reduction::count>(
      robocache::points_of(tensor_view<const double, 2>(points + 3 * block.first, {number, 3})),
      block.grid.in<double>(), tensor_view<std::uint32_t, 3>(counts, {nz, ny, nx}), reports, {},
      space, where);
}

/// The workspace of the largest block.
template <class Where>
std::size_t block_workspace_bytes(const block_job& job, Where where) {
  std::size_t most = 0;
  for (const point_block& block : job.blocks) {
    most = std::max(most,
                    robocache::voxelize_workspace_bytes<robocache::reduction::count>(
                        static_cast<std::int64_t>(block.points), block.grid.in<double>(), where));
  }
  return most;
}

}  // namespace recordings
