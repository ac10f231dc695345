// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/detail/bin_kernel.cuh>

#include <cstdint>

/// \file
/// How a block of the second kernel visits the points of its bin: one short piece in every tile.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

inline constexpr int visit_threads = 512;
inline constexpr int visit_warps = visit_threads / 32;

/// What the second kernel needs of the first one's tables.
struct bin_pieces {
  const unsigned char* entries;
  const std::uint16_t* offsets;
  std::int32_t bins;
  std::int32_t tile;
  std::int32_t lanes;  ///< that read a piece together, a power of two
};

/// Entries of a piece that a lane reads at once.
inline constexpr int visit_width = 4;

__device__ __forceinline__ void load_entries(const std::uint16_t* from,
                                             std::uint32_t (&entries)[visit_width]) noexcept {
  const uint2 two = *reinterpret_cast<const uint2*>(from);
  entries[0] = two.x & 0xffffu, entries[1] = two.x >> 16;
  entries[2] = two.y & 0xffffu, entries[3] = two.y >> 16;
}

/// Visits the entries `[at, end)` of a piece that is longer than expected, by a whole warp.
template <class Visitor>
static __device__ __noinline__ void visit_long_piece(const std::uint16_t* entries, std::uint32_t at,
                                                     std::uint32_t end,
                                                     const Visitor visitor) noexcept {
  const auto lane = static_cast<std::uint32_t>(threadIdx.x % 32u);
  constexpr std::uint32_t step = 32 * visit_width;
  constexpr int unrolled = 4;
  for (; at < end; at += unrolled * step) {
    std::uint32_t entry[unrolled][visit_width];
#pragma unroll
    for (int u = 0; u < unrolled; ++u) {
      const std::uint32_t mine = at + u * step + lane * visit_width;
      if (mine < end) load_entries(entries + mine, entry[u]);
    }
#pragma unroll
    for (int u = 0; u < unrolled; ++u) {
      const std::uint32_t mine = at + u * step + lane * visit_width;
      int same = 0;
      if (__all_sync(0xffffffffu, mine + visit_width <= end)) {
        bool alike = true;
#pragma unroll
        for (int k = 1; k < visit_width; ++k) {
          alike = alike && entry[u][k] == entry[u][0];
        }
        (void)__match_all_sync(0xffffffffu, alike ? entry[u][0] : ~lane, &same);
      }
      if (same) {  // a crowded voxel: one atomic operation for all
        visitor.crowd(entry[u]);
      } else {
#pragma unroll
        for (int k = 0; k < visit_width; ++k) {
          if (mine + k < end) visitor.one(entry[u][k]);
        }
      }
    }
  }
}

/// Visits each entry of bin `bin` once, in no particular order.
///
/// Each warp takes some of the tiles. Its lanes first fetch where the pieces of 32 tiles begin and
/// end, then read several pieces side by side, so that few loads wait for each other.
///
/// \param visitor  `one(entry)` for each, or `crowd(entries)` by a whole warp whose entries are all
///                 of the same voxel
template <class Visitor>
__device__ __forceinline__ void visit_bin(const bin_pieces& pieces, int bin, int tiles,
                                          const Visitor& visitor) noexcept {
  const auto* const entries = reinterpret_cast<const std::uint16_t*>(pieces.entries);
  const int lane = static_cast<int>(threadIdx.x % 32u);
  const int warp = static_cast<int>(threadIdx.x / 32u);
  const int lanes = pieces.lanes;
  const int side = lane & (lanes - 1);
  const int groups = 32 / lanes;
  const int group = lane / lanes;
  constexpr int unrolled = 4;
  for (int base = warp; base < tiles; base += 32 * visit_warps) {
    const int own = base + lane * visit_warps;
    const std::uint32_t own_origin =
        static_cast<std::uint32_t>(own) * static_cast<std::uint32_t>(pieces.tile);
    std::uint32_t own_begin = own_origin;
    std::uint32_t own_end = own_origin;
    if (own < tiles) {
      const std::uint16_t* const row =
          pieces.offsets + static_cast<std::int64_t>(own) * (pieces.bins + 1) + bin;
      own_begin += row[0];
      own_end += row[1];
    }
    const int count = min(32, (tiles - base + visit_warps - 1) / visit_warps);
    for (int j = 0; j < count; j += unrolled * groups) {
      std::uint32_t at[unrolled];
      std::uint32_t begin[unrolled];
      std::uint32_t end[unrolled];
      std::uint32_t entry[unrolled][visit_width];
#pragma unroll
      for (int u = 0; u < unrolled; ++u) {
        const int slot = j + u * groups + group;  // beyond the count the pieces are empty
        begin[u] = __shfl_sync(0xffffffffu, own_begin, slot & 31);
        end[u] = __shfl_sync(0xffffffffu, own_end, slot & 31);
        if (slot >= 32) end[u] = begin[u];
        at[u] = (begin[u] & ~(visit_width - 1u)) + static_cast<std::uint32_t>(side * visit_width);
        if (at[u] < end[u]) load_entries(entries + at[u], entry[u]);
      }
      bool longer = false;
#pragma unroll
      for (int u = 0; u < unrolled; ++u) {
#pragma unroll
        for (int k = 0; k < visit_width; ++k) {
          const std::uint32_t i = at[u] + static_cast<std::uint32_t>(k);
          if (i >= begin[u] && i < end[u]) visitor.one(entry[u][k]);
        }
        at[u] += static_cast<std::uint32_t>((lanes - side) * visit_width);  // end of the window
        longer = longer || at[u] < end[u];
      }
      if (__any_sync(0xffffffffu, longer)) {
#pragma unroll
        for (int u = 0; u < unrolled; ++u) {
          unsigned open = __ballot_sync(0xffffffffu, side == 0 && at[u] < end[u]);
          while (open != 0) {
            const int leader = __ffs(static_cast<int>(open)) - 1;
            open &= open - 1;
            visit_long_piece(entries, __shfl_sync(0xffffffffu, at[u], leader),
                             __shfl_sync(0xffffffffu, end[u], leader), visitor);
          }
        }
      }
    }
  }
}

