// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/cuda_namespace.cuh>
#include <robocache/detail/launch.cuh>
#include <robocache/voxelize/detail/bin_visit.cuh>

#include <cstdint>

/// \file
/// The second kernel where points have features: a block counts the points of its bin, so it knows
/// where each voxel's points go in the order of voxels, and puts them there. Their order within a
/// voxel is not determined; reductions do not depend on it.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// An output of features that this kernel fills with the empty value meanwhile: it waits for little
/// else than memory that is idle. Null data: not to be done.
struct early_clear {
  unsigned char* data;  // of the grid's first voxel; without gaps, aligned to 16 bytes
  std::int64_t bytes_per_cell;
  std::uint32_t pattern;  // four bytes of empty values
};

struct sort_call {
  bin_slab slab;
  early_clear clear;
  voxel_output<std::uint32_t> counts;  // null data: not wanted
  bool accumulate;
  std::uint32_t* starts;
  std::uint32_t* sorted;
  std::uint32_t* crowded;  // their number, then their voxels
  std::uint32_t* heavy;    // the same
};

/// Puts points behind each other; `positions` are where the next point of each voxel goes.
struct point_sorting {
  std::uint32_t* positions;
  std::uint32_t* sorted;

  __device__ __forceinline__ void one(std::uint32_t origin, std::uint32_t entry) const noexcept {
    sorted[atomicAdd(&positions[entry & 0xffffu], 1u)] = origin + (entry >> 16);
  }
  __device__ __forceinline__ void crowd(
      std::uint32_t origin, const std::uint32_t (&entries)[visit_width]) const noexcept {
    const auto lane = threadIdx.x % 32u;
    constexpr unsigned all = 32u * static_cast<unsigned>(visit_width);
    std::uint32_t first = 0;
    if (lane == 0) first = atomicAdd(&positions[entries[0] & 0xffffu], all);
    first = __shfl_sync(0xffffffffu, first, 0);
#pragma unroll
    for (int k = 0; k < visit_width; ++k) {
      sorted[first + static_cast<unsigned>(k) * 32u + lane] = origin + (entries[k] >> 16);
    }
  }
};

/// Bytes that one bulk copy writes.
inline constexpr int clear_chunk = 4096;

/// Begins to fill `[to, to + bytes)`. On devices that have it the copy engine does the work, and
/// `end_clear` waits for it.
///
/// \param chunk  shared memory of `clear_chunk` bytes; not to be changed before `end_clear`
__device__ __forceinline__ void begin_clear(unsigned char* to, std::int64_t bytes,
                                            std::uint32_t pattern, uint4* chunk) noexcept {
  const uint4 four = make_uint4(pattern, pattern, pattern, pattern);
  const std::int64_t vectors = bytes / 16;
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  if (threadIdx.x < clear_chunk / 16) {
    chunk[threadIdx.x] = four;
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
  }
  __syncthreads();
  if (threadIdx.x < 32) {
    const auto from = static_cast<std::uint32_t>(__cvta_generic_to_shared(chunk));
    for (std::int64_t at = static_cast<std::int64_t>(threadIdx.x) * clear_chunk; at < vectors * 16;
         at += 32 * clear_chunk) {
      const auto size = static_cast<std::uint32_t>(
          min(static_cast<std::int64_t>(clear_chunk), vectors * 16 - at));
      asm volatile("cp.async.bulk.global.shared::cta.bulk_group [%0], [%1], %2;" ::"l"(
                       __cvta_generic_to_global(to + at)),
                   "r"(from), "r"(size)
                   : "memory");
    }
    asm volatile("cp.async.bulk.commit_group;" ::: "memory");
  }
#else
  (void)chunk;
  for (std::int64_t v = threadIdx.x; v < vectors; v += visit_threads) {
    reinterpret_cast<uint4*>(to)[v] = four;
  }
#endif
  // Values of two bytes may leave a rest that is no multiple of four.
  for (std::int64_t at = vectors * 16 + static_cast<std::int64_t>(threadIdx.x) * 2; at < bytes;
       at += visit_threads * 2) {
    *reinterpret_cast<std::uint16_t*>(to + at) =
        static_cast<std::uint16_t>(pattern >> (8 * (at % 4)));
  }
}

__device__ __forceinline__ void end_clear() noexcept {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  if (threadIdx.x < 32) asm volatile("cp.async.bulk.wait_group 0;" ::: "memory");
#endif
}

ROBOCACHE_HIDDEN inline __device__ std::uint32_t block_sum(std::uint32_t x,
                                                           std::uint32_t* sum) noexcept {
  if (threadIdx.x == 0) *sum = 0;
  __syncthreads();
  const std::uint32_t of_warp = __reduce_add_sync(0xffffffffu, x);
  if (threadIdx.x % 32u == 0) atomicAdd(sum, of_warp);
  __syncthreads();
  return *sum;
}

