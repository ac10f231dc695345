// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/cuda_namespace.cuh>
#include <robocache/detail/launch.cuh>
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
inline constexpr int steps_in_flight = 2;

/// Two values at once need no more than float arithmetic, if the output is not rounded again.
template <reduction R, class Out>
inline constexpr bool takes_pairs =
    R == reduction::max || R == reduction::min || std::is_same_v<Out, float>;

/// Writes the voxels of a bin that have no point, one, or (in `pairs`) two, as wide as addresses
/// allow.
template <reduction R, int Width, class In, class Out>
__device__ __forceinline__ void write_simple_voxels(const reduce_call& call, std::uint32_t first,
                                                    std::uint32_t cells, std::uint32_t first_vector,
                                                    std::uint32_t vectors,
                                                    const bin_storage& storage) noexcept {
  constexpr bool pairs = takes_pairs<R, Out>;
  constexpr std::uint32_t at_once = pairs ? 2 : 1;
  const fast_divide by_vectors = vectors == call.share ? call.by_share : call.by_rest;
  const std::uint32_t items = cells * vectors;
  // Without gaps, neighbouring items are neighbours in memory too.
  const bool dense = call.dense && vectors == call.vectors;
  Out* const bin_place = place_of<Out, Width>(call, first, 0);
  for (std::uint32_t base = threadIdx.x; base < items; base += visit_threads * steps_in_flight) {
    std::uint32_t n[steps_in_flight];
    std::uint32_t cell[steps_in_flight];
    std::uint32_t vector[steps_in_flight];
    float x[steps_in_flight][Width];
    float y[steps_in_flight][Width];
#pragma unroll
    for (int u = 0; u < steps_in_flight; ++u) {
      const std::uint32_t item = base + static_cast<std::uint32_t>(u) * visit_threads;
      n[u] = at_once + 1;
      cell[u] = vector[u] = 0;
#pragma unroll
      for (int e = 0; e < Width; ++e) x[u][e] = y[u][e] = call.rules.empty_value;
      if (item >= items) continue;
      cell[u] = by_vectors(item);
      vector[u] = first_vector + item - cell[u] * vectors;
      const std::uint32_t begin = storage.begin_of(cell[u]);
      n[u] = storage.end_of(cell[u]) - begin;
      if (n[u] != 0 && n[u] <= at_once) {
        load_features<Width, In>(call.features, storage.sorted[begin], vector[u], x[u]);
      }
      if (pairs && n[u] == 2) {
        load_features<Width, In>(call.features, storage.sorted[begin + 1], vector[u], y[u]);
      }
    }
#pragma unroll
    for (int u = 0; u < steps_in_flight; ++u) {
      if (n[u] > at_once) continue;
      bool exact = true;
      if (pairs && n[u] == 2) {
#pragma unroll
        for (int e = 0; e < Width; ++e) {
          exact = reduce_pair<R>(x[u][e], y[u][e], call.rules.nans, x[u][e]) && exact;
        }
      } else if ((R == reduction::sum || R == reduction::mean) && n[u] == 1) {
#pragma unroll
        for (int e = 0; e < Width; ++e) x[u][e] = exact_add(x[u][e], 0.0f);  // -0 becomes +0
      }
      if (!exact) {
        for (std::uint32_t e = 0; e < Width; ++e) {
          write_channel<R, In, Out>(call, storage.sorted + storage.begin_of(cell[u]), 2,
                                    first + cell[u], vector[u] * Width + e, 0);
        }
        continue;
      }
      const std::uint32_t item = base + static_cast<std::uint32_t>(u) * visit_threads;
      Out* to = bin_place + static_cast<std::int64_t>(item) * Width;
      if (!dense) to = place_of<Out, Width>(call, first + cell[u], vector[u]);
      store_result(to, x[u]);
    }
  }
}

template <reduction R, int Width, class In, class Out>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(visit_threads, 2)
    reduce_bins_kernel(const __grid_constant__ reduce_call call) {
  __shared__ uint4 vectors_of_storage[(sizeof(bin_storage) + 15) / 16];
  auto& storage = *reinterpret_cast<bin_storage*>(vectors_of_storage);
  const bin_slab& slab = call.slab;
  const auto bin = static_cast<int>(blockIdx.x);
  const std::uint32_t first = static_cast<std::uint32_t>(bin) << slab.shift;
  const std::uint32_t cells = min(1u << slab.shift, slab.cells - first);
  for (std::uint32_t i = threadIdx.x; i < (1u << slab.shift) / 4; i += visit_threads) {
    vectors_of_storage[i] = make_uint4(0, 0, 0, 0);  // enough for sorting in global memory
  }
  if (threadIdx.x == 0) storage.several = storage.many = storage.begins = storage.ends = 0;
  __syncthreads();
  wait_for_previous_kernel();

  const std::int64_t n = slab.number();
  const int tiles = slab.active_tiles(n);
  measure_bin(slab.pieces, bin, tiles, storage);
  if (storage.ends - storage.begins > most_in_bin) {
    if (blockIdx.y == 0) {
      sort_in_global(call, bin, tiles, first, cells, storage.begins,
                     reinterpret_cast<std::uint32_t*>(vectors_of_storage), storage.sums);
      slab.report(n, tiles);
    }
    return;
  }
  const bool accumulate = call.rules.accumulate;
  const std::uint32_t at_once = accumulate ? 0 : (takes_pairs<R, Out> ? 2 : 1);
  sort_in_shared(call, bin, tiles, first, cells, at_once, storage);

  // This block's share of each voxel's vectors.
  const std::uint32_t first_vector = blockIdx.y * call.share;
  const std::uint32_t vectors = min(call.vectors - first_vector, call.share);
  const std::uint32_t channels = vectors * Width;
  if (vectors != 0 && !accumulate) {
    write_simple_voxels<R, Width, In, Out>(call, first, cells, first_vector, vectors, storage);
  }
  // The others a channel per thread: those in the list, or where a grid accumulates all that have
  // points.
  const std::uint32_t voxels = accumulate ? cells : storage.several;
  for (std::uint32_t item = threadIdx.x; item < voxels * channels; item += visit_threads) {
    const std::uint32_t which = item / channels;
    const std::uint32_t cell = accumulate ? which : storage.list[which];
    const std::uint32_t begin = storage.begin_of(cell);
    const std::uint32_t points = storage.end_of(cell) - begin;
    if (points == 0 || points > few_points) continue;
    write_channel<R, In, Out>(call, storage.sorted + begin, points, first + cell,
                              first_vector * Width + item - which * channels,
                              prior_count(call, first + cell, points));
  }
  // And crowded ones a warp each.
  for (std::uint32_t i = threadIdx.x / 32u; i < storage.many; i += visit_warps) {
    const std::uint32_t cell = storage.list[bin_storage::list_size - 1 - i];
    const std::uint32_t begin = storage.begin_of(cell);
    write_crowded_voxel<R, Width, In, Out>(call, storage.sorted + begin,
                                           storage.end_of(cell) - begin, first + cell, first_vector,
                                           vectors);
  }
  if (blockIdx.y == 0) slab.report(n, tiles);
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
