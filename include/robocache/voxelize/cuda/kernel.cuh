// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/block.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/collective/add_points.hpp>
#include <robocache/voxelize/collective/add_tile.cuh>
#include <robocache/voxelize/collective/bin_tile.cuh>
#include <robocache/voxelize/collective/clear_grid.cuh>
#include <robocache/voxelize/collective/list_points.cuh>
#include <robocache/voxelize/collective/mark_bin.cuh>
#include <robocache/voxelize/collective/reduce_bin.cuh>
#include <robocache/voxelize/cuda/tuning.hpp>

#include <cstdint>

/// \file
/// The kernels of `voxelize`: collectives with their shared memory and their bounds.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

using namespace robocache::detail;

/// \tparam Packed  packed points without a transform, in a grid whose numbers fit 32 bits
template <int TileSize, bool Packed, bool Indexed, class Real>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(bin_tile_threads, voxelize_tuned.bin_blocks)
    bin_points_kernel(const __grid_constant__ point_binning<Real, Indexed> call) {
  __shared__ bin_tile_storage<Indexed, TileSize> storage;
  static_assert(fits_everywhere(&voxelize_tuning::bin_blocks, bin_tile_threads, sizeof(storage)));
  bin_tile<Packed>(block_group<bin_tile_threads>{}, storage, call, static_cast<int>(blockIdx.x));
}

template <class Mark>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(mark_bin_threads)
    mark_bins_kernel(const __grid_constant__ bin_marking<Mark> call) {
  __shared__ mark_bin_storage<Mark> storage;
  mark_bin(block_group<mark_bin_threads>{}, storage, call, static_cast<int>(blockIdx.x));
}

template <int Width, class Reducer, class In, class Out>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(reduce_bin_threads, voxelize_tuned.reduce_blocks)
    reduce_bins_kernel(const __grid_constant__ bin_reducing<Reducer, In, Out> call) {
  __shared__ reduce_bin_storage storage;
  reduce_bin<Width>(block_group<reduce_bin_threads>{}, storage, call, static_cast<int>(blockIdx.x),
                    blockIdx.y);
}

template <class Mark>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(add_tile_threads)
    clear_kernel(const __grid_constant__ grid_clearing<Mark> call) {
  wait_for_previous_kernel();
  let_next_kernel_launch();
  clear_grid(
      call,
      static_cast<std::int64_t>(blockIdx.x) * add_tile_threads + static_cast<int>(threadIdx.x),
      static_cast<std::int64_t>(gridDim.x) * add_tile_threads);
}

template <class Mark, class Real>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(add_tile_threads)
    add_points_kernel(const __grid_constant__ point_adding<Mark, Real> call,
                      voxel_counters* const counters) {
  __shared__ add_tile_storage storage;
  wait_for_previous_kernel();
  let_next_kernel_launch();
  add_tile(block_group<add_tile_threads>{}, storage, call, static_cast<int>(blockIdx.x), counters);
}

/// The first blocks take a tile each, the others clear the grid.
template <bool Packed, class Mark, class Real>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(list_points_threads, voxelize_tuned.list_blocks)
    list_points_kernel(const __grid_constant__ point_listing<Mark, Real> call) {
  __shared__ list_points_storage storage;
  wait_for_previous_kernel();
  let_next_kernel_launch();
  const int tiles = call.tables.tiles;
  const auto block = static_cast<int>(blockIdx.x);
  if (block < tiles) {
    list_points<Packed>(block_group<list_points_threads>{}, storage, call, block);
  } else {
    clear_grid(
        call.clear,
        static_cast<std::int64_t>(block - tiles) * list_points_threads +
            static_cast<int>(threadIdx.x),
        static_cast<std::int64_t>(static_cast<int>(gridDim.x) - tiles) * list_points_threads);
  }
}

template <class Mark, class Real>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(list_points_threads)
    add_listed_kernel(const __grid_constant__ point_listing<Mark, Real> call) {
  wait_for_previous_kernel();
  let_next_kernel_launch();
  add_listed(block_group<list_points_threads>{}, call, static_cast<int>(blockIdx.x));
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
