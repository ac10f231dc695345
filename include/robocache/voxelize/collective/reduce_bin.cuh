// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/collective/reduce_crowds.cuh>
#include <robocache/voxelize/collective/reduce_voxel.cuh>
#include <robocache/voxelize/collective/sort_bin.cuh>
#include <robocache/voxelize/collective/visit_bin.cuh>
#include <robocache/voxelize/cuda/bins.hpp>
#include <robocache/voxelize/cuda/tuning.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// Level 1 of `voxelize`: a block of threads sorts the points of its bin by voxel, reduces their
/// features and hands each voxel to a sink. The default writes each once to the dense grid, the
/// empty ones too: nothing has to be cleared before. What is between points and voxels stays in
/// shared memory.

namespace robocache {
namespace detail {

/// Loads of a thread that are under way at the same time.
inline constexpr int steps_in_flight = 4;

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

/// Voxels without points, and those with one if the reducer has `of_one`, in the order in which
/// they are in memory. Only the dense grid is told of those without.
template <int Width, class Group, class Reducer, class In, class Out, class Sink>
__device__ __forceinline__ void write_simple_voxels(const Group& block,
                                                    const bin_reducing<Reducer, In, Out>& call,
                                                    const bin_share& share,
                                                    const reduce_bin_storage& storage,
                                                    const Sink& sink) noexcept {
  constexpr std::uint32_t most = has_of_one<Reducer>::value ? 1 : 0;
  const std::uint32_t items = call.slab.size * share.vectors;
  for (std::uint32_t base = block.thread_rank(); base < items;
       base += reduce_bin_threads * steps_in_flight) {
    std::uint32_t n[steps_in_flight];
    float x[steps_in_flight][Width];
#pragma unroll
    for (int u = 0; u < steps_in_flight; ++u) {
#pragma unroll
      for (int e = 0; e < Width; ++e) x[u][e] = call.empty_value;
      n[u] = 2;
      if (base + static_cast<std::uint32_t>(u) * reduce_bin_threads >= items) continue;
      const bin_item item(share, base + static_cast<std::uint32_t>(u) * reduce_bin_threads);
      const std::uint32_t begin = storage.begin_of(item.local);
      n[u] = storage.end_of(item.local) - begin;
      if constexpr (most == 1) {
        if (n[u] == 1) load_features(call.features, storage.points[begin], item.vector, x[u]);
      }
    }
#pragma unroll
    for (int u = 0; u < steps_in_flight; ++u) {
      if (n[u] > most || (!is_sink_of_call<Sink> && n[u] == 0)) continue;
      if constexpr (most == 1) {
        if (n[u] == 1) {
#pragma unroll
          for (int e = 0; e < Width; ++e) x[u][e] = call.reducer.of_one(x[u][e]);
        }
      }
      const bin_item item(share, base + static_cast<std::uint32_t>(u) * reduce_bin_threads);
      const std::uint32_t number = call.slab.spread.to_number(share.bin, item.local);
      if (number >= call.slab.cells) continue;
      hand_over_vector(call, sink, output_at<Width, Sink>(call, number, item.vector), number,
                       item.vector, n[u], x[u]);
    }
  }
}

/// Voxels with two points.
template <int Width, class Group, class Reducer, class In, class Out, class Sink>
__device__ __forceinline__ void write_pairs(const Group& block,
                                            const bin_reducing<Reducer, In, Out>& call,
                                            const bin_share& share,
                                            const reduce_bin_storage& storage,
                                            const Sink& sink) noexcept {
  using value = typename feature_arguments<In>::value;
  const std::uint32_t items = storage.pairs * share.vectors;
#pragma unroll 2
  for (std::uint32_t i = block.thread_rank(); i < items; i += reduce_bin_threads) {
    const bin_item item(share, i);
    const std::uint32_t local = storage.list[item.local];
    const std::uint32_t* const points = storage.points + storage.begin_of(local);
    float x[Width];
    float y[Width];
    load_features(call.features, points[0], item.vector, x);
    load_features(call.features, points[1], item.vector, y);
    bool exact = true;
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      exact = call.reducer.template of_two<value, Out>(x[e], y[e], call.nans, x[e]) && exact;
    }
    const std::uint32_t number = call.slab.spread.to_number(share.bin, local);
    if (exact) {
      hand_over_vector(call, sink, output_at<Width, Sink>(call, number, item.vector), number,
                       item.vector, 2, x);
      continue;
    }
#pragma unroll 1
    for (std::uint32_t e = 0; e < Width; ++e) {
      write_channel<true>(call, points, 2, number, item.vector * Width + e, 0, sink);
    }
  }
}

/// Writes the counts of a bin's voxels.
template <class Group>
__device__ __forceinline__ void write_counts(const Group& block, const bin_sorting& call,
                                             std::uint32_t bin,
                                             const reduce_bin_storage& storage) noexcept {
  for (std::uint32_t c = block.thread_rank(); c < call.slab.size; c += reduce_bin_threads) {
    const std::uint32_t number = call.slab.spread.to_number(bin, c);
    if (number < call.slab.cells) {
      write_count(call, number, storage.end_of(c) - storage.begin_of(c));
    }
  }
}

/// A block's part of a bin, unless it has more points than fit in shared memory.
///
/// \return false if it has; then nothing is written
template <int Width, class Group, class Reducer, class In, class Out, class Sink>
__device__ __forceinline__ bool reduce_part(const Group& block, reduce_bin_storage& storage,
                                            const bin_reducing<Reducer, In, Out>& call, int bin,
                                            unsigned part, const Sink& sink) noexcept {
  const bin_slab& slab = call.slab;
  const unsigned rank = block.thread_rank();
  const int tiles = slab.tiles();
  const bool accumulate = call.accumulate;
  constexpr bool has_pairs =
      reduces_pairs<Reducer, typename feature_arguments<In>::value, Out>::value;
  const bool pairs = has_pairs && !accumulate;
  const bool singles = accumulate || !has_of_one<Reducer>::value;
  const bool reports = slab.counters != nullptr && bin == 0 && part == 0;
  if (!sort_in_shared(block, call, bin, tiles, singles, pairs, storage)) {
    list_too_full(block, call, bin, part == 0, storage);
    if (reports) report_counters(block, slab, storage.lost);
    return false;
  }
  const auto to_number = [&](std::uint32_t local) {
    return slab.spread.to_number(static_cast<std::uint32_t>(bin), local);
  };
  if (call.counts.data != nullptr && part == 0 && !accumulate) {
    write_counts(block, call, static_cast<std::uint32_t>(bin), storage);
  }

  bin_share share;
  share.bin = static_cast<std::uint32_t>(bin);
  share.first_vector = part * call.share;
  share.vectors = min(call.vectors - share.first_vector, call.share);
  share.by_vectors = share.vectors == call.share ? call.by_share : call.by_rest;
  if (share.vectors != 0 && !accumulate) {
    write_simple_voxels<Width>(block, call, share, storage, sink);
    if (rank == 0) begin_peek(call, storage);
    if constexpr (has_pairs) {
      write_pairs<Width>(block, call, share, storage, sink);
    }
  } else if (rank == 0) {
    begin_peek(call, storage);
  }
  // The others a channel per thread.
  const std::uint32_t channels = share.vectors * Width;
  const std::uint16_t* const others = storage.list + (pairs ? reduce_bin_storage::most_pairs : 0);
  const std::uint32_t voxels = storage.others;
  for (std::uint32_t item = rank; item < voxels * channels; item += reduce_bin_threads) {
    const std::uint32_t which = item / channels;
    const std::uint32_t local = others[which];
    const std::uint32_t begin = storage.begin_of(local);
    const std::uint32_t points = storage.end_of(local) - begin;
    const std::uint32_t number = to_number(local);
    write_channel<true>(call, storage.points + begin, points, number,
                        share.first_vector * Width + item - which * channels,
                        prior_points(call, number, 0), sink);
  }
  // And crowded ones some vectors per warp.
  const std::uint32_t chunks = (share.vectors + crowd_vectors - 1) / crowd_vectors;
  for (std::uint32_t i = rank / 32u; i < storage.many * chunks; i += reduce_warps) {
    const std::uint32_t which = i / chunks;
    const std::uint32_t vector = (i - which * chunks) * crowd_vectors;
    const std::uint32_t local = storage.list[most_in_bin - 1 - which];
    const std::uint32_t begin = storage.begin_of(local);
    const std::uint32_t number = to_number(local);
    const voxel_facts facts{storage.end_of(local) - begin, prior_points(call, number, 0),
                            call.nans};
    write_crowded_voxel<Width>(call, storage.points + begin, facts, number, rank % 32u,
                               share.first_vector + vector,
                               min(crowd_vectors, share.vectors - vector), sink);
  }
  if (accumulate) {
    // All blocks of a bin need the counts as they were; the last to finish adds to them.
    block.sync();
    if (rank == 0) {
      __threadfence();
      storage.is_last = atomicAdd(&call.tables.parts_done[bin], 1u) + 1 == call.parts ? 1 : 0;
    }
    block.sync();
    if (storage.is_last != 0) write_counts(block, call, static_cast<std::uint32_t>(bin), storage);
  }
  if (reports) report_counters(block, slab, storage.lost);
  return true;
}

}  // namespace detail

