// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/fuse/collective/rows.cuh>
#include <robocache/resample/cuda/kernel.cuh>
#include <robocache/resample/cuda/tuning.hpp>

#include <cstdint>

/// \file
/// The kernel of `fuse`: level 1 (`collective/rows.cuh`) by a warp per tile.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// \tparam Grouped  streams may have channel groups or a normalization
template <bool Grouped, class Table>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(rows_threads,
                                                   Grouped ? current_rows_tuning().grouped
                                                           : current_rows_tuning().streams)
    fuse_kernel(const __grid_constant__ Table table) {
  __shared__ fuse_storage<Table, Grouped> storage[warps_per_block];
  const std::uint32_t index = tile_of_warp();
  if (index >= table.tiles) return;
  fuse_rows<Grouped>(
      warp_group{}, storage[threadIdx.x / 32u], table, index, [] { wait_for_previous_kernel(); },
      [] { let_next_kernel_launch(); });
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
