// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/block.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/cuda/bins.hpp>
#include <robocache/voxelize/cuda/tuning.hpp>

#include <cstddef>
#include <cstdint>

/// \file
/// Level 1 of `voxelize`: how a block sorts the points of its bin by voxel. It collects them from
/// the tiles, counts them, so it knows where each voxel's points go, and puts them there. Their
/// order within a voxel is not determined; reducers do not depend on it.
///
/// A bin of ordinary size is sorted in shared memory, with counters of 16 bits. One with more
/// points is sorted to global memory, and left to another kernel.

namespace robocache {

/// The shared memory of a block that sorts and reduces a bin.
struct reduce_bin_storage {
  /// What sorting in global memory needs instead of `positions` and `points`: a word per voxel.
  static constexpr int counter_vectors = (1 << detail::most_shift<true>) / 4;
  /// Upper bounds of the number of voxels with at least two points, and with at least three.
  static constexpr std::uint32_t most_pairs = detail::most_in_bin / 2;
  static constexpr std::uint32_t most_others = detail::most_in_bin / 3;
  uint4 positions[(1 << detail::most_shift<true>) / 8];  // 16 bits per voxel: its points' end
  std::uint32_t points[detail::most_in_bin];             // in the order of their voxels
  // While collecting: the voxel of each point. Then voxels: those with two points; from
  // `most_pairs` on those with more; and from the back those with many.
  std::uint16_t list[detail::most_in_bin];
  std::uint32_t pairs;
  std::uint32_t others;
  std::uint32_t many;
  // Of the tiles that are looked at:
  /// Entry e of piece p is `entries[offsets[p] + e]`.
  std::uint32_t offsets[reduce_bin_threads];
  union {
    std::uint32_t starts[reduce_bin_threads];  ///< entries of this bin in those before
    unsigned long long lost[2];                ///< in the end
  };
  std::uint32_t sums[reduce_bin_threads / 32];

