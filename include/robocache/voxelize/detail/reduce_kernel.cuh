// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/detail/features.cuh>
#include <robocache/voxelize/detail/sort_bin.cuh>

#include <cstdint>
#include <type_traits>

/// \file
/// The second kernel where points have features: a block sorts the points of its bin by voxel and
/// writes each voxel once, the empty ones too. Nothing has to be cleared before, and what is
/// between points and voxels stays in shared memory.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// Loads of a thread that are under way at the same time.
inline constexpr int steps_in_flight = 4;

/// Two values at once need no more than float arithmetic.
template <reduction R, class In, class Out>
inline constexpr bool takes_pairs =
    R == reduction::max || R == reduction::min || pair_range<In, Out> != 0;

/// What a block does of a bin: some of the vectors of each voxel.
struct bin_share {
  std::uint32_t bin;
  std::uint32_t first_vector;
  std::uint32_t vectors;
  fast_divide by_vectors;
};

/// One access of an output: an item of a block's share.
struct bin_item {
  std::uint32_t local;   ///< the voxel's number within the bin
  std::uint32_t vector;  ///< within the voxel

  __device__ __forceinline__ bin_item(const bin_share& share, std::uint32_t item) noexcept
      : local(share.by_vectors(item)), vector(share.first_vector + item - local * share.vectors) {}
};

/// Voxels with one point or none, in the order in which they are in memory.
template <reduction R, int Width, class In, class Out>
__device__ __forceinline__ void write_simple_voxels(const reduce_call& call, const bin_share& share,
                                                    const bin_storage& storage) noexcept {
  const std::uint32_t items = call.slab.size * share.vectors;
  for (std::uint32_t base = threadIdx.x; base < items; base += reduce_threads * steps_in_flight) {
    std::uint32_t n[steps_in_flight];
    float x[steps_in_flight][Width];
#pragma unroll
    for (int u = 0; u < steps_in_flight; ++u) {
#pragma unroll
      for (int e = 0; e < Width; ++e) x[u][e] = call.rules.empty_value;
      n[u] = 2;
      if (base + static_cast<std::uint32_t>(u) * reduce_threads >= items) continue;
      const bin_item item(share, base + static_cast<std::uint32_t>(u) * reduce_threads);
      const std::uint32_t begin = storage.begin_of(item.local);
      n[u] = storage.end_of(item.local) - begin;
      if (n[u] != 1) continue;
      load_features<Width, In>(call.features, storage.points[begin], item.vector, x[u]);
    }
#pragma unroll
    for (int u = 0; u < steps_in_flight; ++u) {
      if (n[u] > 1) continue;
      if constexpr (R == reduction::sum || R == reduction::mean) {
        if (n[u] == 1) {
#pragma unroll
          for (int e = 0; e < Width; ++e) x[u][e] = exact_add(x[u][e], 0.0f);  // -0 becomes +0
        }
      }
      const bin_item item(share, base + static_cast<std::uint32_t>(u) * reduce_threads);
      const std::uint32_t number = call.slab.spread.number_of(share.bin, item.local);
      if (number >= call.slab.cells) continue;
      store_result(place_of<Out, Width>(call, number, item.vector), x[u]);
    }
  }
}

/// Voxels with two points.
template <reduction R, int Width, class In, class Out>
__device__ __forceinline__ void write_pairs(const reduce_call& call, const bin_share& share,
                                            const bin_storage& storage) noexcept {
  const std::uint32_t items = storage.pairs * share.vectors;
#pragma unroll 2
  for (std::uint32_t i = threadIdx.x; i < items; i += reduce_threads) {
    const bin_item item(share, i);
    const std::uint32_t local = storage.list[item.local];
    const std::uint32_t* const points = storage.points + storage.begin_of(local);
    float x[Width];
    float y[Width];
    load_features<Width, In>(call.features, points[0], item.vector, x);
    load_features<Width, In>(call.features, points[1], item.vector, y);
    bool exact = true;
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      exact = reduce_pair<R, pair_range<In, Out>>(x[e], y[e], call.rules.nans, x[e]) && exact;
    }
    const std::uint32_t number = call.slab.spread.number_of(share.bin, local);
    if (exact) {
      store_result(place_of<Out, Width>(call, number, item.vector), x);
      continue;
    }
#pragma unroll 1
    for (std::uint32_t e = 0; e < Width; ++e) {
      write_channel<R, In, Out>(call, points, 2, number, item.vector * Width + e, 0);
    }
  }
}

