// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/cuda_namespace.cuh>
#include <robocache/voxelize/detail/bin_visit.cuh>
#include <robocache/voxelize/detail/features.cuh>

#include <cstddef>
#include <cstdint>

/// \file
/// How a block sorts the points of its bin by voxel: it counts them, so it knows where each voxel's
/// points go, and puts them there. Their order within a voxel is not determined; reductions do not
/// depend on it.
///
/// A bin of ordinary size is sorted in shared memory, with counters of 16 bits. One with more
/// points is sorted to global memory, and left to another kernel.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// The shared memory of a block that sorts.
struct bin_storage {
  static constexpr std::uint32_t list_size = most_in_bin / 2;
  /// What sorting in global memory needs instead of `positions` and `sorted`: a word per voxel.
  static constexpr int counter_vectors = (1 << most_shift) / 4;
  uint4 positions[(1 << most_shift) / 8];  ///< 16 bits per voxel: at last, where its points end
  std::uint32_t sorted[most_in_bin];       ///< the bin's points in the order of their voxels
  std::uint16_t
      list[list_size];  ///< from the front: voxels with several points, from the back: many
  std::uint32_t several;
  std::uint32_t many;
  std::uint32_t sums[visit_warps];
  std::uint32_t begins;
  std::uint32_t ends;

  __device__ __forceinline__ std::uint32_t end_of(std::uint32_t cell) const noexcept {
    return reinterpret_cast<const std::uint16_t*>(positions)[cell];
  }
  __device__ __forceinline__ std::uint32_t begin_of(std::uint32_t cell) const noexcept {
    return cell == 0 ? 0u : end_of(cell - 1);
  }
};
static_assert(sizeof(bin_storage) <= 48 * 1024, "what every block may have");
static_assert(bin_storage::counter_vectors * 16 <= offsetof(bin_storage, list));

/// Counts points in halves of words; no half overflows, because the bin has fewer points.
struct narrow_counting {
  std::uint32_t* words;

  __device__ __forceinline__ void add(std::uint32_t entry, std::uint32_t number) const noexcept {
    const std::uint32_t local = entry & 0xffffu;
    atomicAdd(&words[local / 2], number << (16 * (local % 2)));
  }
  __device__ __forceinline__ void one(std::uint32_t, std::uint32_t entry) const noexcept {
    add(entry, 1);
  }
  __device__ __forceinline__ void crowd(
      std::uint32_t, const std::uint32_t (&entries)[visit_width]) const noexcept {
    if (threadIdx.x % 32u == 0) add(entries[0], 32u * static_cast<unsigned>(visit_width));
  }
};

/// Puts points behind each other; `words` are where the next point of each voxel goes.
struct narrow_sorting {
  std::uint32_t* words;
  std::uint32_t* sorted;

  __device__ __forceinline__ std::uint32_t take(std::uint32_t entry,
                                                std::uint32_t number) const noexcept {
    const std::uint32_t local = entry & 0xffffu;
    const std::uint32_t shift = 16 * (local % 2);
    return (atomicAdd(&words[local / 2], number << shift) >> shift) & 0xffffu;
  }
  __device__ __forceinline__ void one(std::uint32_t origin, std::uint32_t entry) const noexcept {
    sorted[take(entry, 1)] = origin + (entry >> 16);
  }
  __device__ __forceinline__ void crowd(
      std::uint32_t origin, const std::uint32_t (&entries)[visit_width]) const noexcept {
    const std::uint32_t lane = threadIdx.x % 32u;
    std::uint32_t first = 0;
    if (lane == 0) first = take(entries[0], 32u * static_cast<unsigned>(visit_width));
    first = __shfl_sync(0xffffffffu, first, 0);
#pragma unroll
    for (int k = 0; k < visit_width; ++k) {
      sorted[first + static_cast<unsigned>(k) * 32u + lane] = origin + (entries[k] >> 16);
    }
  }
};

