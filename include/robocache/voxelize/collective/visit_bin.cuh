// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/block.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/cuda/bins.hpp>
#include <robocache/voxelize/cuda/tuning.hpp>

#include <cstdint>

/// \file
/// Level 1 of `voxelize`: a block of threads visits the points of a bin, one short piece in every
/// tile.

namespace robocache {
namespace detail {

/// Adds up what binning lost, and reports it: by the block of bin 0.
///
/// \param sums  shared memory
template <class Group>
__device__ __forceinline__ void report_counters(const Group& block, const bin_slab& slab,
                                                std::int64_t n, int tiles,
                                                unsigned long long (&sums)[2]) noexcept {
  const unsigned rank = block.thread_rank();
  if (rank < 2) sums[rank] = 0;
  block.sync();
  unsigned long long mine_outside = 0;
  unsigned long long mine_not_finite = 0;
  for (int t = static_cast<int>(rank); t < tiles; t += static_cast<int>(block.size())) {
    mine_outside += slab.lost[2 * t];
    mine_not_finite += slab.lost[2 * t + 1];
  }
  atomicAdd(&sums[0], mine_outside);
  atomicAdd(&sums[1], mine_not_finite);
  block.sync();
  if (rank == 0) {
    const std::int64_t all = slab.point_count == nullptr ? n : *slab.point_count;
    slab.counters->used = static_cast<std::uint64_t>(n) - sums[0] - sums[1];
    slab.counters->outside = sums[0];
    slab.counters->not_finite = sums[1];
    slab.counters->beyond = static_cast<std::uint64_t>(all - n);
  }
}

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
static __device__ __noinline__ void visit_long_piece(std::uint32_t lane,
                                                     const std::uint16_t* entries, std::uint32_t at,
                                                     std::uint32_t end,
                                                     const Visitor visitor) noexcept {
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
      if (same) {  // a crowded voxel: once for all
        if (lane == 0) visitor(entry[u][0], 32u * visit_width);
      } else {
#pragma unroll
        for (int k = 0; k < visit_width; ++k) {
          if (mine + k < end) visitor(entry[u][k], 1u);
        }
      }
    }
  }
}

}  // namespace detail

/// Visits the points of a bin, by a block, in no particular order.
///
/// Each warp takes some of the tiles. Its lanes first fetch where the pieces of 32 tiles begin and
/// end, then read several pieces side by side, so that few loads wait for each other.
///
/// \param block    `mark_bin_threads` (512) threads
/// \param pieces   `binned_call(call).voxels.slab.pieces` of a call without features
/// \param bin      the bin
/// \param tiles    tiles that have points
/// \param visitor  called with a voxel's number in the bin and a number of points in it
template <class Group, class Visitor>
__device__ __forceinline__ void visit_bin(const Group& block, const detail::bin_pieces& pieces,
                                          int bin, int tiles, const Visitor& visitor) noexcept {
  using namespace detail;
  constexpr int visit_warps = mark_threads / 32;
  const auto* const entries = reinterpret_cast<const std::uint16_t*>(pieces.entries);
  const int lane = static_cast<int>(block.thread_rank() % 32u);
  const int warp = static_cast<int>(block.thread_rank() / 32u);
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
      // Keeps the compiler from loading the last piece when others were visited, 5 % slower.
      __syncwarp();
      bool longer = false;
#pragma unroll
      for (int u = 0; u < unrolled; ++u) {
#pragma unroll
        for (int k = 0; k < visit_width; ++k) {
          const std::uint32_t i = at[u] + static_cast<std::uint32_t>(k);
          if (i >= begin[u] && i < end[u]) visitor(entry[u][k], 1u);
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
            visit_long_piece(static_cast<std::uint32_t>(lane), entries,
                             __shfl_sync(0xffffffffu, at[u], leader),
                             __shfl_sync(0xffffffffu, end[u], leader), visitor);
          }
        }
      }
    }
  }
}

}  // namespace robocache
