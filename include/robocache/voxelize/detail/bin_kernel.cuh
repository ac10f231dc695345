// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/detail/arguments.hpp>
#include <robocache/voxelize/detail/plan.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// The first kernel of `voxelize`: a block sorts a tile of points by bin and writes them in that
/// order, so that the second kernel reads each bin's points in a few coalesced pieces. One pass
/// over the points, no atomic operation on global memory, no limit on how many fall into one bin.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

using namespace robocache::detail;

/// What a point leaves behind: its voxel within the bin (16 bits) and, if it has features, its
/// place in the tile above.
template <bool Indexed>
using bin_entry = std::conditional_t<Indexed, std::uint32_t, std::uint16_t>;

template <class Real>
struct bin_call {
  point_locator<Real> locator;
  std::int64_t begin;   // first voxel of the slab
  std::uint32_t cells;  // voxels of the slab
  std::int32_t shift;
  std::int32_t bins;
  voxel_spread spread;  // where points have features
  bool wide;            // voxel numbers need 64 bits
  bool count_lost;      // fill `tables.lost`
  bin_tables tables;
};

inline constexpr std::uint32_t no_cell = 0xffffffffu;

/// The number of a voxel within the slab, or `no_cell`.
template <bool Plain, class Real>
__device__ __forceinline__ std::uint32_t number_in_slab(const bin_call<Real>& call, std::uint32_t x,
                                                        std::uint32_t y, std::uint32_t z) noexcept {
  if (!Plain && call.wide) {
    const std::int64_t local =
        (static_cast<std::int64_t>(z) * call.locator.ny + y) * call.locator.pitch + x - call.begin;
    return static_cast<std::uint64_t>(local) < call.cells ? static_cast<std::uint32_t>(local)
                                                          : no_cell;
  }
  const std::uint32_t number = (z * call.locator.ny + y) * call.locator.pitch + x;
  const std::uint32_t local = number - static_cast<std::uint32_t>(call.begin);
  return local < call.cells ? local : no_cell;
}

/// The voxel of a point by the rule, out of line.
template <class Real>
ROBOCACHE_HIDDEN __device__ __noinline__ std::uint32_t rare_cell_in_slab(const bin_call<Real>& call,
                                                                         Real x, Real y,
                                                                         Real z) noexcept {
  const voxel_cell cell = exact_cell_in(x, y, z, call.locator.axes);
  if (cell.fate != point_fate::inside) return no_cell;
  return number_in_slab<false>(call, static_cast<std::uint32_t>(cell.x),
                               static_cast<std::uint32_t>(cell.y),
                               static_cast<std::uint32_t>(cell.z));
}

/// The voxels of four points within the slab, or `no_cell`.
///
/// \tparam Plain  there is no transform, and voxel numbers fit 32 bits
/// \tparam Stride, number  as in `load_points`
/// \param lost    1 is added for each that is outside of the grid, 2^16 for one that is not finite
template <bool Plain, int Stride, class Real>
__device__ __forceinline__ void cells_in_slab(const bin_call<Real>& call, Real (&p)[4][3],
                                              int number, std::uint32_t (&cells)[4],
                                              std::uint32_t& lost) noexcept {
  const voxel_axes<Real>& axes = call.locator.axes;
  if (!Plain && !call.locator.transform.identity) {
#pragma unroll
    for (int k = 0; k < 4; ++k) move_point(p[k], call.locator.transform);
  }
  if constexpr (std::is_same_v<Real, float>) {
    // In a straight line, so that the four do not wait for each other. Each axis by itself: the
    // ground of a scan may lie along a face, which is close only on a scale of few voxels.
    unsigned uncertain = 0;
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const quick_voxel quick = quick_voxel_in(p[k], axes);
      cells[k] = number_in_slab<Plain>(call, quick.x, quick.y, quick.z);
      if (!quick.inside) cells[k] = no_cell;
      const bool doubt = (quick.away[0] > axes.axis[0].certain) |  // false for NaN
                         (quick.away[1] > axes.axis[1].certain) |
                         (quick.away[2] > axes.axis[2].certain);
      uncertain |= static_cast<unsigned>(doubt) << k;
    }
#pragma unroll 1
    for (; uncertain != 0; uncertain &= uncertain - 1) {
      const int k = __ffs(static_cast<int>(uncertain)) - 1;
      const float x = k < 2 ? (k == 0 ? p[0][0] : p[1][0]) : (k == 2 ? p[2][0] : p[3][0]);
      const float y = k < 2 ? (k == 0 ? p[0][1] : p[1][1]) : (k == 2 ? p[2][1] : p[3][1]);
      const float z = k < 2 ? (k == 0 ? p[0][2] : p[1][2]) : (k == 2 ? p[2][2] : p[3][2]);
      const std::uint32_t cell = rare_cell_in_slab(call, x, y, z);
#pragma unroll
      for (int j = 0; j < 4; ++j) {
        if (j == k) cells[j] = cell;
      }
    }
  } else {
#pragma unroll
    for (int k = 0; k < 4; ++k) cells[k] = rare_cell_in_slab(call, p[k][0], p[k][1], p[k][2]);
  }
  if (call.count_lost) {
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      if (cells[k] != no_cell || k * Stride >= number) continue;
      const point_fate fate = rare_cell_in(p[k][0], p[k][1], p[k][2], axes).fate;
      if (fate != point_fate::inside) lost += fate == point_fate::outside ? 1u : 0x10000u;
    }
  }
}

