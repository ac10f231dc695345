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
/// A bin of ordinary size is sorted in shared memory, with counters of 16 bits. Those with more
/// points are sorted to the workspace, by many blocks together.

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
  union {
    std::uint32_t pairs;
    std::uint32_t ticket;  ///< for a job of sorting together
  };
  union {
    std::uint32_t others;
    std::uint32_t jobs_done;  ///< of such, of a bin
    std::uint32_t too_full;   ///< bins that have too many points
  };
  union {
    std::uint32_t many;
    std::uint32_t position;  ///< where the points of a bin begin among the sorted ones
    std::uint32_t is_last;   ///< whether all other parts of the bin are done
  };
  // What this block knows of all bins:
  uint4 seen;           ///< how `bin_progress` begins, as it was a moment ago
  std::uint32_t known;  ///< `bin_progress::known` as this block left it
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

/// Where the starts of a bin's voxels are in `bin_tables::starts`.
__device__ __forceinline__ std::uint32_t first_start(const bin_slab& slab,
                                                     std::uint32_t bin) noexcept {
  return bin * (slab.size + 1);
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

/// Sorts a bin in shared memory, unless it has more points than fit there. When their number is
/// known it says so to all blocks.
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
    const bool tells = base + reduce_bin_threads >= tiles && block.thread_rank() == 0;
    if (tells) storage.known = atomicAdd(&call.tables.progress->known, 1u) + 1;
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

/// Makes it known that a bin has too many points for shared memory.
///
/// \param lists  this is the part that puts the bin on the list of those
template <class Group>
__device__ __forceinline__ void list_too_full(const Group& block, const bin_sorting& call, int bin,
                                              bool lists, reduce_bin_storage& storage) noexcept {
  bin_progress& progress = *call.tables.progress;
  if (lists) {
    std::uint32_t* const starts =
        call.tables.starts + first_start(call.slab, static_cast<std::uint32_t>(bin));
    for (std::uint32_t i = block.thread_rank(); i <= call.slab.size; i += reduce_bin_threads) {
      starts[i] = 0;
    }
    __threadfence();
    block.sync();
    if (block.thread_rank() == 0) {
      const std::uint32_t i = atomicAdd(&progress.too_full, 1u);
      call.tables.too_full[i] = static_cast<std::uint32_t>(bin);
      call.tables.sort_done[i] = 0;
      __threadfence();
    }
  }
  if (block.thread_rank() == 0) storage.known = atomicAdd(&progress.known, 1u) + 1;
}

/// Counts the points of some tiles of a bin by voxel. Contains barriers.
template <class Group>
__device__ __forceinline__ void count_tiles(const Group& block, const bin_pieces& pieces, int bin,
                                            int first, int end, std::uint32_t size,
                                            reduce_bin_storage& storage) noexcept {
  auto* const counters = reinterpret_cast<std::uint32_t*>(&storage);
  for (std::uint32_t c = block.thread_rank(); c < size; c += reduce_bin_threads) counters[c] = 0;
  for (int base = first; base < end; base += reduce_bin_threads) {
    const std::uint32_t here = list_pieces<false>(block, pieces, bin, base, end, storage);
    for_each_listed(block, pieces, here, storage,
                    [&](std::uint32_t, std::uint32_t, std::uint32_t voxel) {
                      atomicAdd(&counters[voxel], 1u);  // lanes that mean the same take one turn
                    });
    block.sync();
  }
  const auto* const entries = reinterpret_cast<const std::uint32_t*>(pieces.entries);
  for (int t = first + static_cast<int>(block.thread_rank()); t < end; t += reduce_bin_threads) {
    const bin_piece piece = piece_of(pieces, bin, t);
    if (!piece.alike) continue;
    const std::uint32_t entry = entries[pieces.origin(t) + piece.begin];
    atomicAdd(&counters[entry & 0xffffu], piece.points);
  }
  block.sync();
}

/// Gives the voxels of a bin their places in `sorted`, when all its points are counted: makes
/// starts of the counts, each one further on, and lists voxels with many points.
template <class Group>
__device__ __forceinline__ void place_voxels(const Group& block, const bin_sorting& call, int bin,
                                             reduce_bin_storage& storage) noexcept {
  const int lane = static_cast<int>(block.thread_rank() % 32u);
  const int warp = static_cast<int>(block.thread_rank() / 32u);
  const std::uint32_t size = call.slab.size;
  bin_progress& progress = *call.tables.progress;
  const std::uint32_t first = first_start(call.slab, static_cast<std::uint32_t>(bin));
  std::uint32_t* const counts = call.tables.starts + first + 1;
  const std::uint32_t per_warp = (size + reduce_warps * 32u - 1u) / (reduce_warps * 32u) * 32u;
  const std::uint32_t run = static_cast<std::uint32_t>(warp) * per_warp;
  const std::uint32_t run_end = min(run + per_warp, size);
  std::uint32_t mine = 0;
  for (std::uint32_t c = run + static_cast<std::uint32_t>(lane); c < run_end; c += 32) {
    mine += counts[c];
  }
  mine = __reduce_add_sync(0xffffffffu, mine);
  if (lane == 0) storage.sums[warp] = mine;
  block.sync();
  if (block.thread_rank() == 0) {
    std::uint32_t all = 0;
    for (const std::uint32_t sum : storage.sums) all += sum;
    storage.position = counts[-1] = atomicAdd(&progress.placed, all);
  }
  block.sync();
  std::uint32_t position = storage.position;
  for (int w = 0; w < warp; ++w) position += storage.sums[w];
  for (std::uint32_t chunk = run; chunk < run_end; chunk += 32) {
    const std::uint32_t c = chunk + static_cast<std::uint32_t>(lane);
    const std::uint32_t n = counts[c];
    const std::uint32_t inclusive = warp_prefix_sum(n, lane);
    counts[c] = position + inclusive - n;
    position += __shfl_sync(0xffffffffu, inclusive, 31);
    const std::uint32_t number = call.slab.spread.to_number(static_cast<std::uint32_t>(bin), c);
    if (number < call.slab.cells) write_count(call, number, n);
    if (n > few_points) {
      const bool heavy = n > heavy_voxel;
      const std::uint32_t at = atomicAdd(heavy ? &progress.heavy : &progress.crowded, 1u);
      (heavy ? call.tables.heavy : call.tables.crowded)[at] = first + c;
    }
  }
}

/// Puts the points of some tiles of a bin where they belong: those of a voxel from its counter on.
template <class Group>
__device__ __forceinline__ void put_tiles(const Group& block, const bin_pieces& pieces, int bin,
                                          int first, int end, std::uint32_t* sorted,
                                          reduce_bin_storage& storage) noexcept {
  auto* const counters = reinterpret_cast<std::uint32_t*>(&storage);
  const auto lane = static_cast<int>(block.thread_rank() % 32u);
  const std::uint32_t warp = block.thread_rank() / 32u;
  // Lanes that mean the same voxel take one turn.
  const auto take = [&](std::uint32_t voxel) {
    const unsigned same = __match_any_sync(__activemask(), voxel);
    const int leader = __ffs(static_cast<int>(same)) - 1;
    std::uint32_t begin = 0;
    if (lane == leader) {
      begin = atomicAdd(&counters[voxel], static_cast<std::uint32_t>(__popc(same)));
    }
    return __shfl_sync(same, begin, leader) +
           static_cast<std::uint32_t>(__popc(same & ((1u << lane) - 1u)));
  };
  const auto* const entries = reinterpret_cast<const std::uint32_t*>(pieces.entries);
  for (int base = first; base < end; base += reduce_bin_threads) {
    const std::uint32_t here = list_pieces<false>(block, pieces, bin, base, end, storage);
    for_each_listed(block, pieces, here, storage,
                    [&](std::uint32_t, std::uint32_t point, std::uint32_t voxel) {
                      sorted[take(voxel)] = point;
                    });
    // A piece that is alike in one go, each warp a run of it.
    for (int from = base; from < min(base + reduce_bin_threads, end); from += 32) {
      bin_piece own{0, 0, false};
      if (from + lane < end) own = piece_of(pieces, bin, from + lane);
      for (unsigned alike = __ballot_sync(0xffffffffu, own.alike); alike != 0; alike &= alike - 1) {
        const int t = __ffs(static_cast<int>(alike)) - 1;
        const std::uint32_t points = __shfl_sync(0xffffffffu, own.points, t);
        const std::uint32_t length = (points + reduce_warps - 1) / reduce_warps;
        const std::uint32_t begin = min(warp * length, points);
        const std::uint32_t count = min(length, points - begin);
        const std::uint32_t tile = pieces.origin(from + t);
        const std::uint32_t* const piece = entries + tile + __shfl_sync(0xffffffffu, own.begin, t);
        std::uint32_t at = 0;
        if (lane == 0) at = atomicAdd(&counters[piece[0] & 0xffffu], count);
        at = __shfl_sync(0xffffffffu, at, 0);
#pragma unroll 4
        for (std::uint32_t i = static_cast<std::uint32_t>(lane); i < count; i += 32) {
          sorted[at + i] = tile + (piece[begin + i] >> 16);
        }
      }
    }
    block.sync();
  }
}

/// Sorts all bins with too many points for shared memory to the workspace, by whichever blocks come
/// here. They draw tickets for jobs: first for counting some tiles of a bin, then for putting their
/// points where they belong. A job waits only for jobs with lower tickets, and these were drawn by
/// blocks that are running.
///
/// \param too_full  how many bins they are; all are known
template <class Group>
static __device__ __noinline__ void sort_together(const Group& block, const bin_sorting& call,
                                                  std::uint32_t too_full, int tiles,
                                                  reduce_bin_storage& storage) noexcept {
  constexpr std::uint32_t enough_jobs = 2 * enough_bins<true>;
  auto* const counters = reinterpret_cast<std::uint32_t*>(&storage);
  const bin_pieces& pieces = call.slab.pieces;
  const std::uint32_t size = call.slab.size;
  bin_progress& progress = *call.tables.progress;
  const std::uint32_t rank = block.thread_rank();
  const auto most_chunks = static_cast<int>(max(1u, enough_jobs / too_full));
  const int per_job = (tiles + most_chunks - 1) / most_chunks;
  const auto chunks = static_cast<std::uint32_t>((tiles + per_job - 1) / per_job);
  const std::uint32_t jobs = too_full * chunks;
  for (;;) {
    block.sync();
    if (rank == 0) storage.ticket = atomicAdd(&progress.sort_tickets, 1u);
    block.sync();
    const std::uint32_t ticket = storage.ticket;
    if (ticket >= 2 * jobs) break;
    const bool puts = ticket >= jobs;
    const std::uint32_t job = puts ? ticket - jobs : ticket;
    const std::uint32_t which = job / chunks;
    const auto bin = static_cast<int>(call.tables.too_full[which]);
    const int first = static_cast<int>(job % chunks) * per_job;
    const int end = min(first + per_job, tiles);
    std::uint32_t* const starts =
        call.tables.starts + first_start(call.slab, static_cast<std::uint32_t>(bin)) + 1;
    std::uint32_t* const done = call.tables.sort_done + which;
    if (puts && rank == 0) {
      while (*static_cast<volatile std::uint32_t*>(done) <= chunks) __nanosleep(100);
      __threadfence();
    }
    count_tiles(block, pieces, bin, first, end, size, storage);
    for (std::uint32_t c = rank; c < size; c += reduce_bin_threads) {
      if (counters[c] != 0) counters[c] = atomicAdd(&starts[c], counters[c]);
    }
    if (puts) {
      block.sync();
      put_tiles(block, pieces, bin, first, end, call.tables.sorted, storage);
    }
    __threadfence();
    block.sync();
    if (rank == 0) storage.jobs_done = atomicAdd(done, 1u) + 1;
    block.sync();
    if (storage.jobs_done == chunks) {  // all are counted
      __threadfence();
      place_voxels(block, call, bin, storage);
      __threadfence();
      block.sync();
      if (rank == 0) atomicAdd(done, 1u);
    }
    if (puts && rank == 0 && storage.jobs_done == 2 * chunks + 1) {  // all are put
      __threadfence();
      atomicAdd(&progress.sorted, 1u);
    }
  }
}

}  // namespace detail
}  // namespace robocache
