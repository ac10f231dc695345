// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/voxelize/collective/reduce_voxel.cuh>
#include <robocache/voxelize/collective/sort_bin.cuh>
#include <robocache/voxelize/cuda/bins.hpp>
#include <robocache/voxelize/cuda/tuning.hpp>

#include <cstddef>
#include <cstdint>

/// \file
/// How the blocks of `reduce_bin` together reduce the bins that had too many points for shared
/// memory. A block comes here when it has done its own bin, and leaves at once if there are none.

namespace robocache::detail {

/// The shared memory of a block that reduces crowded voxels, in the place of a bin's: states of
/// channels, one set per warp.
template <class Reducer>
struct reduce_crowds_storage {
  static constexpr std::size_t state_bytes = looked_at<Reducer>::state_bytes;
  alignas(16) unsigned char states[reduce_warps * heavy_channels * state_bytes];
  std::uint64_t ticket;
  bool last;
};

/// A group of 32 voxels of a bin with too many points, by a warp, a lane a channel: those with few
/// points or none.
template <class Reducer, class In, class Out, class Sink>
__device__ __forceinline__ void write_group(const bin_reducing<Reducer, In, Out>& call,
                                            std::uint32_t bin, std::uint32_t local,
                                            std::uint32_t lane, const Sink& sink) noexcept {
  const auto channels = static_cast<std::uint32_t>(call.features.channels);
  const std::uint32_t first = call.slab.spread.to_number(bin, local);
  const std::uint32_t own = first_start(call.slab, bin) + local + lane;
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
      write_channel<false>(call, call.tables.sorted + start, n, first + which, channel,
                           prior_points(call, first + which, n), sink);
    } else if (is_sink_of_call<Sink> && !call.accumulate) {
      const float empty[1] = {call.empty_value};
      hand_over_vector(call, sink, output_at<1, Sink>(call, first + which, channel), first + which,
                       channel, 0, empty);
    }
  }
}

