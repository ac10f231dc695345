// SPDX-License-Identifier: Apache-2.0
#include "voxel_job.hpp"

#include <algorithm>

namespace recordings {

voxel_outcome::voxel_outcome(const voxel_job& job) {
  if (job.reduction == robocache::reduction::occupancy) {
    occupied.resize(job.voxels());
  } else {
    counts.resize(job.voxels());
  }
  if (job.has_features())
    values.resize(job.voxels() * static_cast<std::size_t>(job.input.channels));
}

std::size_t block_job::most_voxels() const {
  std::size_t most = 0;
  for (const point_block& block : blocks) {
    most = std::max(most, static_cast<std::size_t>(block.grid.voxels()));
  }
  return most;
}

}  // namespace recordings