/// Every `Stride`-th of the `number` points from `first` on, up to four; the missing ones are NaN.
///
/// \tparam Packed  the points are [N, 3] floats without gaps, aligned to 16 bytes
template <bool Packed, int Stride, class Real>
__device__ __forceinline__ void load_points(const point_arguments<Real>& points, std::int64_t first,
                                            int number, Real (&p)[4][3]) noexcept {
  if constexpr (Packed) {
    if (number >= 4) {
      const auto* const from = reinterpret_cast<const float4*>(points.data[0] + first * 12);
      const float4 a = from[0];
      const float4 b = from[1];
      const float4 c = from[2];
      p[0][0] = a.x, p[0][1] = a.y, p[0][2] = a.z;
      p[1][0] = a.w, p[1][1] = b.x, p[1][2] = b.y;
      p[2][0] = b.z, p[2][1] = b.w, p[2][2] = c.x;
      p[3][0] = c.y, p[3][1] = c.z, p[3][2] = c.w;
      return;
    }
  }
#pragma unroll
  for (int k = 0; k < 4; ++k) {
    p[k][0] = p[k][1] = p[k][2] = canonical_nan<Real>();
    if (k * Stride >= number) continue;
    if constexpr (Packed) {
      const auto* const from = reinterpret_cast<const Real*>(points.data[0]) + 3 * (first + k);
      p[k][0] = from[0], p[k][1] = from[1], p[k][2] = from[2];
    } else {
      points.load(first + k * Stride, p[k]);
    }
  }
}

/// The ranks of four neighbouring points in their bins: any order will do. Neighbours in a scan
/// mostly share a bin, and what shares one is counted at once.
__device__ __forceinline__ void take_ranks(std::uint32_t* counters, int shift,
                                           const std::uint32_t (&cells)[4],
                                           std::uint32_t (&ranks)[4]) noexcept {
  const std::uint32_t bin = cells[0] >> shift;
  const bool together = cells[0] != no_cell && cells[1] >> shift == bin &&
                        cells[2] >> shift == bin && cells[3] >> shift == bin;
  if (together) {
    // The other lanes that come here, too, if they mean the same bin.
    const unsigned active = __activemask();
    int same = 0;
    (void)__match_all_sync(active, bin, &same);
    std::uint32_t first;
    if (same) {
      const int leader = __ffs(static_cast<int>(active)) - 1;
      const auto lane = static_cast<int>(threadIdx.x % 32u);
      if (lane == leader) {
        first = atomicAdd(&counters[bin], 4u * static_cast<std::uint32_t>(__popc(active)));
      }
      first = __shfl_sync(active, first, leader) +
              4u * static_cast<std::uint32_t>(__popc(active & ((1u << lane) - 1u)));
    } else {
      first = atomicAdd(&counters[bin], 4u);
    }
#pragma unroll
    for (int k = 0; k < 4; ++k) ranks[k] = first + static_cast<std::uint32_t>(k);
    return;
  }
#pragma unroll
  for (int k = 0; k < 4; ++k) {
    ranks[k] = 0;
    if (cells[k] != no_cell) ranks[k] = atomicAdd(&counters[cells[k] >> shift], 1u);
  }
}

