// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/collective/reduce_voxel.cuh>
#include <robocache/voxelize/cuda/bins.hpp>
#include <robocache/voxelize/cuda/tuning.hpp>

#include <cstdint>

/// \file
/// Level 1 of `voxelize`: all blocks of a kernel together reduce the bins that had too many points
/// for `reduce_bin`. If there are none it ends at once.

namespace robocache {
namespace detail {

inline constexpr std::uint32_t crowd_warps = reduce_crowds_threads / 32;

}  // namespace detail

/// The shared memory of a block that reduces crowded voxels: states of channels, one set per warp.
template <class Reducer>
struct reduce_crowds_storage {
  static constexpr std::size_t state_bytes = detail::looked_at<Reducer>::state_bytes;
  alignas(16) unsigned char states[detail::crowd_warps * detail::heavy_channels * state_bytes];
  std::uint64_t ticket;
  bool last;
};

namespace detail {

/// Voxels with few points or none: a warp takes 32 of them, a lane a channel.
template <class Reducer, class In, class Out, class Sink>
__device__ __forceinline__ void write_pending_bins(const bin_reducing<Reducer, In, Out>& call,
                                                   std::uint32_t lane, std::uint32_t first_warp,
                                                   std::uint32_t warps, const Sink& sink) noexcept {
  const std::uint32_t per_bin = call.slab.size / 32;
  const auto channels = static_cast<std::uint32_t>(call.features.channels);
  const std::uint32_t groups = call.tables.pending[0] * per_bin;
  for (std::uint32_t g = first_warp; g < groups; g += warps) {
    const std::uint32_t bin = call.tables.pending[1 + g / per_bin];
    const std::uint32_t local = g % per_bin * 32;
    const std::uint32_t first = call.slab.spread.to_number(bin, local);
    const std::uint32_t own = bin * call.slab.size + local + lane;
    const std::uint32_t own_start = call.tables.starts[own];
    std::uint32_t own_n = call.tables.starts[own + 1] - own_start;
    if (first + lane >= call.slab.cells) own_n = few_points + 1;  // not for here
    for (std::uint32_t item = lane; item < 32 * channels; item += 32) {
      const std::uint32_t which = item / channels;
      const std::uint32_t n = __shfl_sync(0xffffffffu, own_n, which);
      const std::uint32_t start = __shfl_sync(0xffffffffu, own_start, which);
      const std::uint32_t channel = item - which * channels;
      if (n > few_points) continue;
      if (n != 0) {
        write_channel(call, call.tables.sorted + start, n, first + which, channel,
                      prior_points(call, first + which, n), sink);
      } else if (is_sink_of_call<Sink> && !call.accumulate) {
        const float empty[1] = {call.empty_value};
        hand_over_vector(call, sink, output_at<1, Sink>(call, first + which, channel),
                         first + which, channel, 0, empty);
      }
    }
  }
}

/// The number within the slab of the voxel whose start is `starts[at]`.
__device__ __forceinline__ std::uint32_t voxel_of_start(const bin_slab& slab,
                                                        std::uint32_t at) noexcept {
  return slab.spread.to_number(at / slab.size, at % slab.size);
}

/// A state as other blocks left it.
template <class State>
__device__ __forceinline__ State load_state(const unsigned char* from, std::uint32_t i) noexcept {
  struct words {
    std::uint32_t word[sizeof(State) / 4];
  } w;
  const auto* const at = reinterpret_cast<const std::uint32_t*>(from + i * sizeof(State));
#pragma unroll
  for (std::uint32_t k = 0; k < sizeof(State) / 4; ++k) w.word[k] = __ldcg(at + k);
  return bit_copy<State>(w);
}

/// Merges the states that the threads of a block have of `heavy_channels` channels: `Width`
/// neighbouring ones each, those of thread t from `t % (heavy_channels / Width) * Width` on. Those
/// of channel c are then in `storage.states`, as element c. Contains barriers.
template <int Width, class Group, class Looks, class State, class Storage>
__device__ __forceinline__ State* merge_block(const Group& block, const Looks& looks,
                                              State (&state)[Width], Storage& storage) noexcept {
  constexpr std::uint32_t side = heavy_channels / Width;
  auto* const states = reinterpret_cast<State*>(storage.states);
  const std::uint32_t rank = block.thread_rank();
  block.sync();
#pragma unroll
  for (int e = 0; e < Width; ++e) {
    merge_lanes(looks(e), state[e], side);
    if (rank % 32u < side) {
      states[rank / 32u * heavy_channels + rank % 32u * Width + static_cast<unsigned>(e)] =
          state[e];
    }
  }
  block.sync();
  for (std::uint32_t half = crowd_warps / 2; half != 0; half /= 2) {
    if (rank < half * heavy_channels) {
      looks(0).merge(states[rank], states[rank + half * heavy_channels]);
    }
    block.sync();
  }
  return states;
}

/// One slice of a unit of a heavy voxel, by all threads of a block: leaves its states of a look in
/// `to`.
template <int Width, class Group, class Looks, class State, class Call, class Storage>
__device__ __forceinline__ void look_at_slice(const Group& block, const Looks& looks,
                                              State (&state)[Width], const Call& call,
                                              const std::uint32_t* points, std::uint32_t n,
                                              std::uint32_t part, unsigned char* to,
                                              Storage& storage) noexcept {
  constexpr std::uint32_t side = heavy_channels / Width;
  const std::uint32_t rank = block.thread_rank();
  const std::uint32_t vector = part * side + rank % side;
  if (vector < call.vectors) {
    add_values<Width, 4>(looks, state, call.features, points, n, vector, rank / side,
                         reduce_crowds_threads / side);
  }
  const State* const merged = merge_block(block, looks, state, storage);
  if (rank < heavy_channels) {
    reinterpret_cast<State*>(to)[rank] = merged[rank];
    __threadfence();
  }
  block.sync();
}

/// Merges the states of all slices. Those of channel c are then in `storage.states`, as element c.
template <class Group, class Look, class State, class Storage>
__device__ __forceinline__ State* merge_slices(const Group& block, const Look& look, State empty,
                                               const unsigned char* of_slices,
                                               Storage& storage) noexcept {
  State state[1] = {empty};
  for (std::uint32_t i = block.thread_rank(); i < heavy_slices * heavy_channels;
       i += reduce_crowds_threads) {
    look.merge(state[0], load_state<State>(of_slices, i));
  }
  return merge_block(block, look_of_all<Look>{look}, state, storage);
}

/// Heavy voxels. Blocks draw tickets for jobs. A job waits only for jobs with lower tickets, and
/// these were drawn by blocks that are running; so nothing deadlocks, however few blocks run at a
/// time.
template <int Width, class Group, class Reducer, class In, class Out, class Sink>
__device__ __forceinline__ void write_heavy_voxels(const Group& block,
                                                   reduce_crowds_storage<Reducer>& storage,
                                                   const bin_reducing<Reducer, In, Out>& call,
                                                   const Sink& sink) noexcept {
  using looked = looked_at<Reducer>;
  using first_state = typename looked::first_state;
  using second_state = typename looked::second_state;
  constexpr std::size_t state_bytes = reduce_crowds_storage<Reducer>::state_bytes;
  constexpr std::uint32_t looks = looks_twice<Reducer> ? 2 : 1;
  constexpr std::uint32_t jobs_per_unit = looks * heavy_slices;
  const heavy_work& work = call.tables.work;
  const auto channels = static_cast<std::uint32_t>(call.features.channels);
  const std::uint32_t parts = (channels + heavy_channels - 1) / heavy_channels;
  const std::uint64_t units = std::uint64_t{call.tables.heavy[0]} * parts;
  const auto slots = static_cast<std::uint64_t>(work.slots);
  const std::uint32_t rank = block.thread_rank();
  while (units != 0) {
    block.sync();
    if (rank == 0) {
      storage.ticket = atomicAdd(reinterpret_cast<unsigned long long*>(work.tickets), 1ull);
    }
    block.sync();
    const std::uint64_t job = storage.ticket;
    if (job >= units * jobs_per_unit) return;
    // A round has as many units as there are slots: first all first looks, then all second ones.
    const std::uint64_t round = job / (slots * jobs_per_unit);
    const std::uint64_t here = min(slots, units - round * slots);
    const std::uint64_t in_round = job - round * slots * jobs_per_unit;
    const std::uint64_t slot = in_round % here;
    const auto step = static_cast<std::uint32_t>(in_round / here);
    const bool second = step >= heavy_slices;
    const std::uint32_t slice = step % heavy_slices;
    const std::uint64_t unit = round * slots + slot;
    const std::uint32_t at = call.tables.heavy[1 + unit / parts];
    const auto part = static_cast<std::uint32_t>(unit % parts);
    unsigned char* const of_slices =
        work.of_slices + slot * heavy_slices * heavy_channels * state_bytes;
    unsigned char* const of_first = work.of_first + slot * heavy_channels * state_bytes;
    std::uint32_t* const done = work.done + slot;
    // The block that merges the slices of a look adds one more to `done` when it has.
    const std::uint32_t before_look =
        static_cast<std::uint32_t>(round * looks + (second ? 1 : 0)) * (heavy_slices + 1);
    if (rank == 0) {
      while (*static_cast<volatile std::uint32_t*>(done) < before_look) __nanosleep(200);
      __threadfence();
    }
    block.sync();

    const std::uint32_t start = call.tables.starts[at];
    const std::uint32_t n = call.tables.starts[at + 1] - start;
    const std::uint32_t length = (n + heavy_slices - 1) / heavy_slices;
    const std::uint32_t begin = min(slice * length, n);
    const std::uint32_t count = min(length, n - begin);
    const std::uint32_t* const points = call.tables.sorted + start + begin;
    const std::uint32_t cell = voxel_of_start(call.slab, at);
    const voxel_facts facts{n, prior_points(call, cell, n), call.nans};
    if (!second) {
      first_state state[Width]{};
      look_at_slice(block, look_of_all<Reducer>{call.reducer}, state, call, points, count, part,
                    of_slices + slice * heavy_channels * sizeof(first_state), storage);
    } else if constexpr (looks_twice<Reducer>) {
      const std::uint32_t own = rank % (heavy_channels / Width) * Width;
      first_state first[Width]{};
#pragma unroll
      for (std::uint32_t e = 0; e < Width; ++e) {
        first[e] = load_state<first_state>(of_first, own + e);
      }
      second_state state[Width]{};
      look_at_slice(block, second_looks(call.reducer, first, facts), state, call, points, count,
                    part, of_slices + slice * heavy_channels * sizeof(second_state), storage);
    }
    if (rank == 0) storage.last = atomicAdd(done, 1u) + 1 == before_look + heavy_slices;
    block.sync();
    if (!storage.last) continue;
    __threadfence();
    looked values[1];
    if (!second) {
      const first_state* const merged =
          merge_slices(block, call.reducer, first_state{}, of_slices, storage);
      if (rank < heavy_channels) {
        values[0].first = merged[rank];
        if constexpr (looks_twice<Reducer>) {
          reinterpret_cast<first_state*>(of_first)[rank] = merged[rank];
        }
      }
    } else if constexpr (looks_twice<Reducer>) {
      values[0].first = load_state<first_state>(of_first, rank % heavy_channels);
      const second_state* const merged = merge_slices(
          block, call.reducer.second(values[0].first, facts), second_state{}, of_slices, storage);
      if (rank < heavy_channels) values[0].second = merged[rank];
    }
    const std::uint32_t channel = part * heavy_channels + rank;
    if ((second || !looks_twice<Reducer>)&&rank < heavy_channels && channel < channels) {
      write_vector(call, cell, channel, values, facts, sink);
    }
    __threadfence();
    block.sync();
    if (rank == 0) atomicAdd(done, 1u);
  }
}

}  // namespace detail

/// Reduces the bins that `reduce_bin` left: crowded voxels by warps, heavy ones by many blocks.
///
/// \tparam Width   `call.width`, 4 or 1
/// \param block    `reduce_crowds_threads` (512) threads: a `block_group` or cooperative groups'
///                 thread block
/// \param storage  shared memory
/// \param call     `binned_call(call).voxels`, after `reduce_bin` of all bins
/// \param rank     number of this block
/// \param blocks   how many blocks do this together
/// \param sink     as of `reduce_bin`
///
/// Contains barriers; call `block.sync()` before the storage is used again.
template <int Width, class Group, class Reducer, class In, class Out, class Sink = sink_of_call>
__device__ __forceinline__ void reduce_crowds(const Group& block,
                                              reduce_crowds_storage<Reducer>& storage,
                                              const bin_reducing<Reducer, In, Out>& call,
                                              unsigned rank, unsigned blocks,
                                              const Sink& sink = {}) noexcept {
  detail::check_block<Group, reduce_crowds_threads>();
  using namespace detail;
  cuda_detail::wait_for_previous_kernel();
  cuda_detail::let_next_kernel_launch();
  if (call.tables.pending[0] == 0) return;
  const std::uint32_t lane = block.thread_rank() % 32u;
  const std::uint32_t warps = blocks * crowd_warps;
  const std::uint32_t warp = rank * crowd_warps + block.thread_rank() / 32u;
  const std::uint32_t chunks = (call.vectors + crowd_vectors - 1) / crowd_vectors;
  for (std::uint64_t i = warp; i < std::uint64_t{call.tables.crowded[0]} * chunks; i += warps) {
    const auto which = static_cast<std::uint32_t>(i / chunks);
    const std::uint32_t vector =
        static_cast<std::uint32_t>(i - std::uint64_t{which} * chunks) * crowd_vectors;
    const std::uint32_t at = call.tables.crowded[1 + which];
    const std::uint32_t start = call.tables.starts[at];
    const std::uint32_t n = call.tables.starts[at + 1] - start;
    const std::uint32_t cell = voxel_of_start(call.slab, at);
    write_crowded_voxel<Width>(call, call.tables.sorted + start,
                               {n, prior_points(call, cell, n), call.nans}, cell, lane, vector,
                               min(crowd_vectors, call.vectors - vector), sink);
  }
  write_pending_bins(call, lane, warp, warps, sink);
  write_heavy_voxels<Width>(block, storage, call, sink);
}

}  // namespace robocache