  __device__ __forceinline__ std::uint32_t end_of(std::uint32_t cell) const noexcept {
    return reinterpret_cast<const std::uint16_t*>(positions)[cell];
  }
  __device__ __forceinline__ std::uint32_t begin_of(std::uint32_t cell) const noexcept {
    return cell == 0 ? 0u : end_of(cell - 1);
  }
};

namespace detail {

static_assert(fits_everywhere(&voxelize_tuning::reduce_blocks, reduce_bin_threads,
                              sizeof(reduce_bin_storage)),
              "as many blocks as the kernel's bound says");
static_assert(reduce_bin_storage::counter_vectors * 16 <= offsetof(reduce_bin_storage, list),
              "the counters must not reach what listing pieces uses");

inline constexpr int reduce_warps = reduce_bin_threads / 32;

/// A tile's piece of a bin.
struct bin_piece {
  std::uint32_t begin;  ///< in the tile
  std::uint32_t points;
  bool alike;  ///< known to be of one voxel
};

__device__ __forceinline__ bin_piece piece_of(const bin_pieces& pieces, int bin,
                                              int tile) noexcept {
  const std::uint16_t* const row =
      pieces.offsets + static_cast<std::int64_t>(tile) * (pieces.bins + 1) + bin;
  const std::uint32_t begin = row[0];
  const std::uint32_t end = row[1] & ~piece_is_alike;
  return {begin & ~piece_is_alike, end - (begin & ~piece_is_alike), (begin & piece_is_alike) != 0};
}

/// Lists a bin's pieces of `reduce_bin_threads` tiles from `base` on. Contains barriers.
///
/// \tparam All  also those that are alike
/// \return the number of their entries
template <bool All, class Group>
__device__ __forceinline__ std::uint32_t list_pieces(const Group& block, const bin_pieces& pieces,
                                                     int bin, int base, int tiles,
                                                     reduce_bin_storage& storage) noexcept {
  const int tile = base + static_cast<int>(block.thread_rank());
  bin_piece piece{0, 0, false};
  if (tile < tiles) piece = piece_of(pieces, bin, tile);
  const std::uint32_t begin = piece.begin;
  const std::uint32_t points = All || !piece.alike ? piece.points : 0;
  std::uint32_t total;
  const std::uint32_t start =
      block_prefix_sum<reduce_bin_threads>(block, points, storage.sums, total);
  storage.starts[block.thread_rank()] = start;
  storage.offsets[block.thread_rank()] = pieces.origin(tile) + begin - start;
  block.sync();
  return total;
}

/// Calls `body(e, point, voxel)` for each of the `total` listed entries, with the number of the
/// voxel within the bin. However the entries are spread over the tiles, each thread has as many.
template <class Group, class Body>
__device__ __forceinline__ void for_each_listed(const Group& block, const bin_pieces& pieces,
                                                std::uint32_t total,
                                                const reduce_bin_storage& storage,
                                                const Body& body) noexcept {
  const auto* const entries = reinterpret_cast<const std::uint32_t*>(pieces.entries);
  constexpr int unrolled = 4;
  const std::uint32_t in_tile = (1u << pieces.tile_shift) - 1;
  for (std::uint32_t first = block.thread_rank(); first < total;
       first += unrolled * reduce_bin_threads) {
    std::uint32_t at[unrolled];
    std::uint32_t entry[unrolled];
#pragma unroll
    for (int u = 0; u < unrolled; ++u) {
      const std::uint32_t e = first + static_cast<std::uint32_t>(u) * reduce_bin_threads;
      std::uint32_t piece = 0;  // the last that starts at or before e
#pragma unroll
      for (std::uint32_t step = reduce_bin_threads / 2; step != 0; step /= 2) {
        if (storage.starts[piece + step] <= e) piece += step;
      }
      at[u] = storage.offsets[piece] + e;
      if (e < total) entry[u] = entries[at[u]];
    }
#pragma unroll
    for (int u = 0; u < unrolled; ++u) {
      const std::uint32_t e = first + static_cast<std::uint32_t>(u) * reduce_bin_threads;
      if (e < total) body(e, (at[u] & ~in_tile) + (entry[u] >> 16), entry[u] & 0xffffu);
    }
  }
}

/// Writes a voxel's count where that is wanted.
__device__ __forceinline__ void write_count(const bin_sorting& call, std::uint32_t cell,
                                            std::uint32_t n) noexcept {
  if (call.counts.data == nullptr) return;
  std::uint32_t* const to = call.counts.at(call.slab.begin + cell);
  *to = n + (call.accumulate ? *to : 0u);
}

/// Makes positions of the counts of voxels, and lists voxels with points.
///
/// \param size     voxels of a bin
/// \param singles  those with one point are listed, too
/// \param pairs    those with two points have a list of their own; not together with `singles`
template <class Group>
__device__ __forceinline__ void counts_to_positions(const Group& block, std::uint32_t size,
                                                    bool singles, bool pairs,
                                                    reduce_bin_storage& storage) noexcept {
  const std::uint32_t most_unlisted = singles ? 0 : 1;
  // A run of voxels per warp, eight to a lane: first the sums of the runs, then within them.
  const int lane = static_cast<int>(block.thread_rank() % 32u);
  const int warp = static_cast<int>(block.thread_rank() / 32u);
  const std::uint32_t per_warp = (size + reduce_warps * 256u - 1u) / (reduce_warps * 256u) * 256u;
  const std::uint32_t run = static_cast<std::uint32_t>(warp) * per_warp;
  const std::uint32_t run_end = min(run + per_warp, size);
  const std::uint32_t own = 8u * static_cast<std::uint32_t>(lane);
  const auto counts_at = [&](std::uint32_t c, std::uint32_t(&count)[8]) {
    const uint4 eight = c < run_end ? storage.positions[c / 8] : make_uint4(0, 0, 0, 0);
    const std::uint32_t word[4] = {eight.x, eight.y, eight.z, eight.w};
    std::uint32_t sum = 0;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      count[2 * i] = word[i] & 0xffffu;
      count[2 * i + 1] = word[i] >> 16;
      sum += count[2 * i] + count[2 * i + 1];
    }
    return sum;
  };
  std::uint32_t mine = 0;
  for (std::uint32_t c = run + own; c < run_end; c += 256) {
    std::uint32_t count[8];
    mine += counts_at(c, count);
  }
  mine = __reduce_add_sync(0xffffffffu, mine);
  if (lane == 0) storage.sums[warp] = mine;
  block.sync();
  std::uint32_t position = 0;
  for (int w = 0; w < warp; ++w) position += storage.sums[w];
  for (std::uint32_t chunk = run; chunk < run_end; chunk += 256) {
    const std::uint32_t c = chunk + own;
    std::uint32_t count[8];
    const std::uint32_t sum = counts_at(c, count);
    const std::uint32_t inclusive = warp_prefix_sum(sum, lane);
    std::uint32_t end = position + inclusive - sum;
    position += __shfl_sync(0xffffffffu, inclusive, 31);
    std::uint32_t word[4];
    bool several = false;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      several = several || count[2 * i] > most_unlisted || count[2 * i + 1] > most_unlisted;
      end += count[2 * i];
      word[i] = end;
      end += count[2 * i + 1];
      word[i] |= end << 16;
    }
    if (c < run_end) storage.positions[c / 8] = make_uint4(word[0], word[1], word[2], word[3]);
    if (!several) continue;
#pragma unroll
    for (std::uint32_t i = 0; i < 8; ++i) {
      if (count[i] <= most_unlisted) continue;
      std::uint32_t at;
      if (pairs && count[i] == 2) {
        at = atomicAdd(&storage.pairs, 1u);
      } else if (count[i] <= few_points) {
        at = (pairs ? reduce_bin_storage::most_pairs : 0u) + atomicAdd(&storage.others, 1u);
      } else {
        at = most_in_bin - 1 - atomicAdd(&storage.many, 1u);
      }
      storage.list[at] = static_cast<std::uint16_t>(c + i);
    }
  }
  block.sync();
}

