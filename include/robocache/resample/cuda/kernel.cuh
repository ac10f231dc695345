// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/resample/call.hpp>
#include <robocache/resample/collective/rows.hpp>
#include <robocache/resample/cuda/tuning.hpp>
#include <robocache/resample/tiling.hpp>

#include <cstdint>

/// \file
/// The kernels of `resample`: level 1 (`collective/rows.hpp`) by a warp per tile.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

using namespace robocache::detail;

/// The tile of the calling warp.
__device__ __forceinline__ std::uint32_t tile_of_warp() noexcept {
  return blockIdx.x * warps_per_block + threadIdx.x / 32u;
}

/// Tile `index` of the block's column. It is made anew wherever it is asked for, so that what of it
/// is needed after the search takes no register until then.
struct launched_tile {
  const row_tiling& tiling;
  std::uint32_t index;

  __device__ __forceinline__ operator row_tile() const noexcept {
    std::uint32_t column;
    asm volatile("mov.u32 %0, %%ctaid.y;" : "=r"(column));
    return tiling.tile(index, column);
  }
};

/// Rows of `resample` and `apply_brackets`.
template <int Width, bool Affine, class Work>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(rows_threads,
                                                   Affine ? current_rows_tuning().normalized
                                                          : current_rows_tuning().plain)
    rows_kernel(const __grid_constant__ row_tiling tiling, const __grid_constant__ Work work) {
  __shared__ resample_storage<> storage[warps_per_block];
  const std::uint32_t index = tile_of_warp();
  if (index >= tiling.tiles()) return;
  wait_for_previous_kernel();
  // The next kernel may launch when this one's rows are found: ADR 0003 has the times of other
  // places.
  constexpr normalizing affine = Affine ? normalizing::yes : normalizing::no;
  resample_rows<Width, affine>(warp_group{}, storage[threadIdx.x / 32u], work,
                               launched_tile{tiling, index}, [] { let_next_kernel_launch(); });
}

/// Rows of recordings with channel groups.
template <class Work>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(rows_threads, current_rows_tuning().grouped)
    grouped_rows_kernel(const __grid_constant__ row_tiling tiling,
                        const __grid_constant__ Work work) {
  __shared__ resample_storage<> storage[warps_per_block];
  const std::uint32_t index = tile_of_warp();
  if (index >= tiling.tiles()) return;
  const row_tile tile = tiling.tile(index, 0);
  wait_for_previous_kernel();
  resample_rows<tiled>(warp_group{}, storage[threadIdx.x / 32u], work, tile,
                       [] { let_next_kernel_launch(); });
}

/// Brackets: each lane finds and writes one.
template <class Work>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(rows_threads)
    brackets_kernel(const __grid_constant__ row_tiling tiling, const __grid_constant__ Work work) {
  const std::uint32_t index = tile_of_warp();
  if (index >= tiling.tiles()) return;
  const row_tile tile = tiling.tile(index, 0);
  wait_for_previous_kernel();
  store_brackets(warp_group{}, work, tile, [] { let_next_kernel_launch(); });
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
