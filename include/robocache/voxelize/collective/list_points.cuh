// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/block.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/collective/bin_tile.cuh>
#include <robocache/voxelize/collective/clear_grid.cuh>
#include <robocache/voxelize/cuda/bins.hpp>
#include <robocache/voxelize/cuda/tuning.hpp>

#include <cstdint>

/// \file
/// Level 1 of `voxelize` without features, where points are many, but few for the size of the grid,
/// as in a scan: while others clear the grid, a block looks up the voxels of a tile of points and
/// puts together those that follow each other on one beam. What it found is added afterwards.

namespace robocache {

/// What listing points and adding them needs. Make it on the host, from a checked call of at most
/// 2^26 voxels.
template <class Mark, class Real>
struct point_listing {
  point_binning<Real, false> points;  ///< the whole grid is its slab
  grid_clearing<Mark> clear;
  detail::scan_tables tables;

  explicit point_listing(
      const voxelize_call<Mark, Real, typename Mark::scalar, typename Mark::scalar>& call) noexcept
      : points{}, clear(call), tables(detail::lay_out_scan(call.space.data, call.points.size)) {
    points.locator = detail::locator_of(call.points, call.grid, call.options.transform, 1);
    points.cells = static_cast<std::uint32_t>(detail::make_numbering(call.grid, 1).cells());
    points.packed = detail::is_packed(points.locator.points) && points.locator.transform.identity;
    points.count_lost = clear.counters != nullptr;
  }
};

namespace detail {

/// A turn of a spinning sensor comes back to a spot after as many points as it has beams, 16 to
/// 128. The lanes of a warp look at every 64th point: of one or two beams, step after step.
inline constexpr int scan_columns = 64;
inline constexpr int scan_rows = 32;
static_assert(scan_columns * scan_rows == scan_tile && scan_tile == 8 * list_points_threads);

}  // namespace detail

/// The shared memory of a block that lists points.
struct list_points_storage {
  std::uint32_t cells[detail::scan_rows][detail::scan_columns + 1];  // 1: columns in all banks
  std::uint32_t sums[2];
  std::uint32_t taken;
};

namespace detail {

static_assert(fits_everywhere(&voxelize_tuning::list_blocks, list_points_threads,
                              sizeof(list_points_storage)));

/// `list_points` with a source as of `bin_tile`.
template <bool Plain, class Group, class Mark, class Real, class Source>
__device__ __forceinline__ void list_points_of(const Group& block, list_points_storage& storage,
                                               const point_listing<Mark, Real>& call, int tile,
                                               const Source& source) noexcept {
  constexpr bool neighbours = Source::neighbours;
  constexpr int stride = neighbours ? 1 : list_points_threads;
  const point_arguments<Real>& points = call.points.locator.points;
  const std::int64_t here = points_of_tile(points.present(), tile, scan_tile);
  const std::int64_t first = static_cast<std::int64_t>(tile) * scan_tile;
  if (block.thread_rank() == 0) storage.taken = 0;
  std::uint32_t lost = 0;
#pragma unroll
  for (int g = 0; g < 2; ++g) {
    const int index =
        g * 4 * list_points_threads + static_cast<int>(block.thread_rank()) * (neighbours ? 4 : 1);
    const int count = static_cast<int>(here) - index;
    Real p[4][3];
    std::uint32_t cells[4];
    source.template load<stride>(first + index, count, p);
    cells_in_slab<Plain, stride>(call.points, p, count, cells, lost);
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const int i = index + k * stride;
      storage.cells[i / scan_columns][i % scan_columns] = cells[k];
    }
  }
  block.sync();

  const auto lane = static_cast<int>(block.thread_rank() % 32u);
  const int column = static_cast<int>(block.thread_rank() / 32u) * 8;
  std::uint32_t entries[8];
  std::uint32_t leaders[8];
  std::uint32_t total = 0;
#pragma unroll
  for (int k = 0; k < 8; ++k) {
    const std::uint32_t cell = storage.cells[lane][column + k];
    const unsigned same = __match_any_sync(0xffffffffu, cell);
    const bool leads = cell != no_cell && __ffs(static_cast<int>(same)) - 1 == lane;
    entries[k] = scan_entry(cell, static_cast<std::uint32_t>(__popc(same)));
    leaders[k] = __ballot_sync(0xffffffffu, leads);
    total += static_cast<std::uint32_t>(__popc(leaders[k]));
  }
  std::uint32_t at = 0;
  if (lane == 0) at = atomicAdd(&storage.taken, total);
  at = __shfl_sync(0xffffffffu, at, 0);
#pragma unroll
  for (int k = 0; k < 8; ++k) {
    if ((leaders[k] >> lane & 1u) != 0) {
      const unsigned before = leaders[k] & ((1u << lane) - 1u);
      call.tables.entries[first + at + static_cast<std::uint32_t>(__popc(before))] = entries[k];
    }
    at += static_cast<std::uint32_t>(__popc(leaders[k]));
  }
  block.sync();
  if (block.thread_rank() == 0) call.tables.counts[tile] = storage.taken;
  if (call.points.count_lost) {
    const uint2 both = block_sum_halves(block, lost, storage.sums);
    if (block.thread_rank() == 0) reinterpret_cast<uint2*>(call.tables.lost)[tile] = both;
  }
}

}  // namespace detail

/// Looks up a tile of points and writes what is to be added to which voxel. Contains barriers.
///
/// \tparam Packed  `call.points.packed`, or false
/// \param block    `list_points_threads` (256) threads
/// \param storage  shared memory
/// \param call     its `points.locator` and `tables` are read
/// \param tile     the tile, 0 to `call.tables.tiles - 1`
template <bool Packed, class Group, class Mark, class Real>
__device__ __forceinline__ void list_points(const Group& block, list_points_storage& storage,
                                            const point_listing<Mark, Real>& call,
                                            int tile) noexcept {
  detail::check_block<Group, list_points_threads>();
  const detail::point_arguments<Real>& points = call.points.locator.points;
  if constexpr (Packed) {
    detail::list_points_of<true>(block, storage, call, tile, detail::packed_points{points});
  } else {
    const auto load = [&](std::int64_t i, Real(&p)[3]) { points.load(i, p); };
    detail::list_points_of<false>(block, storage, call, tile,
                                  detail::produced_points<decltype(load)>{load});
  }
}

/// Adds what was found in one tile. For a kernel after the one that lists points and clears the
/// grid.
///
/// \param block  `list_points_threads` (256) threads
/// \param call   the one of `list_points`
/// \param tile   0 to `call.tables.tiles - 1`
template <class Group, class Mark, class Real>
__device__ __forceinline__ void add_listed(const Group& block,
                                           const point_listing<Mark, Real>& call,
                                           int tile) noexcept {
  detail::check_block<Group, list_points_threads>();
  using namespace detail;
  const std::uint32_t count = call.tables.counts[tile];
  const std::uint32_t* const entries =
      call.tables.entries + static_cast<std::int64_t>(tile) * scan_tile;
  const auto& output = call.clear.output;
  for (std::uint32_t i = block.thread_rank(); i < count; i += list_points_threads) {
    const std::uint32_t entry = entries[i];
    Mark::add_many(output.at(voxel_of_entry(entry)), points_of_entry(entry));
  }
  if (call.points.count_lost && block.thread_rank() == 0) {
    const point_arguments<Real>& points = call.points.locator.points;
    add_to_counters(points, tile, points_of_tile(points.present(), tile, scan_tile),
                    reinterpret_cast<const uint2*>(call.tables.lost)[tile], call.clear.counters);
  }
}

}  // namespace robocache