/// Inclusive sum over the lanes of a warp.
__device__ __forceinline__ std::uint32_t warp_scan(std::uint32_t x, int lane) noexcept {
#pragma unroll
  for (int step = 1; step < 32; step *= 2) {
    const std::uint32_t before = __shfl_up_sync(0xffffffffu, x, step);
    if (lane >= step) x += before;
  }
  return x;
}

/// Exclusive sum over the threads of a block, and the total in every thread. Contains barriers.
///
/// \param sums  shared memory, one word per warp
template <int Threads>
__device__ __forceinline__ std::uint32_t block_scan(std::uint32_t x, std::uint32_t* sums,
                                                    std::uint32_t& total) noexcept {
  constexpr int warps = Threads / 32;
  const int lane = static_cast<int>(threadIdx.x % 32u);
  const int warp = static_cast<int>(threadIdx.x / 32u);
  const std::uint32_t inclusive = warp_scan(x, lane);
  if (lane == 31) sums[warp] = inclusive;
  __syncthreads();
  const std::uint32_t of_warps = warp_scan(lane < warps ? sums[lane] : 0u, lane);
  total = __shfl_sync(0xffffffffu, of_warps, warps - 1);
  const std::uint32_t before = __shfl_sync(0xffffffffu, of_warps, warp > 0 ? warp - 1 : 0);
  return inclusive - x + (warp > 0 ? before : 0u);
}

/// Adds up two 16-bit halves over a block; the result is in thread 0. Contains barriers.
template <int Threads>
__device__ __forceinline__ uint2 block_sum_halves(std::uint32_t halves,
                                                  std::uint32_t* sums) noexcept {
  const std::uint32_t low = __reduce_add_sync(0xffffffffu, halves & 0xffffu);
  const std::uint32_t high = __reduce_add_sync(0xffffffffu, halves >> 16);
  if (threadIdx.x < 2) sums[threadIdx.x] = 0;
  __syncthreads();
  if (threadIdx.x % 32u == 0) {
    atomicAdd(&sums[0], low);
    atomicAdd(&sums[1], high);
  }
  __syncthreads();
  return {sums[0], sums[1]};
}

/// Which point of a tile is a thread's `i`-th: four neighbours at a time if they are packed, else
/// such that neighbouring threads read neighbouring points.
template <bool Packed>
__device__ __forceinline__ int place_of_point(int i, int thread) noexcept {
  return Packed ? (i / 4 * bin_threads + thread) * 4 + i % 4 : i * bin_threads + thread;
}

