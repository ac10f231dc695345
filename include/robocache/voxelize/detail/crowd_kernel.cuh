// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/cuda_namespace.cuh>
#include <robocache/detail/launch.cuh>
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
  const int groups_shift = call.slab.shift - 5;
  const auto channels = static_cast<std::uint32_t>(call.features.channels);
  const std::uint32_t groups = call.pending[0] << groups_shift;
  for (std::uint32_t g = first_warp; g < groups; g += warps) {
    const std::uint32_t bin = call.pending[1 + (g >> groups_shift)];
    const std::uint32_t first = (bin << call.slab.shift) + (g & ((1u << groups_shift) - 1u)) * 32;
    const std::uint32_t own = first + lane;
    std::uint32_t own_start = 0;
    std::uint32_t own_n = few_points + 1;  // not for here
    if (own < call.slab.cells) {
      own_start = call.starts[own];
      own_n = call.starts[own + 1] - own_start;
    }
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

/// Accesses side by side that a block does for a voxel with very many points.
inline constexpr std::uint32_t heavy_vectors = 4;
inline constexpr std::uint32_t heavy_slots = crowd_threads / heavy_vectors;

/// A voxel with very many points, by all threads of a block.
template <reduction R, int Width, class In, class Out>
__device__ __forceinline__ void write_heavy_voxel(const reduce_call& call, std::uint32_t cell,
                                                  std::uint32_t first_vector,
                                                  crowd_result<R, Width>* together) noexcept {
  const std::uint32_t start = call.starts[cell];
  const std::uint32_t n = call.starts[cell + 1] - start;
  const std::uint32_t prior = prior_count(call, cell, n);
  const std::uint32_t own = threadIdx.x % heavy_vectors;
  const std::uint32_t vector = first_vector + own;
  const std::uint32_t slot = threadIdx.x / heavy_vectors;
  crowd_result<R, Width>& shared = together[own];
  if (slot == 0) {
    for (int e = 0; e < Width; ++e) {
      shared.summary[e] = {};
      shared.units[e] = 0;
      shared.best[e] = {};
    }
  }
  __syncthreads();
  const auto merge_first = [&](auto& found) {
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      if constexpr (carried<R> == reduction::sum) {
        value_summary& s = found.summary[e];
        atomicMax(&shared.summary[e].largest, s.largest);
        if (s.nans != 0) atomicAdd(&shared.summary[e].nans, s.nans);
        if (s.infinities != 0) atomicOr(&shared.summary[e].infinities, s.infinities);
      } else {
        auto& best = found.best[e];
        if constexpr (R == reduction::max) {
          atomicMax(&shared.best[e].key, best.key);
        } else {
          atomicMin(&shared.best[e].key, best.key);
        }
        if (best.nans != 0) atomicAdd(&shared.best[e].nans, best.nans);
      }
    }
    __syncthreads();
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      found.summary[e] = shared.summary[e];
      found.best[e] = shared.best[e];
    }
  };
  const auto merge_second = [&](auto& found) {
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      atomicAdd(reinterpret_cast<unsigned long long*>(&shared.units[e]),
                static_cast<unsigned long long>(found.units[e]));
    }
    __syncthreads();
#pragma unroll
    for (int e = 0; e < Width; ++e) found.units[e] = shared.units[e];
  };
  reduced_t<R> result[Width];
  reduce_crowd<R, Width, In>(call, call.sorted + start, n, vector, vector < call.vectors, slot,
                             heavy_slots, prior, merge_first, merge_second, result);
  if (slot == 0 && vector < call.vectors) {
    write_crowd<R, Width, Out>(call, cell, n, vector, prior, result);
  }
  __syncthreads();
}

template <reduction R, int Width, class In, class Out>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(crowd_threads)
    reduce_crowds_kernel(const __grid_constant__ reduce_call call) {
  using shared_result = crowd_result<R, Width>;
  __shared__ alignas(16) unsigned char bytes[heavy_vectors * sizeof(shared_result)];
  wait_for_previous_kernel();
  if (call.pending[0] == 0) return;
  const std::uint32_t warps = gridDim.x * crowd_warps;
  const std::uint32_t warp = blockIdx.x * crowd_warps + threadIdx.x / 32u;
  for (std::uint32_t h = warp; h < call.crowded[0]; h += warps) {
    const std::uint32_t cell = call.crowded[1 + h];
    const std::uint32_t start = call.starts[cell];
    write_crowded_voxel<R, Width, In, Out>(call, call.sorted + start, call.starts[cell + 1] - start,
                                           cell, 0, call.vectors);
  }
  write_pending_bins<R, In, Out>(call, warp, warps);
  const std::uint32_t parts = (call.vectors + heavy_vectors - 1) / heavy_vectors;
  const std::uint64_t pieces = std::uint64_t{call.heavy[0]} * parts;
  for (std::uint64_t h = blockIdx.x; h < pieces; h += gridDim.x) {
    write_heavy_voxel<R, Width, In, Out>(call, call.heavy[1 + h / parts],
                                         static_cast<std::uint32_t>(h % parts) * heavy_vectors,
                                         reinterpret_cast<shared_result*>(bytes));
  }
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
