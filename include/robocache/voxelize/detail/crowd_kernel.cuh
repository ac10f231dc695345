// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/detail/features.cuh>
#include <robocache/voxelize/detail/plan.hpp>

#include <cstdint>

/// \file
/// The third kernel where points have features: the bins that were too crowded for the second. If
/// there are none it ends at once.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

inline constexpr int crowd_threads = 512;
inline constexpr std::uint32_t crowd_warps = crowd_threads / 32;

/// Voxels with few points or none: a warp takes 32 of them, a lane a channel.
template <reduction R, class In, class Out>
__device__ __forceinline__ void write_pending_bins(const reduce_call& call,
                                                   std::uint32_t first_warp,
                                                   std::uint32_t warps) noexcept {
  const std::uint32_t lane = threadIdx.x % 32u;
  const std::uint32_t per_bin = call.slab.size / 32;
  const auto channels = static_cast<std::uint32_t>(call.features.channels);
  const std::uint32_t groups = call.pending[0] * per_bin;
  for (std::uint32_t g = first_warp; g < groups; g += warps) {
    const std::uint32_t bin = call.pending[1 + g / per_bin];
    const std::uint32_t local = g % per_bin * 32;
    const std::uint32_t first = call.slab.spread.number_of(bin, local);
    const std::uint32_t own = bin * call.slab.size + local + lane;
    const std::uint32_t own_start = call.starts[own];
    std::uint32_t own_n = call.starts[own + 1] - own_start;
    if (first + lane >= call.slab.cells) own_n = few_points + 1;  // not for here
    for (std::uint32_t item = lane; item < 32 * channels; item += 32) {
      const std::uint32_t which = item / channels;
      const std::uint32_t n = __shfl_sync(0xffffffffu, own_n, which);
      const std::uint32_t start = __shfl_sync(0xffffffffu, own_start, which);
      const std::uint32_t channel = item - which * channels;
      if (n > few_points) continue;
      if (n != 0) {
        write_channel<R, In, Out>(call, call.sorted + start, n, first + which, channel,
                                  prior_count(call, first + which, n));
      } else if (!call.rules.accumulate) {
        const float empty[1] = {call.rules.empty_value};
        store_result(place_of<Out, 1>(call, first + which, channel), empty);
      }
    }
  }
}

/// The number within the slab of the voxel that has a place in `starts`.
__device__ __forceinline__ std::uint32_t number_at(const bin_slab& slab,
                                                   std::uint32_t place) noexcept {
  return slab.spread.number_of(place / slab.size, place % slab.size);
}

/// What a block found in its slice, added to what others have, in shared or in global memory.
template <reduction R>
__device__ __forceinline__ void merge_look(heavy_channel& into, const value_summary& summary,
                                           std::int32_t key, std::uint32_t nans) noexcept {
  if constexpr (carried<R> == reduction::sum) {
    atomicMax(&into.largest, summary.largest);
    if (summary.infinities != 0) atomicOr(&into.infinities, summary.infinities);
  } else {
    atomicMax(&into.key, key);
  }
  if (nans != 0) atomicAdd(&into.nans, nans);
}

__device__ __forceinline__ void merge_units(heavy_channel& into, std::int64_t units) noexcept {
  atomicAdd(reinterpret_cast<unsigned long long*>(&into.units),
            static_cast<unsigned long long>(units));
}

/// A channel as other blocks left it.
__device__ __forceinline__ heavy_channel load_channel(const heavy_channel& from) noexcept {
  return {__ldcg(&from.largest), __ldcg(&from.nans), __ldcg(&from.infinities), __ldcg(&from.key),
          static_cast<std::int64_t>(__ldcg(reinterpret_cast<const long long*>(&from.units)))};
}

template <reduction R>
__device__ __forceinline__ crowd_result<R, 1> result_of(const heavy_channel& channel) noexcept {
  crowd_result<R, 1> found;
  found.summary[0] = {channel.largest, channel.nans, channel.infinities};
  found.units[0] = channel.units;
  found.best[0].key = R == reduction::min ? ~channel.key : channel.key;
  found.best[0].nans = channel.nans;
  return found;
}

/// One slice of a unit of a heavy voxel, by all threads of a block: a look at it, or its sum.
template <reduction R, int Width, class In>
__device__ __forceinline__ void work_on_slice(const reduce_call& call, const std::uint32_t* points,
                                              std::uint32_t n, std::uint32_t total,
                                              std::uint32_t unit, bool second,
                                              heavy_channel* shared,
                                              heavy_channel* global) noexcept {
  constexpr std::uint32_t side = heavy_channels / Width;
  const std::uint32_t vector = unit * side + threadIdx.x % side;
  const std::uint32_t own = threadIdx.x % side * Width;
  if (threadIdx.x < heavy_channels) shared[threadIdx.x] = heavy_channel::nothing();
  __syncthreads();
  if (vector < call.vectors) {
    constexpr std::uint32_t slots = crowd_threads / side;
    crowd_result<R, Width> found;
    if (!second) {
      look_at_values<R, Width, In>(call, points, n, vector, threadIdx.x / side, slots, found);
#pragma unroll
      for (int e = 0; e < Width; ++e) {
        const bool sums = carried<R> == reduction::sum;
        const std::int32_t key = found.best[e].key;
        merge_look<R>(shared[own + e], found.summary[e], R == reduction::min ? ~key : key,
                      sums ? found.summary[e].nans : found.best[e].nans);
      }
    } else if constexpr (carried<R> == reduction::sum) {
#pragma unroll
      for (int e = 0; e < Width; ++e) {
        found.summary[e] = result_of<R>(load_channel(global[own + e])).summary[0];
      }
      add_up_values<R, Width, In>(call, points, n, total, vector, threadIdx.x / side, slots, found);
#pragma unroll
      for (int e = 0; e < Width; ++e) merge_units(shared[own + e], found.units[e]);
    }
  }
  __syncthreads();
  if (threadIdx.x < heavy_channels) {
    const heavy_channel& all = shared[threadIdx.x];
    if (!second) {
      merge_look<R>(global[threadIdx.x], {all.largest, all.nans, all.infinities}, all.key,
                    all.nans);
    } else {
      merge_units(global[threadIdx.x], all.units);
    }
    __threadfence();
  }
  __syncthreads();
}