template <int PerThread, bool Indexed, bool Packed, class Real>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(bin_threads, 2)
    bin_points_kernel(const __grid_constant__ bin_call<Real> call) {
  constexpr int tile = bin_threads * PerThread;
  constexpr int stride = Packed ? 1 : bin_threads;
  using entry = bin_entry<Indexed>;
  constexpr int most = most_bins<Indexed>;
  __shared__ std::uint32_t offsets[most];
  __shared__ uint4 staged_vectors[tile * sizeof(entry) / sizeof(uint4)];
  __shared__ std::uint32_t sums[32];
  auto* const staged = reinterpret_cast<entry*>(staged_vectors);
  const auto thread = static_cast<int>(threadIdx.x);

#pragma unroll
  for (int b = thread; b < most; b += bin_threads) offsets[b] = 0;
  wait_for_previous_kernel();
  if constexpr (Indexed) {  // what the third kernel begins with
    if (blockIdx.x == 0 && thread == 0) {
      call.tables.pending[0] = 0;
      call.tables.crowded[0] = 0;
      call.tables.heavy[0] = 0;
      *call.tables.work.tickets = 0;
    }
    if (thread == 0) call.tables.work.done[blockIdx.x] = 0;
    if (thread < static_cast<int>(heavy_channels)) {
      call.tables.work.channels[blockIdx.x * heavy_channels + threadIdx.x] =
          heavy_channel::nothing();
    }
  }
  const std::int64_t n = call.locator.points.number();
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * tile;
  if (first >= n) return;
  __syncthreads();

  const int number = static_cast<int>(min(n - first, static_cast<std::int64_t>(tile)));
  std::uint32_t cells[PerThread];
  std::uint16_t ranks[PerThread];
  std::uint32_t lost = 0;
#pragma unroll
  for (int g = 0; g < PerThread / 4; ++g) {
    const int place = place_of_point<Packed>(4 * g, thread);
    Real p[4][3];
    load_points<Packed, stride>(call.locator.points, first + place, number - place, p);
    std::uint32_t four_cells[4];
    std::uint32_t four_ranks[4];
    cells_in_slab<Packed, stride>(call, p, number - place, four_cells, lost);
    if constexpr (Indexed) {
#pragma unroll
      for (int k = 0; k < 4; ++k) {
        if (four_cells[k] != no_cell) four_cells[k] = call.spread.place_of(four_cells[k]);
      }
    }
    take_ranks(offsets, call.shift, four_cells, four_ranks);
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      cells[4 * g + k] = four_cells[k];
      ranks[4 * g + k] = static_cast<std::uint16_t>(four_ranks[k]);
    }
  }
  __syncthreads();

  constexpr int most_per_thread = most / bin_threads;
  const int per_thread = (call.bins + bin_threads - 1) / bin_threads;
  std::uint32_t mine = 0;
#pragma unroll
  for (int i = 0; i < most_per_thread; ++i) {
    const int b = thread * per_thread + i;
    if (i < per_thread && b < call.bins) mine += offsets[b];
  }
  std::uint32_t total;
  std::uint32_t before = block_scan<bin_threads>(mine, sums, total);
#pragma unroll
  for (int i = 0; i < most_per_thread; ++i) {
    const int b = thread * per_thread + i;
    if (i < per_thread && b < call.bins) {
      const std::uint32_t count = offsets[b];
      offsets[b] = before;
      before += count;
    }
  }
  __syncthreads();

#pragma unroll
  for (int i = 0; i < PerThread; ++i) {
    if (cells[i] == no_cell) continue;
    const std::uint32_t local = cells[i] & ((1u << call.shift) - 1u);
    const std::uint32_t slot = offsets[cells[i] >> call.shift] + ranks[i];
    if constexpr (Indexed) {
      const auto place = static_cast<std::uint32_t>(place_of_point<Packed>(i, thread));
      staged[slot] = (place << 16) | local;
    } else {
      staged[slot] = static_cast<std::uint16_t>(local);
    }
  }
  std::uint16_t* const row =
      call.tables.offsets + static_cast<std::int64_t>(blockIdx.x) * (call.bins + 1);
#pragma unroll 1
  for (int b = thread; b <= call.bins; b += bin_threads) {
    row[b] = static_cast<std::uint16_t>(b < call.bins ? offsets[b] : total);
  }
  __syncthreads();

  let_next_kernel_launch();
  auto* const out =
      reinterpret_cast<uint4*>(call.tables.entries + static_cast<std::int64_t>(blockIdx.x) * tile *
                                                         static_cast<std::int64_t>(sizeof(entry)));
  constexpr std::uint32_t per_vector = sizeof(uint4) / sizeof(entry);
  const std::uint32_t vectors = (total + per_vector - 1) / per_vector;
#pragma unroll 1
  for (std::uint32_t v = threadIdx.x; v < vectors; v += bin_threads) out[v] = staged_vectors[v];

  if (call.count_lost) {
    const uint2 both = block_sum_halves<bin_threads>(lost, sums);
    if (thread == 0) reinterpret_cast<uint2*>(call.tables.lost)[blockIdx.x] = both;
  }
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
