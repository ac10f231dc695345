// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/cuda_namespace.cuh>
#include <robocache/detail/launch.cuh>
#include <robocache/voxelize/detail/bin_kernel.cuh>
#include <robocache/voxelize/device.hpp>

#include <cstdint>

/// \file
/// Count and occupancy where points are few, or few for the size of the grid: clear, then add each
/// point by itself. Integers, so the order does not matter.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

inline constexpr int direct_threads = 256;

template <class T>
struct clear_call {
  voxel_output<T> output;
  std::int64_t elements;     // 0: the grid accumulates
  bool vectors;              // without gaps, aligned to 16 bytes
  voxel_counters* counters;  // or null
};

/// Clears the grid and the counters.
template <class T>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(direct_threads)
    clear_kernel(const __grid_constant__ clear_call<T> call) {
  wait_for_previous_kernel();
  let_next_kernel_launch();
  const std::int64_t thread =
      static_cast<std::int64_t>(blockIdx.x) * direct_threads + static_cast<int>(threadIdx.x);
  const std::int64_t threads = static_cast<std::int64_t>(gridDim.x) * direct_threads;
  if (thread == 0 && call.counters != nullptr) *call.counters = voxel_counters{};
  std::int64_t done = 0;
  if (call.vectors) {
    constexpr std::int64_t per_vector = 16 / sizeof(T);
    auto* const out = reinterpret_cast<uint4*>(call.output.data);
    for (std::int64_t v = thread; v < call.elements / per_vector; v += threads) {
      __stcs(out + v, make_uint4(0, 0, 0, 0));  // leaves the cache first: points are read next
    }
    done = call.elements / per_vector * per_vector;
  }
  for (std::int64_t e = done + thread; e < call.elements; e += threads) {
    call.output.data[call.output.layout(e)] = 0;
  }
}

template <class Real, class T>
struct direct_call {
  bin_call<Real> points;  // the whole grid is its slab
  voxel_output<T> output;
  voxel_counters* counters;  // or null
};

/// Adds what a block lost, and the number of its points, to the counters. By all threads.
template <class Real>
__device__ __forceinline__ void add_to_counters(const point_arguments<Real>& points,
                                                std::int64_t here, std::uint32_t lost,
                                                voxel_counters* counters,
                                                std::uint32_t* sums) noexcept {
  using word = unsigned long long;
  const uint2 both = block_sum_halves<direct_threads>(lost, sums);
  if (threadIdx.x != 0) return;
  atomicAdd(reinterpret_cast<word*>(&counters->used), static_cast<word>(here) - both.x - both.y);
  atomicAdd(reinterpret_cast<word*>(&counters->outside), word{both.x});
  atomicAdd(reinterpret_cast<word*>(&counters->not_finite), word{both.y});
  if (blockIdx.x == 0) {
    atomicAdd(reinterpret_cast<word*>(&counters->beyond), static_cast<word>(points.beyond()));
  }
}

/// How many of a block's points exist.
__device__ __forceinline__ std::int64_t points_here(std::int64_t n, int per_block) noexcept {
  const std::int64_t begin = static_cast<std::int64_t>(blockIdx.x) * per_block;
  return min(max(n - begin, std::int64_t{0}), static_cast<std::int64_t>(per_block));
}

/// One point per thread.
template <reduction R, class Real>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(direct_threads)
    add_points_kernel(const __grid_constant__ direct_call<Real, voxel_scalar_t<R>> call) {
  __shared__ std::uint32_t sums[2];
  wait_for_previous_kernel();
  let_next_kernel_launch();
  const point_locator<Real>& locator = call.points.locator;
  const std::int64_t here = points_here(locator.points.number(), direct_threads);
  std::uint32_t lost = 0;
  if (threadIdx.x < here) {
    Real p[3];
    locator.points.load(static_cast<std::int64_t>(blockIdx.x) * direct_threads + threadIdx.x, p);
    const voxel_cell cell = locator.cell(p);
    if (cell.fate == point_fate::inside) {
      constexpr std::int64_t per_element = R == reduction::occupancy_bits ? 32 : 1;
      add_to_voxel<R>(call.output.data + call.output.layout(locator.number_of(cell) / per_element),
                      static_cast<std::uint32_t>(cell.x) % 32u);
    } else {
      lost = cell.fate == point_fate::outside ? 1u : 0x10000u;
    }
  }
  if (call.counters != nullptr) {
    add_to_counters(locator.points, here, lost, call.counters, sums);
  }
}

inline constexpr int scan_columns = 64;
inline constexpr int points_per_block = 32 * scan_columns;
static_assert(points_per_block == 8 * direct_threads);

/// Counts, eight points per thread. The lanes of a warp look at every 64th point: spinning sensors
/// have 16 to 128 beams, so these are of one or two beams, step after step of the turn, and lanes
/// that mean the same voxel add once.
template <bool Packed, class Real>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(direct_threads)
    add_scan_kernel(const __grid_constant__ direct_call<Real, std::uint32_t> call) {
  __shared__ std::uint32_t sums[2];
  __shared__ std::uint32_t cells_of_block[32][scan_columns + 1];  // 1: no bank conflicts
  constexpr int stride = Packed ? 1 : direct_threads;
  wait_for_previous_kernel();
  let_next_kernel_launch();
  const point_arguments<Real>& points = call.points.locator.points;
  const std::int64_t here = points_here(points.number(), points_per_block);
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * points_per_block;
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
      cells_of_block[i / scan_columns][i % scan_columns] = cells[k];
    }
  }
  __syncthreads();
  const auto lane = static_cast<int>(threadIdx.x % 32u);
  std::uint32_t cells[8];
  std::uint32_t together[8];
#pragma unroll
  for (int k = 0; k < 8; ++k) {
    cells[k] = cells_of_block[lane][static_cast<int>(threadIdx.x / 32u) * 8 + k];
    const unsigned same = __match_any_sync(0xffffffffu, cells[k]);
    const bool leads = __ffs(static_cast<int>(same)) - 1 == lane;
    together[k] = leads && cells[k] != no_cell ? static_cast<std::uint32_t>(__popc(same)) : 0u;
  }
#pragma unroll
  for (int k = 0; k < 8; ++k) {
    if (together[k] == 0) continue;
    atomicAdd(call.output.data + call.output.layout(cells[k]), together[k]);
  }
  if (call.counters != nullptr) add_to_counters(points, here, lost, call.counters, sums);
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