template <reduction R, int Width, class In, class Out>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(reduce_threads, 4)
    reduce_bins_kernel(const __grid_constant__ reduce_call call) {
  __shared__ uint4 vectors_of_storage[(sizeof(bin_storage) + 15) / 16];
  auto& storage = *reinterpret_cast<bin_storage*>(vectors_of_storage);
  const bin_slab& slab = call.slab;
  const auto bin = static_cast<int>(blockIdx.x);
  for (std::uint32_t i = threadIdx.x; i < slab.size / 8; i += reduce_threads) {
    storage.positions[i] = make_uint4(0, 0, 0, 0);
  }
  if (threadIdx.x == 0) storage.pairs = storage.others = storage.many = 0;
  wait_for_previous_kernel();
  let_next_kernel_launch();

  const std::int64_t n = slab.number();
  const int tiles = slab.active_tiles(n);
  const bool accumulate = call.rules.accumulate;
  const bool pairs = takes_pairs<R, In, Out> && !accumulate;
  if (!sort_in_shared(call, bin, tiles, pairs, storage)) {
    if (blockIdx.y == 0) {
      sort_in_global(call, bin, tiles, storage);
      slab.report(n, tiles);
    }
    return;
  }
  const auto number_of = [&](std::uint32_t local) {
    return slab.spread.number_of(static_cast<std::uint32_t>(bin), local);
  };
  if (call.counts.data != nullptr && blockIdx.y == 0) {
    for (std::uint32_t c = threadIdx.x; c < slab.size; c += reduce_threads) {
      const std::uint32_t number = number_of(c);
      if (number < slab.cells) write_count(call, number, storage.end_of(c) - storage.begin_of(c));
    }
    if (accumulate) __syncthreads();  // the counts are read below
  }

  bin_share share;
  share.bin = static_cast<std::uint32_t>(bin);
  share.first_vector = blockIdx.y * call.share;
  share.vectors = min(call.vectors - share.first_vector, call.share);
  share.by_vectors = share.vectors == call.share ? call.by_share : call.by_rest;
  if (share.vectors != 0 && !accumulate) {
    write_simple_voxels<R, Width, In, Out>(call, share, storage);
    if constexpr (takes_pairs<R, In, Out>) write_pairs<R, Width, In, Out>(call, share, storage);
  }
  // The others a channel per thread: those in the list, or where a grid accumulates all that have
  // points.
  const std::uint32_t channels = share.vectors * Width;
  const std::uint16_t* const others = storage.list + (pairs ? bin_storage::most_pairs : 0);
  const std::uint32_t voxels = accumulate ? slab.size : storage.others;
  for (std::uint32_t item = threadIdx.x; item < voxels * channels; item += reduce_threads) {
    const std::uint32_t which = item / channels;
    const std::uint32_t local = accumulate ? which : others[which];
    const std::uint32_t begin = storage.begin_of(local);
    const std::uint32_t points = storage.end_of(local) - begin;
    if (points == 0 || points > few_points) continue;
    const std::uint32_t number = number_of(local);
    write_channel<R, In, Out>(call, storage.points + begin, points, number,
                              share.first_vector * Width + item - which * channels,
                              prior_count(call, number, points));
  }
  // And crowded ones a warp each.
  for (std::uint32_t i = threadIdx.x / 32u; i < storage.many; i += reduce_warps) {
    const std::uint32_t local = storage.list[most_in_bin - 1 - i];
    const std::uint32_t begin = storage.begin_of(local);
    write_crowded_voxel<R, Width, In, Out>(call, storage.points + begin,
                                           storage.end_of(local) - begin, number_of(local),
                                           share.first_vector, share.vectors);
  }
  if (blockIdx.y == 0) slab.report(n, tiles);
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