/// Sorts a bin in shared memory, unless it has more points than fit there.
///
/// \param singles, pairs  as in `counts_to_positions`
/// \return whether they did fit
template <class Group>
static __device__ __noinline__ bool sort_in_shared(const Group& block, const bin_sorting& call,
                                                   int bin, int tiles, bool singles, bool pairs,
                                                   reduce_bin_storage& storage) noexcept {
  const bin_pieces& pieces = call.slab.pieces;
  std::uint32_t n = 0;
  for (int base = 0; base < tiles; base += reduce_bin_threads) {
    const std::uint32_t here = list_pieces<true>(block, pieces, bin, base, tiles, storage);
    if (n + here > most_in_bin) return false;
    for_each_listed(block, pieces, here, storage,
                    [&](std::uint32_t e, std::uint32_t point, std::uint32_t voxel) {
                      storage.points[n + e] = point;
                      storage.list[n + e] = static_cast<std::uint16_t>(voxel);
                    });
    n += here;
    block.sync();
  }

  auto* const words = reinterpret_cast<std::uint32_t*>(storage.positions);
  constexpr int most =
      (static_cast<int>(most_in_bin) + reduce_bin_threads - 1) / reduce_bin_threads;
  std::uint32_t point[most];
  std::uint32_t voxel_and_rank[most];
#pragma unroll
  for (int k = 0; k < most; ++k) {
    const std::uint32_t i =
        block.thread_rank() + static_cast<std::uint32_t>(k) * reduce_bin_threads;
    if (i < n) {
      const std::uint32_t voxel = storage.list[i];
      const std::uint32_t shift = 16 * (voxel % 2);
      const std::uint32_t word = atomicAdd(&words[voxel / 2], 1u << shift);
      voxel_and_rank[k] = voxel | (word >> shift << 16);
      point[k] = storage.points[i];
    }
  }
  block.sync();
  counts_to_positions(block, call.slab.size, singles, pairs, storage);
#pragma unroll
  for (int k = 0; k < most; ++k) {
    if (block.thread_rank() + static_cast<std::uint32_t>(k) * reduce_bin_threads < n) {
      const std::uint32_t begin = storage.begin_of(voxel_and_rank[k] & 0xffffu);
      storage.points[begin + (voxel_and_rank[k] >> 16)] = point[k];
    }
  }
  block.sync();
  return true;
}

