// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "voxel_job.hpp"

#include <cstdint>
#include <vector>

/// \file
/// The occupied voxels of a grid: what tables and pictures are made from.

namespace recordings {

struct occupied_voxel {
  std::int64_t x, y, z;
  std::uint32_t points;  ///< 1 where only occupancy is known
};

struct occupied_voxels {
  std::vector<occupied_voxel> voxels;
  robocache::voxel_counters counters{};
  bool counted = true;  ///< the numbers of points are known
  std::int64_t blocks = 0;
  double milliseconds = 0;

  std::uint32_t most_points() const;
};

/// Of a dense grid.
occupied_voxels find_occupied(const voxel_job& job, const voxel_outcome& outcome);

/// Of a grid that need not fit into memory: it is counted block by block, in double, and blocks
/// without points are left out.
/// \param threads  CPU threads; on CUDA if `on_cuda`
occupied_voxels count_in_blocks(const voxel_input& input, const scan_grid& grid,
                                const robocache::rigid_transform& transform, bool on_cuda,
                                int threads);

}  // namespace recordings