/// The same with whole words, to global memory.
struct wide_sorting {
  std::uint32_t* positions;
  std::uint32_t* sorted;

  __device__ __forceinline__ void one(std::uint32_t origin, std::uint32_t entry) const noexcept {
    sorted[atomicAdd(&positions[entry & 0xffffu], 1u)] = origin + (entry >> 16);
  }
  __device__ __forceinline__ void crowd(
      std::uint32_t origin, const std::uint32_t (&entries)[visit_width]) const noexcept {
    const std::uint32_t lane = threadIdx.x % 32u;
    std::uint32_t first = 0;
    if (lane == 0) {
      first = atomicAdd(&positions[entries[0] & 0xffffu], 32u * static_cast<unsigned>(visit_width));
    }
    first = __shfl_sync(0xffffffffu, first, 0);
#pragma unroll
    for (int k = 0; k < visit_width; ++k) {
      sorted[first + static_cast<unsigned>(k) * 32u + lane] = origin + (entries[k] >> 16);
    }
  }
};

/// How many points are in the bins before this one and in this one. By all threads;
/// `storage.begins` and `storage.ends` must be 0.
__device__ __forceinline__ void measure_bin(const bin_pieces& pieces, int bin, int tiles,
                                            bin_storage& storage) noexcept {
  std::uint32_t begins = 0;
  std::uint32_t ends = 0;
  for (int t = static_cast<int>(threadIdx.x); t < tiles; t += visit_threads) {
    const std::uint16_t* const row =
        pieces.offsets + static_cast<std::int64_t>(t) * (pieces.bins + 1) + bin;
    begins += row[0];
    ends += row[1];
  }
  begins = __reduce_add_sync(0xffffffffu, begins);
  ends = __reduce_add_sync(0xffffffffu, ends);
  if (threadIdx.x % 32u == 0) {
    atomicAdd(&storage.begins, begins);
    atomicAdd(&storage.ends, ends);
  }
  __syncthreads();
}

/// Writes a voxel's count where that is wanted.
__device__ __forceinline__ void write_count(const reduce_call& call, std::uint32_t cell,
                                            std::uint32_t n) noexcept {
  if (call.counts.data == nullptr || blockIdx.y != 0) return;
  std::uint32_t* const to = call.counts.data + call.counts.layout(call.slab.begin + cell);
  *to = n + (call.rules.accumulate ? *to : 0u);
}

/// Sorts a bin of at most `most_in_bin` points in shared memory. `storage.positions` must be 0.
///
/// \param at_once  voxels with more points than this are listed
template <int = 0>
static __device__ __noinline__ void sort_in_shared(const reduce_call& call, int bin, int tiles,
                                                   std::uint32_t first, std::uint32_t cells,
                                                   std::uint32_t at_once,
                                                   bin_storage& storage) noexcept {
  const int lane = static_cast<int>(threadIdx.x % 32u);
  const int warp = static_cast<int>(threadIdx.x / 32u);
  auto* const words = reinterpret_cast<std::uint32_t*>(storage.positions);
  visit_bin<bin_entry<true>>(call.slab.pieces, bin, tiles, narrow_counting{words});
  __syncthreads();

  // Counts to positions, a run of voxels per warp: first the sums of the runs, then within them,
  // eight voxels to a lane.
  const std::uint32_t size = 1u << call.slab.shift;
  const std::uint32_t per_warp = max(size / visit_warps, 256u);
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
  __syncthreads();
  std::uint32_t position = 0;
  for (int w = 0; w < warp; ++w) position += storage.sums[w];
  for (std::uint32_t chunk = run; chunk < run_end; chunk += 256) {
    const std::uint32_t c = chunk + own;
    std::uint32_t count[8];
    const std::uint32_t sum = counts_at(c, count);
    const std::uint32_t inclusive = warp_scan(sum, lane);
    std::uint32_t start = position + inclusive - sum;
    std::uint32_t word[4];
    bool more = false;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      word[i] = start;
      start += count[2 * i];
      word[i] |= start << 16;
      start += count[2 * i + 1];
      more = more || count[2 * i] > at_once || count[2 * i + 1] > at_once;
    }
    if (c < run_end) storage.positions[c / 8] = make_uint4(word[0], word[1], word[2], word[3]);
    position += __shfl_sync(0xffffffffu, inclusive, 31);
    if (!more && call.counts.data == nullptr) continue;
#pragma unroll 1
    for (std::uint32_t i = 0; i < 8; ++i) {
      if (c + i >= cells) break;
      std::uint32_t n = count[0];  // count[i], without an address
#pragma unroll
      for (std::uint32_t j = 1; j < 8; ++j) {
        if (i == j) n = count[j];
      }
      write_count(call, first + c + i, n);
      if (n > few_points) {
        storage.list[bin_storage::list_size - 1 - atomicAdd(&storage.many, 1u)] =
            static_cast<std::uint16_t>(c + i);
      } else if (n > at_once && at_once != 0) {
        storage.list[atomicAdd(&storage.several, 1u)] = static_cast<std::uint16_t>(c + i);
      }
    }
  }
  __syncthreads();
  visit_bin<bin_entry<true>>(call.slab.pieces, bin, tiles, narrow_sorting{words, storage.sorted});
  __syncthreads();
}