/// Sorts a bin of any size to global memory, and leaves it to the next kernel.
template <class Group>
static __device__ __noinline__ void sort_in_global(const Group& block, const bin_sorting& call,
                                                   int bin, int tiles,
                                                   reduce_bin_storage& storage) noexcept {
  const int lane = static_cast<int>(block.thread_rank() % 32u);
  const int warp = static_cast<int>(block.thread_rank() / 32u);
  const bin_pieces& pieces = call.slab.pieces;
  auto* const counters = reinterpret_cast<std::uint32_t*>(&storage);
  const std::uint32_t size = call.slab.size;
  block.sync();
  for (std::uint32_t i = block.thread_rank(); i < size; i += reduce_bin_threads) counters[i] = 0;
  // Of pieces that are not known to be of one voxel.
  const auto for_each_entry = [&](const auto& body) {
    for (int base = 0; base < tiles; base += reduce_bin_threads) {
      const std::uint32_t here = list_pieces<false>(block, pieces, bin, base, tiles, storage);
      for_each_listed(block, pieces, here, storage, body);
      block.sync();
    }
  };
  // Neighbours often share a voxel, and then the lanes need not take turns.
  const auto take = [&](std::uint32_t voxel) {
    const unsigned active = __activemask();
    int same = 0;
    (void)__match_all_sync(active, voxel, &same);
    if (!same) return atomicAdd(&counters[voxel], 1u);
    const int leader = __ffs(static_cast<int>(active)) - 1;
    std::uint32_t before = 0;
    if (lane == leader) {
      before = atomicAdd(&counters[voxel], static_cast<std::uint32_t>(__popc(active)));
    }
    return __shfl_sync(active, before, leader) +
           static_cast<std::uint32_t>(__popc(active & ((1u << lane) - 1u)));
  };
  for_each_entry([&](std::uint32_t, std::uint32_t, std::uint32_t voxel) { take(voxel); });

  const auto* const entries = reinterpret_cast<const std::uint32_t*>(pieces.entries);
  std::uint32_t before = 0;  // points of the bins before
  for (int t = static_cast<int>(block.thread_rank()); t < tiles; t += reduce_bin_threads) {
    const bin_piece piece = piece_of(pieces, bin, t);
    before += piece.begin;
    if (!piece.alike) continue;
    const std::uint32_t entry = entries[pieces.origin(t) + piece.begin];
    atomicAdd(&counters[entry & 0xffffu], piece.points);
  }
  std::uint32_t position;
  (void)block_prefix_sum<reduce_bin_threads>(block, before, storage.sums, position);
  block.sync();
  const std::uint32_t per_warp = (size + reduce_warps * 32u - 1u) / (reduce_warps * 32u) * 32u;
  std::uint32_t* const starts = call.tables.starts + static_cast<std::uint32_t>(bin) * size;
  const std::uint32_t run = static_cast<std::uint32_t>(warp) * per_warp;
  const std::uint32_t run_end = min(run + per_warp, size);
  std::uint32_t mine = 0;
  for (std::uint32_t c = run + static_cast<std::uint32_t>(lane); c < run_end; c += 32) {
    mine += counters[c];
  }
  mine = __reduce_add_sync(0xffffffffu, mine);
  if (lane == 0) storage.sums[warp] = mine;
  block.sync();
  for (int w = 0; w < warp; ++w) position += storage.sums[w];
  for (std::uint32_t chunk = run; chunk < run_end; chunk += 32) {
    const std::uint32_t c = chunk + static_cast<std::uint32_t>(lane);
    const std::uint32_t n = counters[c];
    const std::uint32_t inclusive = warp_prefix_sum(n, lane);
    const std::uint32_t start = position + inclusive - n;
    counters[c] = start;
    position += __shfl_sync(0xffffffffu, inclusive, 31);
    starts[c] = start;
    if (c + 1 == size) starts[size] = start + n;
    const std::uint32_t number = call.slab.spread.to_number(static_cast<std::uint32_t>(bin), c);
    if (number < call.slab.cells) write_count(call, number, n);
    if (n > few_points) {
      std::uint32_t* const list = n > heavy_voxel ? call.tables.heavy : call.tables.crowded;
      list[1 + atomicAdd(list, 1u)] = static_cast<std::uint32_t>(bin) * size + c;
    }
  }
  if (block.thread_rank() == 0) {
    call.tables.pending[1 + atomicAdd(call.tables.pending, 1u)] = static_cast<std::uint32_t>(bin);
  }
  block.sync();
  for_each_entry([&](std::uint32_t, std::uint32_t point, std::uint32_t voxel) {
    call.tables.sorted[take(voxel)] = point;
  });
  // The others in one go, by a warp each.
  for (int t = warp; t < tiles; t += reduce_warps) {
    const bin_piece piece = piece_of(pieces, bin, t);
    if (!piece.alike) continue;
    const std::uint32_t tile = pieces.origin(t);
    const std::uint32_t* const from = entries + tile;
    const std::uint32_t end = piece.begin + piece.points;
    std::uint32_t at = 0;
    if (lane == 0) at = atomicAdd(&counters[from[piece.begin] & 0xffffu], piece.points);
    std::uint32_t* const to = call.tables.sorted + __shfl_sync(0xffffffffu, at, 0) - piece.begin;
#pragma unroll 4
    for (std::uint32_t v = piece.begin / 4 + static_cast<std::uint32_t>(lane); 4 * v < end;
         v += 32) {
      const uint4 four = reinterpret_cast<const uint4*>(from)[v];
      const std::uint32_t entry[4] = {four.x, four.y, four.z, four.w};
#pragma unroll
      for (std::uint32_t k = 0; k < 4; ++k) {
        const std::uint32_t i = 4 * v + k;
        if (i >= piece.begin && i < end) to[i] = tile + (entry[k] >> 16);
      }
    }
  }
}

}  // namespace detail
}  // namespace robocache