/// Heavy voxels. Blocks draw tickets, and a job waits only for jobs with smaller ones, which
/// running blocks hold; so it comes to its turn, however few blocks run at a time.
template <reduction R, int Width, class In, class Out>
__device__ __forceinline__ void write_heavy_voxels(const reduce_call& call) noexcept {
  __shared__ heavy_channel shared[heavy_channels];
  __shared__ std::uint64_t ticket;
  __shared__ bool last;
  constexpr std::uint32_t phases = carried<R> == reduction::sum ? 2 : 1;
  constexpr std::uint32_t per_unit = phases * heavy_slices;
  const auto channels = static_cast<std::uint32_t>(call.features.channels);
  const std::uint32_t parts = (channels + heavy_channels - 1) / heavy_channels;
  const std::uint64_t units = std::uint64_t{call.heavy[0]} * parts;
  const auto slots = static_cast<std::uint64_t>(call.work.slots);
  while (units != 0) {
    if (threadIdx.x == 0) {
      ticket = atomicAdd(reinterpret_cast<unsigned long long*>(call.work.tickets), 1ull);
    }
    __syncthreads();
    const std::uint64_t job = ticket;
    if (job >= units * per_unit) return;
    // A round has as many units as there are slots: first all looks at them, then all sums.
    const std::uint64_t round = job / (slots * per_unit);
    const std::uint64_t here = min(slots, units - round * slots);
    const std::uint64_t in_round = job - round * slots * per_unit;
    const std::uint64_t slot = in_round % here;
    const auto step = static_cast<std::uint32_t>(in_round / here);
    const bool second = step >= heavy_slices;
    const std::uint32_t slice = step % heavy_slices;
    const std::uint64_t unit = round * slots + slot;
    const std::uint32_t place = call.heavy[1 + unit / parts];
    const auto part = static_cast<std::uint32_t>(unit % parts);
    heavy_channel* const global = call.work.channels + slot * heavy_channels;
    std::uint32_t* const done = call.work.done + slot;
    // Who writes the result counts once more, when the slot is free again.
    const auto before = static_cast<std::uint32_t>(round * (per_unit + 1));
    if (threadIdx.x == 0) {
      const std::uint32_t needed = before + (second ? heavy_slices : 0);
      while (*static_cast<volatile std::uint32_t*>(done) < needed) __nanosleep(200);
      __threadfence();
    }
    __syncthreads();

    const std::uint32_t start = call.starts[place];
    const std::uint32_t n = call.starts[place + 1] - start;
    const std::uint32_t length = (n + heavy_slices - 1) / heavy_slices;
    const std::uint32_t begin = min(slice * length, n);
    const std::uint32_t number = min(length, n - begin);
    work_on_slice<R, Width, In>(call, call.sorted + start + begin, number, n, part, second, shared,
                                global);
    if (threadIdx.x == 0) last = atomicAdd(done, 1u) + 1 == before + per_unit;
    __syncthreads();
    if (!last) continue;
    __threadfence();
    const std::uint32_t channel = part * heavy_channels + threadIdx.x;
    if (threadIdx.x < heavy_channels && channel < channels) {
      const std::uint32_t cell = number_at(call.slab, place);
      const std::uint32_t prior = prior_count(call, cell, n);
      reduced_t<R> result[1];
      finish_crowd<R, 1>(call, result_of<R>(load_channel(global[threadIdx.x])), n, prior, result);
      write_crowd<R, 1, Out>(call, cell, n, channel, prior, result);
    }
    if (threadIdx.x < heavy_channels) {
      global[threadIdx.x] = heavy_channel::nothing();
      __threadfence();
    }
    __syncthreads();
    if (threadIdx.x == 0) atomicAdd(done, 1u);
  }
}

template <reduction R, int Width, class In, class Out>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(crowd_threads)
    reduce_crowds_kernel(const __grid_constant__ reduce_call call) {
  wait_for_previous_kernel();
  let_next_kernel_launch();
  if (call.pending[0] == 0) return;
  const std::uint32_t warps = gridDim.x * crowd_warps;
  const std::uint32_t warp = blockIdx.x * crowd_warps + threadIdx.x / 32u;
  for (std::uint32_t h = warp; h < call.crowded[0]; h += warps) {
    const std::uint32_t place = call.crowded[1 + h];
    const std::uint32_t start = call.starts[place];
    write_crowded_voxel<R, Width, In, Out>(call, call.sorted + start,
                                           call.starts[place + 1] - start,
                                           number_at(call.slab, place), 0, call.vectors);
  }
  write_pending_bins<R, In, Out>(call, warp, warps);
  write_heavy_voxels<R, Width, In, Out>(call);
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