/// Sorts a bin of any size to global memory, and leaves it to the next kernel.
///
/// \param counters  shared memory, a word per voxel, all 0
template <int = 0>
static __device__ __noinline__ void sort_in_global(const reduce_call& call, int bin, int tiles,
                                                   std::uint32_t first, std::uint32_t cells,
                                                   std::uint32_t base, std::uint32_t* counters,
                                                   std::uint32_t* sums) noexcept {
  const int lane = static_cast<int>(threadIdx.x % 32u);
  const int warp = static_cast<int>(threadIdx.x / 32u);
  visit_bin<bin_entry<true>>(call.slab.pieces, bin, tiles, voxel_counting{counters});
  __syncthreads();
  const std::uint32_t size = 1u << call.slab.shift;
  const std::uint32_t per_warp = max(size / visit_warps, 32u);
  const std::uint32_t run = static_cast<std::uint32_t>(warp) * per_warp;
  const std::uint32_t run_end = min(run + per_warp, size);
  std::uint32_t mine = 0;
  for (std::uint32_t c = run + static_cast<std::uint32_t>(lane); c < run_end; c += 32) {
    mine += counters[c];
  }
  mine = __reduce_add_sync(0xffffffffu, mine);
  if (lane == 0) sums[warp] = mine;
  __syncthreads();
  std::uint32_t position = base;
  for (int w = 0; w < warp; ++w) position += sums[w];
  for (std::uint32_t chunk = run; chunk < run_end; chunk += 32) {
    const std::uint32_t c = chunk + static_cast<std::uint32_t>(lane);
    const std::uint32_t n = counters[c];
    const std::uint32_t inclusive = warp_scan(n, lane);
    const std::uint32_t start = position + inclusive - n;
    counters[c] = start;
    position += __shfl_sync(0xffffffffu, inclusive, 31);
    if (c >= cells) continue;
    call.starts[first + c] = start;
    if (c + 1 == cells) call.starts[first + cells] = start + n;
    write_count(call, first + c, n);
    if (n > few_points) {
      std::uint32_t* const list = n > heavy_voxel ? call.heavy : call.crowded;
      list[1 + atomicAdd(list, 1u)] = first + c;
    }
  }
  if (threadIdx.x == 0) {
    call.pending[1 + atomicAdd(call.pending, 1u)] = static_cast<std::uint32_t>(bin);
  }
  __syncthreads();
  visit_bin<bin_entry<true>>(call.slab.pieces, bin, tiles, wide_sorting{counters, call.sorted});
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
