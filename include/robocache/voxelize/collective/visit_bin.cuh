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
                                                unsigned long long (&sums)[2]) noexcept {
  const unsigned rank = block.thread_rank();
  if (rank < 2) sums[rank] = 0;
  block.sync();
  const int tiles = slab.tiles();
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
    slab.counters->used = static_cast<std::uint64_t>(slab.points.present()) - sums[0] - sums[1];
    slab.counters->outside = sums[0];
    slab.counters->not_finite = sums[1];
    slab.counters->beyond = static_cast<std::uint64_t>(slab.points.beyond());
  }
}

/// Entries of a piece that a lane reads at once.
inline constexpr int visit_width = 4;

/// `visit_width` entries as they are loaded: two to a register.
struct packed_entries {
  uint2 words;

  /// Entry `k`, which is known when compiling.
  __device__ __forceinline__ std::uint32_t operator[](int k) const noexcept {
    const unsigned word = k < 2 ? words.x : words.y;
    return k % 2 == 0 ? word & 0xffffu : word >> 16;
  }
};

__device__ __forceinline__ packed_entries load_entries(const std::uint16_t* from) noexcept {
  return {*reinterpret_cast<const uint2*>(from)};
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
    packed_entries entry[unrolled];
#pragma unroll
    for (int u = 0; u < unrolled; ++u) {
      const std::uint32_t mine = at + u * step + lane * visit_width;
      if (mine < end) entry[u] = load_entries(entries + mine);
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
  constexpr int visit_warps = mark_bin_threads / 32;
  const auto* const entries = reinterpret_cast<const std::uint16_t*>(pieces.entries);
  const int lane = static_cast<int>(block.thread_rank() % 32u);
  const int warp = static_cast<int>(block.thread_rank() / 32u);
  const int lanes = pieces.lanes;
  const int side = lane & (lanes - 1);
  const int shift = __ffs(lanes) - 1;
  const int groups = 32 >> shift;
  const int group = lane >> shift;
  // The lanes of a piece read a window of it, which begins where its first access does.
  const auto window = static_cast<std::uint32_t>(lanes * visit_width);
  const auto offset = static_cast<std::uint32_t>(side * visit_width);
  const auto window_begin = [](std::uint32_t piece) {
    return piece & 0xffffu & ~(visit_width - 1u);
  };
  constexpr int unrolled = 4;
  for (int base = warp; base < tiles; base += 32 * visit_warps) {
    const int own = base + lane * visit_warps;
    std::uint32_t own_piece = 0;  // where it begins in its tile, and, 16 bits higher, where it ends
    if (own < tiles) {
      const std::uint16_t* const row =
          pieces.offsets + static_cast<std::int64_t>(own) * (pieces.bins + 1) + bin;
      own_piece = row[0] | static_cast<std::uint32_t>(row[1]) << 16;
    }
    const int count = min(32, (tiles - base + visit_warps - 1) / visit_warps);
    const auto origin = [&](int slot) { return pieces.origin(base + slot * visit_warps); };
    for (int j = 0; j < count; j += unrolled * groups) {
      std::uint32_t piece[unrolled];
      packed_entries entry[unrolled];
#pragma unroll
      for (int u = 0; u < unrolled; ++u) {
        const int slot = j + u * groups + group;
        piece[u] = __shfl_sync(0xffffffffu, own_piece, slot & 31);
        if (slot >= 32) piece[u] = 0;  // from the count up to here the pieces are empty, too
      }
#pragma unroll
      for (int u = 0; u < unrolled; ++u) {
        const std::uint32_t at = window_begin(piece[u]) + offset;
        if (at < piece[u] >> 16) {
          entry[u] = load_entries(entries + (origin(j + u * groups + group) + at));
        }
      }
      // Keeps the compiler from loading the last piece when others were visited, 5 % slower.
      __syncwarp();
      bool longer = false;
#pragma unroll
      for (int u = 0; u < unrolled; ++u) {
        const std::uint32_t begin = piece[u] & 0xffffu;
        const std::uint32_t size = (piece[u] >> 16) - begin;
        // Below zero, which is a large number, where the window is not yet in the piece.
        const std::uint32_t at = window_begin(piece[u]) + offset - begin;
#pragma unroll
        for (int k = 0; k < visit_width; ++k) {
          if (at + static_cast<std::uint32_t>(k) < size) visitor(entry[u][k], 1u);
        }
        longer = longer || window_begin(piece[u]) + window < piece[u] >> 16;
      }
      if (__any_sync(0xffffffffu, longer)) {
#pragma unroll
        for (int u = 0; u < unrolled; ++u) {
          const bool open = window_begin(piece[u]) + window < piece[u] >> 16;
          unsigned leaders = __ballot_sync(0xffffffffu, side == 0 && open);
          while (leaders != 0) {
            const int leader = __ffs(static_cast<int>(leaders)) - 1;
            leaders &= leaders - 1;
            const std::uint32_t longest = __shfl_sync(0xffffffffu, piece[u], leader);
            const std::uint32_t from = origin(j + u * groups + (leader >> shift));
            visit_long_piece(static_cast<std::uint32_t>(lane), entries,
                             from + window_begin(longest) + window, from + (longest >> 16),
                             visitor);
          }
        }
      }
    }
  }
}

}  // namespace robocache
