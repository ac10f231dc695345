// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/block.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/collective/add_points.hpp>
#include <robocache/voxelize/collective/clear_grid.cuh>
#include <robocache/voxelize/cuda/tuning.hpp>
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/rules/cell.hpp>

#include <cstdint>

/// \file
/// Level 1 of `voxelize` without features, where points are few: a block adds a tile of them to the
/// grid, which has been cleared, and counts what it lost.

namespace robocache {

/// The shared memory of a block that adds a tile.
struct add_tile_storage {
  std::uint32_t sums[2];
};

/// Adds a tile of points, one for each thread, by `add_points`. Contains a barrier where there are
/// counters.
///
/// \param block     `add_tile_threads` (256) threads: a `block_group` or cooperative groups' thread
///                  block
/// \param storage   shared memory
/// \param call      the points and the grid
/// \param tile      the tile, from 0; the first one counts points beyond, too
/// \param counters  what is added to, or null
template <class Group, class Mark, class Real>
__device__ __forceinline__ void add_tile(const Group& block, add_tile_storage& storage,
                                         const point_adding<Mark, Real>& call, int tile,
                                         voxel_counters* counters) noexcept {
  detail::check_block<Group, add_tile_threads>();
  const detail::point_arguments<Real>& points = call.locator.points;
  const std::int64_t first = std::int64_t{tile} * add_tile_threads;
  const std::int64_t here = detail::points_of_tile(points.present(), tile, add_tile_threads);
  std::uint32_t lost = 0;
  add_points(block, call, first, first + here, [&](point_fate fate) {
    if (fate != point_fate::inside) lost += detail::lost_point(fate);
  });
  if (counters != nullptr) {
    const uint2 both = detail::block_sum_halves(block, lost, storage.sums);
    if (block.thread_rank() == 0) detail::add_to_counters(points, tile, here, both, counters);
  }
}

}  // namespace robocache
