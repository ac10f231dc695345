// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/detail/bin_kernel.cuh>
#include <robocache/voxelize/detail/direct_kernel.cuh>
#include <robocache/voxelize/detail/plan.hpp>

#include <cstdint>

/// \file
/// Count where points are many, but few for the size of the grid, as in a scan: while some blocks
/// of a first kernel clear the grid, others look up the points' voxels and put together those that
/// follow each other on one beam. A second kernel adds what they found.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// A turn of a spinning sensor comes back to a spot after as many points as it has beams, 16 to
/// 128. The lanes of a warp look at every 64th point: of one or two beams, step after step.
inline constexpr int scan_columns = 64;
inline constexpr int scan_rows = 32;
static_assert(scan_columns * scan_rows == scan_tile && scan_tile == 8 * direct_threads);

template <class Real>
struct scan_call {
  bin_call<Real> points;  // the whole grid is its slab
  clear_call<std::uint32_t> clear;
  scan_tables tables;
};

/// Looks up a tile of points and writes what is to be added to which voxel.
template <bool Packed, class Real>
__device__ __forceinline__ void list_tile(const scan_call<Real>& call) noexcept {
  __shared__ std::uint32_t sums[2];
  __shared__ std::uint32_t cells_of_tile[scan_rows][scan_columns + 1];  // 1: columns in all banks
  __shared__ std::uint32_t taken;
  constexpr int stride = Packed ? 1 : direct_threads;
  const point_arguments<Real>& points = call.points.locator.points;
  const std::int64_t here = points_here(points.number(), scan_tile);
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * scan_tile;
  if (threadIdx.x == 0) taken = 0;
  std::uint32_t lost = 0;
#pragma unroll
  for (int g = 0; g < 2; ++g) {
    const int place = g * 4 * direct_threads + static_cast<int>(threadIdx.x) * (Packed ? 4 : 1);
    const int number = static_cast<int>(here) - place;
    Real p[4][3];
    std::uint32_t cells[4];
    load_points<Packed, stride>(points, first + place, number, p);
    cells_in_slab<Packed, stride>(call.points, p, number, cells, lost);
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const int i = place + k * stride;
      cells_of_tile[i / scan_columns][i % scan_columns] = cells[k];
    }
  }
  __syncthreads();

  const auto lane = static_cast<int>(threadIdx.x % 32u);
  const int column = static_cast<int>(threadIdx.x / 32u) * 8;
  std::uint32_t entries[8];
  std::uint32_t leaders[8];
  std::uint32_t total = 0;
#pragma unroll
  for (int k = 0; k < 8; ++k) {
    const std::uint32_t cell = cells_of_tile[lane][column + k];
    const unsigned same = __match_any_sync(0xffffffffu, cell);
    const bool leads = cell != no_cell && __ffs(static_cast<int>(same)) - 1 == lane;
    entries[k] = scan_entry(cell, static_cast<std::uint32_t>(__popc(same)));
    leaders[k] = __ballot_sync(0xffffffffu, leads);
    total += static_cast<std::uint32_t>(__popc(leaders[k]));
  }
  std::uint32_t at = 0;
  if (lane == 0) at = atomicAdd(&taken, total);
  at = __shfl_sync(0xffffffffu, at, 0);
#pragma unroll
  for (int k = 0; k < 8; ++k) {
    if ((leaders[k] >> lane & 1u) != 0) {
      const unsigned before = leaders[k] & ((1u << lane) - 1u);
      call.tables.entries[first + at + static_cast<std::uint32_t>(__popc(before))] = entries[k];
    }
    at += static_cast<std::uint32_t>(__popc(leaders[k]));
  }
  __syncthreads();
  if (threadIdx.x == 0) call.tables.numbers[blockIdx.x] = taken;
  if (call.points.count_lost) {
    const uint2 both = block_sum_halves<direct_threads>(lost, sums);
    if (threadIdx.x == 0) reinterpret_cast<uint2*>(call.tables.lost)[blockIdx.x] = both;
  }
}

/// The first blocks take a tile each, the others clear the grid.
template <bool Packed, class Real>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(direct_threads, 4)
    list_scan_kernel(const __grid_constant__ scan_call<Real> call) {
  wait_for_previous_kernel();
  let_next_kernel_launch();
  const int tiles = call.tables.tiles;
  const auto block = static_cast<int>(blockIdx.x);
  if (block < tiles) {
    list_tile<Packed>(call);
  } else {
    clear_share(
        call.clear,
        static_cast<std::int64_t>(block - tiles) * direct_threads + static_cast<int>(threadIdx.x),
        static_cast<std::int64_t>(static_cast<int>(gridDim.x) - tiles) * direct_threads);
  }
}

/// A block adds what was found in one tile.
template <class Real>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(direct_threads)
    add_list_kernel(const __grid_constant__ scan_call<Real> call) {
  wait_for_previous_kernel();
  let_next_kernel_launch();
  const std::uint32_t number = call.tables.numbers[blockIdx.x];
  const std::uint32_t* const entries =
      call.tables.entries + static_cast<std::int64_t>(blockIdx.x) * scan_tile;
  const voxel_output<std::uint32_t>& output = call.clear.output;
  for (std::uint32_t i = threadIdx.x; i < number; i += direct_threads) {
    const std::uint32_t entry = entries[i];
    atomicAdd(output.data + output.layout(voxel_of_entry(entry)), points_of_entry(entry));
  }
  if (call.points.count_lost && threadIdx.x == 0) {
    const point_arguments<Real>& points = call.points.locator.points;
    add_to_counters(points, points_here(points.number(), scan_tile),
                    reinterpret_cast<const uint2*>(call.tables.lost)[blockIdx.x],
                    call.clear.counters);
  }
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