/// Sorts the points of a bin, reduces their features and hands its voxels to a sink: the second
/// half of `voxelize` with features. Bins with more than 5104 points are sorted and reduced by the
/// last blocks together.
///
/// \tparam Width   `call.width`, 4 or 1
/// \param block    `reduce_bin_threads` (256) threads: a `block_group` or cooperative groups'
///                 thread block
/// \param storage  shared memory
/// \param call     `binned_call(call).voxels`, after all tiles were binned
/// \param bin      the bin, 0 to `call.slab.bins - 1`
/// \param part     of the channels, 0 to `call.blocks_per_bin - 1`. Those from `call.parts` on have
///                 none: they help with bins that have too many points, and may be left out
/// \param sink     where results go (`rules/sink.hpp`): called with the number of a voxel, a
///                 channel, its result and the number of points, for each voxel of the bin that has
///                 some, unless the bin has too many points; and for voxels of other bins that
///                 have. The call must replace. By default the call's dense grid
///
/// Each bin and part once for each time that tiles were binned. Any number of blocks may run at a
/// time, and one may do several bins and parts, one after the other, but then leave out the parts
/// that only help. A block waits for what running blocks do for bins with too many points, and a
/// moment for blocks that have not begun.
///
/// Contains barriers; call `block.sync()` before the storage is used again.
template <int Width, class Group, class Reducer, class In, class Out, class Sink = sink_of_call>
__device__ __forceinline__ void reduce_bin(const Group& block, reduce_bin_storage& storage,
                                           const bin_reducing<Reducer, In, Out>& call, int bin,
                                           unsigned part, const Sink& sink = {}) noexcept {
  detail::check_block<Group, reduce_bin_threads>();
  using namespace detail;
  static_assert(takes_channels<Sink, Out>,
                "a sink of features takes (std::int64_t voxel, std::uint32_t channel, value, "
                "std::uint32_t points), the value a float, robocache::float16 or bfloat16");
  const unsigned rank = block.thread_rank();
  for (std::uint32_t i = rank; i < call.slab.size / 8; i += reduce_bin_threads) {
    storage.positions[i] = make_uint4(0, 0, 0, 0);
  }
  if (rank == 0) {
    storage.pairs = storage.others = storage.many = 0;
    storage.known = storage.seen.x = 0;
  }
  cuda_detail::wait_for_previous_kernel();

  const auto bins = static_cast<std::uint32_t>(call.slab.bins);
  const std::uint32_t bin_parts = bins * call.parts;
  if (part >= call.parts || !reduce_part<Width>(block, storage, call, bin, part, sink)) {
    // Nothing is left to do but to help. Blocks begin in order, and the last to run stay.
    const std::uint32_t at = part * bins + static_cast<std::uint32_t>(bin);
    const std::uint32_t after = bin_parts - min(bin_parts, at);
    if (rank == 0 && after <= running_blocks() && call.slab.points.present() > most_in_bin) {
      wait_for_parts(call, bin_parts, storage);
    }
  }
  if (rank == 0) end_peek();
  block.sync();
  // Earlier, the next kernel's blocks would crowd where those of empty bins have left, and wait
  // there until the last bin is done.
  cuda_detail::let_next_kernel_launch();
  if (may_reduce_crowds(bin_parts, storage)) {
    reduce_crowds<Width>(block, storage, call, bin_parts, sink);
  }
}

}  // namespace robocache