/// The number within the slab of the voxel whose start is `starts[at]`.
__device__ __forceinline__ std::uint32_t voxel_of_start(const bin_slab& slab,
                                                        std::uint32_t at) noexcept {
  return slab.spread.to_number(at / (slab.size + 1), at % (slab.size + 1));
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
  for (std::uint32_t half = reduce_warps / 2; half != 0; half /= 2) {
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
                         reduce_bin_threads / side);
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
       i += reduce_bin_threads) {
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
  const std::uint32_t units_of_voxel = (channels + heavy_channels - 1) / heavy_channels;
  bin_progress& progress = *call.tables.progress;
  const std::uint64_t units = std::uint64_t{progress.heavy} * units_of_voxel;
  const auto slots = static_cast<std::uint64_t>(work.slots);
  const std::uint32_t rank = block.thread_rank();
  while (units != 0) {
    block.sync();
    if (rank == 0) storage.ticket = atomicAdd(&progress.tickets, 1ull);
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
    const std::uint32_t at = call.tables.heavy[unit / units_of_voxel];
    const auto part = static_cast<std::uint32_t>(unit % units_of_voxel);
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

/// Crowded voxels, and the others of bins with too many points. Warps take some at a time.
///
/// \param too_full  number of these bins
template <int Width, class Group, class Reducer, class In, class Out, class Sink>
__device__ __forceinline__ void write_too_full_bins(const Group& block,
                                                    const bin_reducing<Reducer, In, Out>& call,
                                                    std::uint32_t too_full,
                                                    const Sink& sink) noexcept {
  bin_progress& progress = *call.tables.progress;
  const std::uint32_t lane = block.thread_rank() % 32u;
  const std::uint32_t chunks = (call.vectors + crowd_vectors - 1) / crowd_vectors;
  const std::uint32_t per_bin = call.slab.size / 32;
  const std::uint64_t crowded = std::uint64_t{progress.crowded} * chunks;
  const std::uint64_t items = crowded + std::uint64_t{too_full} * per_bin;
  // Few for each of the warps that a large GPU has, so that all end at about the same time.
  const std::uint64_t at_once = min(std::uint64_t{16}, items / 32768 + 1);
  for (;;) {
    unsigned long long first = 0;
    if (lane == 0) first = atomicAdd(&progress.taken, static_cast<unsigned long long>(at_once));
    first = __shfl_sync(0xffffffffu, first, 0);
    if (first >= items) return;
    const std::uint64_t end = min(std::uint64_t{first} + at_once, items);
    for (std::uint64_t i = first; i < end; ++i) {
      if (i >= crowded) {
        const auto g = static_cast<std::uint32_t>(i - crowded);
        write_group(call, call.tables.too_full[g / per_bin], g % per_bin * 32, lane, sink);
        continue;
      }
      const auto which = static_cast<std::uint32_t>(i / chunks);
      const std::uint32_t vector =
          static_cast<std::uint32_t>(i - std::uint64_t{which} * chunks) * crowd_vectors;
      const std::uint32_t at = call.tables.crowded[which];
      const std::uint32_t start = call.tables.starts[at];
      const std::uint32_t n = call.tables.starts[at + 1] - start;
      const std::uint32_t cell = voxel_of_start(call.slab, at);
      write_crowded_voxel<Width>(call, call.tables.sorted + start,
                                 {n, prior_points(call, cell, n), call.nans}, cell, lane, vector,
                                 min(crowd_vectors, call.vectors - vector), sink);
    }
  }
}

/// Begins to peek at what is known of all bins, by one thread: `storage.seen` has it after
/// `end_peek`. No thread waits in between. The copy is a hint: what it says may be a moment old.
__device__ __forceinline__ void begin_peek(const bin_sorting& call,
                                           reduce_bin_storage& storage) noexcept {
  static_assert(offsetof(bin_progress, known) == 0 && offsetof(bin_progress, too_full) == 4 &&
                sizeof(bin_progress) >= 16);
  // Of 16 bytes, since only such a copy passes by the L1, which may have them as they were.
  const auto to = static_cast<unsigned>(__cvta_generic_to_shared(&storage.seen));
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(to),
               "l"(__cvta_generic_to_global(call.tables.progress))
               : "memory");
}
__device__ __forceinline__ void end_peek() noexcept {
  asm volatile("cp.async.wait_all;" ::: "memory");
}

/// Waits until it is known of all parts of bins whether these have too many points, which takes
/// microseconds. Gives up when nothing more becomes known, for nothing says that the blocks of all
/// parts run. By one thread.
__device__ __forceinline__ void wait_for_parts(const bin_sorting& call, std::uint32_t bin_parts,
                                               reduce_bin_storage& storage) noexcept {
  constexpr int most_peeks = 200;  // about as many microseconds
  const volatile std::uint32_t& known = call.tables.progress->known;
  std::uint32_t before = 0;
#pragma unroll 1
  for (int peeks = 0; peeks < most_peeks; ++peeks) {
    const std::uint32_t now = known;
    storage.known = now;
    if (now == bin_parts) return;
    if (now != before) peeks = 0;
    before = now;
    __nanosleep(200);
  }
}

/// Whether bins may have too many points for shared memory, and there is nothing more to know
/// before work on them begins. Of one block at least, the last to know its bin's points, it is
/// true.
__device__ __forceinline__ bool may_reduce_crowds(std::uint32_t bin_parts,
                                                  const reduce_bin_storage& storage) noexcept {
  return storage.known == bin_parts || (storage.seen.x == bin_parts && storage.seen.y != 0);
}

/// How many blocks of the kernel may run at a time: where shared memory or another kernel leaves
/// room for fewer, somewhat too many.
__device__ __forceinline__ std::uint32_t running_blocks() noexcept {
  std::uint32_t multiprocessors;
  asm("mov.u32 %0, %%nsmid;" : "=r"(multiprocessors));
  return min(multiprocessors * voxelize_tuned.reduce_blocks, gridDim.x * gridDim.y * gridDim.z);
}

/// Reduces the bins with too many points for shared memory, if there are any, by whichever blocks
/// come here: sorts them, then crowded voxels by warps, and heavy ones by many blocks. All of these
/// bins are listed.
template <int Width, class Group, class Reducer, class In, class Out, class Sink>
__device__ __forceinline__ void reduce_crowds(const Group& block, reduce_bin_storage& storage,
                                              const bin_reducing<Reducer, In, Out>& call,
                                              std::uint32_t bin_parts, const Sink& sink) noexcept {
  static_assert(sizeof(reduce_crowds_storage<Reducer>) <= sizeof(reduce_bin_storage));
  const volatile bin_progress& progress = *call.tables.progress;
  if (block.thread_rank() == 0) {
    while (progress.known != bin_parts) {
    }  // it is, or the copy of it came early
    __threadfence();
    storage.too_full = progress.too_full;
  }
  block.sync();
  const std::uint32_t too_full = storage.too_full;
  if (too_full == 0) return;
  sort_together(block, call, too_full, call.slab.tiles(), storage);
  if (block.thread_rank() == 0) {
    while (progress.sorted != too_full) __nanosleep(100);
    __threadfence();
  }
  block.sync();
  write_too_full_bins<Width>(block, call, too_full, sink);
  write_heavy_voxels<Width>(block, reinterpret_cast<reduce_crowds_storage<Reducer>&>(storage), call,
                            sink);
}

}  // namespace robocache::detail
