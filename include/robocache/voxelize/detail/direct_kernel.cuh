// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/detail/bin_kernel.cuh>
#include <robocache/voxelize/device.hpp>

#include <cstdint>

/// \file
/// Count and occupancy where points are few, or few for the size of the grid: clear, then add each
/// point by itself. Integers, so the order does not matter. `scan_kernel.cuh` counts more of them.

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

/// Clears a thread's share of the grid, the `thread`-th of `threads`, and the counters.
template <class T>
__device__ __forceinline__ void clear_share(const clear_call<T>& call, std::int64_t thread,
                                            std::int64_t threads) noexcept {
  if (thread == 0 && call.counters != nullptr) *call.counters = voxel_counters{};
  std::int64_t done = 0;
  if (call.vectors) {
    constexpr std::int64_t per_vector = 16 / sizeof(T);
    auto* const out = reinterpret_cast<uint4*>(call.output.data);
    for (std::int64_t v = thread; v < call.elements / per_vector; v += threads) {
      __stcs(out + v, make_uint4(0, 0, 0, 0));  // first to leave the cache: points are wanted there
    }
    done = call.elements / per_vector * per_vector;
  }
  for (std::int64_t e = done + thread; e < call.elements; e += threads) {
    call.output.data[call.output.layout(e)] = 0;
  }
}

template <class T>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(direct_threads)
    clear_kernel(const __grid_constant__ clear_call<T> call) {
  wait_for_previous_kernel();
  let_next_kernel_launch();
  clear_share(
      call, static_cast<std::int64_t>(blockIdx.x) * direct_threads + static_cast<int>(threadIdx.x),
      static_cast<std::int64_t>(gridDim.x) * direct_threads);
}

template <class Real, class T>
struct direct_call {
  point_locator<Real> locator;
  voxel_output<T> output;
  voxel_counters* counters;  // or null
};

/// Adds what a block lost, points outside and not finite, and the number of its points, to the
/// counters. By one thread of each block.
template <class Real>
__device__ __forceinline__ void add_to_counters(const point_arguments<Real>& points,
                                                std::int64_t here, uint2 lost,
                                                voxel_counters* counters) noexcept {
  using word = unsigned long long;
  atomicAdd(reinterpret_cast<word*>(&counters->used), static_cast<word>(here) - lost.x - lost.y);
  atomicAdd(reinterpret_cast<word*>(&counters->outside), word{lost.x});
  atomicAdd(reinterpret_cast<word*>(&counters->not_finite), word{lost.y});
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
  const point_locator<Real>& locator = call.locator;
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
    const uint2 both = block_sum_halves<direct_threads>(lost, sums);
    if (threadIdx.x == 0) add_to_counters(locator.points, here, both, call.counters);
  }
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