/// Counts voxels in shared memory.
struct voxel_counting {
  std::uint32_t* counters;

  __device__ __forceinline__ void one(std::uint32_t entry) const noexcept {
    atomicAdd(&counters[entry], 1u);
  }
  __device__ __forceinline__ void crowd(
      const std::uint32_t (&entries)[visit_width]) const noexcept {
    if (threadIdx.x % 32u == 0) {
      atomicAdd(&counters[entries[0]], 32u * static_cast<unsigned>(visit_width));
    }
  }
};

/// Adds up what the first kernel lost, by one block.
__device__ __forceinline__ void report_counters(const std::uint32_t* lost, int tiles,
                                                std::int64_t n, std::int64_t beyond,
                                                voxel_counters* counters) noexcept {
  __shared__ unsigned long long outside;
  __shared__ unsigned long long not_finite;
  if (threadIdx.x == 0) outside = not_finite = 0;
  __syncthreads();
  unsigned long long mine_outside = 0;
  unsigned long long mine_not_finite = 0;
  for (int t = static_cast<int>(threadIdx.x); t < tiles; t += static_cast<int>(blockDim.x)) {
    mine_outside += lost[2 * t];
    mine_not_finite += lost[2 * t + 1];
  }
  atomicAdd(&outside, mine_outside);
  atomicAdd(&not_finite, mine_not_finite);
  __syncthreads();
  if (threadIdx.x == 0) {
    counters->used = static_cast<std::uint64_t>(n) - outside - not_finite;
    counters->outside = outside;
    counters->not_finite = not_finite;
    counters->beyond = static_cast<std::uint64_t>(beyond);
  }
}

/// What both second kernels get.
struct bin_slab {
  bin_pieces pieces;
  std::int64_t begin;   // first voxel of the slab
  std::uint32_t cells;  // voxels of the slab
  std::int32_t shift;
  std::uint32_t size;                // voxels of a bin
  voxel_spread spread;               // where points have features
  const std::uint32_t* point_count;  // as in `point_arguments`
  std::int64_t points;
  const std::uint32_t* lost;
  voxel_counters* counters;  // null: not to be written

  __device__ __forceinline__ std::int64_t number() const noexcept {
    if (point_count == nullptr) return points;
    const std::int64_t n = *point_count;
    return n < points ? n : points;
  }
  __device__ __forceinline__ int active_tiles(std::int64_t n) const noexcept {
    return static_cast<int>((n + pieces.tile - 1) / pieces.tile);
  }
  __device__ __forceinline__ void report(std::int64_t n, int tiles) const noexcept {
    if (counters == nullptr || blockIdx.x != 0) return;
    const std::int64_t all = point_count == nullptr ? n : *point_count;
    report_counters(lost, tiles, n, all - n, counters);
  }
};

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