/// Writes the counts of up to four voxels, and lists those with many points.
ROBOCACHE_HIDDEN inline __device__ void note_counts(const sort_call& call, std::uint32_t cell,
                                                    std::uint32_t cells, uint4 counts) noexcept {
  const std::uint32_t count[4] = {counts.x, counts.y, counts.z, counts.w};
#pragma unroll
  for (std::uint32_t i = 0; i < 4; ++i) {
    if (i >= cells) break;
    if (count[i] > few_points) {
      std::uint32_t* const list = count[i] > heavy_voxel ? call.heavy : call.crowded;
      list[1 + atomicAdd(list, 1u)] = cell + i;
    }
    if (call.counts.data != nullptr) {
      std::uint32_t* const to = call.counts.data + call.counts.layout(call.slab.begin + cell + i);
      *to = count[i] + (call.accumulate ? *to : 0u);
    }
  }
}

template <int Threads>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(Threads, 2)
    sort_bins_kernel(const __grid_constant__ sort_call call) {
  __shared__ uint4 shared_vectors[(1 << most_shift) / 4];
  __shared__ alignas(16) uint4 clear_vectors[clear_chunk / 16];
  __shared__ std::uint32_t sums[visit_warps];
  __shared__ std::uint32_t sum;
  auto* const shared = reinterpret_cast<std::uint32_t*>(shared_vectors);
  const bin_slab& slab = call.slab;
  const auto bin = static_cast<int>(blockIdx.x);
  const int lane = static_cast<int>(threadIdx.x % 32u);
  const int warp = static_cast<int>(threadIdx.x / 32u);
  const std::uint32_t first = static_cast<std::uint32_t>(bin) << slab.shift;
  const std::uint32_t cells = min(1u << slab.shift, slab.cells - first);
  for (std::uint32_t i = threadIdx.x; i < (1u << slab.shift) / 4; i += visit_threads) {
    shared_vectors[i] = make_uint4(0, 0, 0, 0);
  }
  wait_for_previous_kernel();
  if (call.clear.data != nullptr) {
    begin_clear(call.clear.data + (slab.begin + first) * call.clear.bytes_per_cell,
                cells * call.clear.bytes_per_cell, call.clear.pattern, clear_vectors);
  }
  __syncthreads();

  const std::int64_t n = slab.number();
  const int tiles = slab.active_tiles(n);
  std::uint32_t begins = 0;
  visit_bin<bin_entry<true>>(slab.pieces, bin, tiles, begins, voxel_counting{shared});
  const std::uint32_t base = block_sum(begins, &sum);

  // Counts to positions, a run of voxels per warp: first the sums of the runs, then within them,
  // four voxels to a lane.
  const std::uint32_t size = 1u << slab.shift;
  const std::uint32_t per_warp = max(size / visit_warps, 128u);
  const std::uint32_t run = static_cast<std::uint32_t>(warp) * per_warp;
  const std::uint32_t run_end = min(run + per_warp, size);
  const std::uint32_t own = 4u * static_cast<std::uint32_t>(lane);
  std::uint32_t mine = 0;
  for (std::uint32_t c = run + own; c < run_end; c += 128) {
    const uint4 four = shared_vectors[c / 4];
    mine += four.x + four.y + four.z + four.w;
  }
  const std::uint32_t of_run = __reduce_add_sync(0xffffffffu, mine);
  if (lane == 0) sums[warp] = of_run;
  __syncthreads();
  std::uint32_t position = base;
  for (int w = 0; w < warp; ++w) position += sums[w];
  for (std::uint32_t chunk = run; chunk < run_end; chunk += 128) {
    const std::uint32_t c = chunk + own;
    const uint4 count = shared_vectors[c / 4];
    const std::uint32_t sum_of_four = count.x + count.y + count.z + count.w;
    const std::uint32_t inclusive = warp_scan(sum_of_four, lane);
    uint4 start;
    start.x = position + inclusive - sum_of_four;
    start.y = start.x + count.x;
    start.z = start.y + count.y;
    start.w = start.z + count.z;
    shared_vectors[c / 4] = start;
    position += __shfl_sync(0xffffffffu, inclusive, 31);
    if (c + 4 <= cells) {
      *reinterpret_cast<uint4*>(call.starts + first + c) = start;
    } else {
      if (c < cells) call.starts[first + c] = start.x;
      if (c + 1 < cells) call.starts[first + c + 1] = start.y;
      if (c + 2 < cells) call.starts[first + c + 2] = start.z;
    }
    if (call.counts.data != nullptr ||
        max(max(count.x, count.y), max(count.z, count.w)) > few_points) {
      note_counts(call, first + c, min(cells - min(c, cells), 4u), count);
    }
  }
  if (threadIdx.x == 0 && first + cells == slab.cells) {
    std::uint32_t total = base;
    for (int w = 0; w < visit_warps; ++w) total += sums[w];
    call.starts[slab.cells] = total;
  }
  __syncthreads();

  visit_bin<bin_entry<true>>(slab.pieces, bin, tiles, begins, point_sorting{shared, call.sorted});
  if (call.clear.data != nullptr) end_clear();
  slab.report(n, tiles);
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
