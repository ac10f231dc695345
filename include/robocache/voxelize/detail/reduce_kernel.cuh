// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/cuda_namespace.cuh>
#include <robocache/detail/fast_divide.hpp>
#include <robocache/detail/launch.cuh>
#include <robocache/detail/vector.cuh>
#include <robocache/voxelize/detail/bin_kernel.cuh>
#include <robocache/voxelize/reduce.hpp>

#include <cstdint>

/// \file
/// The third kernel where points have features: every voxel is written once, the empty ones too.
/// Voxels with many points are left to a fourth, which has a block for each.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

inline constexpr int reduce_threads = 256;
/// A warp goes through 32 voxels in so many steps; voxels with more features get more warps.
inline constexpr int steps_per_warp = 16;
/// Steps whose loads are under way at the same time.
inline constexpr int steps_in_flight = 4;
/// Voxels of a warp. Those of all groups are looked up at once, to wait for memory once.
inline constexpr int groups_per_warp = 4;
inline constexpr int cells_per_warp = 32 * groups_per_warp;

/// Where a voxel's value comes from if not from a point, whose numbers have 31 bits.
inline constexpr std::uint32_t source_elsewhere = 0xfffffffeu;
inline constexpr std::uint32_t source_empty = 0xffffffffu;

struct reduce_call {
  feature_arguments features;
  feature_output output;
  voxel_output<std::uint32_t> counts;  // null data: not wanted; already with this call's points
  reduce_rules rules;
  const std::uint32_t* starts;
  const std::uint32_t* sorted;
  const std::uint32_t* heavy;
  std::int64_t begin;     // first voxel of the slab
  std::uint32_t cells;    // voxels of the slab
  bool dense;             // the output has no gaps
  std::uint32_t vectors;  // accesses per voxel
  fast_divide by_vectors;
};

/// `Width` neighbouring features of a point.
template <int Width, class In>
__device__ __forceinline__ void load_features(const feature_arguments& features,
                                              std::uint32_t point, std::uint32_t vector,
                                              float (&x)[Width]) noexcept {
  if constexpr (Width == 1) {
    x[0] = features.load<In>(point, vector);
  } else {
    const auto* const from = reinterpret_cast<const In*>(
        features.data + static_cast<std::int64_t>(point) * features.step);
    const scalar_vector<In, Width> v = load_vector<Width>(from + vector * Width);
#pragma unroll
    for (int e = 0; e < Width; ++e) x[e] = element_of<float>(v, e);
  }
}

/// Values of a voxel that a thread keeps in registers.
inline constexpr std::uint32_t few_points = 4;

/// Calls `body(x)` with a channel of each of a voxel's points.
///
/// \param kept  the first few values: loaded together, so that they do not wait for each other
template <class In, class Body>
__device__ __forceinline__ void for_each_value(const feature_arguments& features,
                                               const std::uint32_t* points, std::uint32_t n,
                                               std::uint32_t channel,
                                               const float (&kept)[few_points],
                                               const Body& body) noexcept {
#pragma unroll
  for (std::uint32_t i = 0; i < few_points; ++i) {
    if (i < n) body(kept[i]);
  }
  for (std::uint32_t i = few_points; i < n; ++i) body(features.load<In>(points[i], channel));
}

/// One channel of a voxel with `n` points, 1 or more.
template <reduction R, class In>
__device__ __forceinline__ reduced_t<R> reduce_channel(const reduce_call& call,
                                                       const std::uint32_t* points, std::uint32_t n,
                                                       std::uint32_t channel) noexcept {
  std::uint32_t point[few_points];
  float kept[few_points];
#pragma unroll
  for (std::uint32_t i = 0; i < few_points; ++i) point[i] = points[i < n ? i : 0];
#pragma unroll
  for (std::uint32_t i = 0; i < few_points; ++i) {
    kept[i] = call.features.load<In>(point[i], channel);
  }
  if constexpr (R == reduction::sum || R == reduction::mean) {
    value_summary summary;
    for_each_value<In>(call.features, points, n, channel, kept, [&](float x) { summary.add(x); });
    const fixed_unit unit(summary, n - summary.nans);
    std::int64_t units = 0;
    for_each_value<In>(call.features, points, n, channel, kept,
                       [&](float x) { units += unit.integer(x); });
    return finish_sum<R>(summary, n, units, call.rules.nans);
  } else {
    extreme_value<R> best;
    for_each_value<In>(call.features, points, n, channel, kept, [&](float x) { best.add(x); });
    return best.finish(n, call.rules.nans);
  }
}

/// Where a vector of a voxel goes.
template <class Out, int Width>
__device__ __forceinline__ Out* place_of(const reduce_call& call, std::uint32_t cell,
                                         std::uint32_t vector) noexcept {
  return reinterpret_cast<Out*>(call.output.data) + call.output.layout(call.begin + cell) +
         static_cast<std::int64_t>(vector) * Width * (Width > 1 ? 1 : call.output.channel_stride);
}

template <class Out, int Width, class Real>
__device__ __forceinline__ void store_result(Out* to, const Real (&result)[Width]) noexcept {
  store_vector<Width>(to, pack<Out, false>(result));
}

/// The number of points that a voxel held before this call.
__device__ __forceinline__ std::uint32_t prior_count(const reduce_call& call, std::uint32_t cell,
                                                     std::uint32_t n) noexcept {
  if (!call.rules.accumulate) return 0;
  return call.counts.data[call.counts.layout(call.begin + cell)] - n;
}

/// One channel of a voxel with any number of points but none.
template <reduction R, class In, class Out>
__device__ __forceinline__ void write_channel(const reduce_call& call, std::uint32_t cell,
                                              std::uint32_t channel) noexcept {
  const std::uint32_t start = call.starts[cell];
  const std::uint32_t n = call.starts[cell + 1] - start;
  const std::uint32_t prior = prior_count(call, cell, n);
  Out* const to = place_of<Out, 1>(call, cell, channel);
  reduced_t<R> result[1];
  if (prior == 0) {
    result[0] = reduce_channel<R, In>(call, call.sorted + start, n, channel);
  } else {
    const float before = element_of<float>(load_vector<1>(to), 0);
    result[0] = accumulate_value<R>(
        before, prior, reduce_channel<carried<R>, In>(call, call.sorted + start, n, channel), n,
        call.rules.nans);
  }
  store_result(to, result);
}

/// A warp writes some groups of 32 voxels: first those with no point or one, as wide as addresses
/// allow, then the others, a channel per lane.
template <reduction R, int Width, class In, class Out>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(reduce_threads, 5)
    reduce_voxels_kernel(const __grid_constant__ reduce_call call) {
  __shared__ std::uint8_t lists[reduce_threads / 32][cells_per_warp];
  const auto lane = static_cast<std::uint32_t>(threadIdx.x % 32u);
  const auto warp = static_cast<std::uint32_t>(threadIdx.x / 32u);
  const std::uint32_t first_cell =
      (blockIdx.x * (reduce_threads / 32) + warp) * static_cast<std::uint32_t>(cells_per_warp);
  wait_for_previous_kernel();
  if (first_cell >= call.cells) return;

  // Each lane knows a voxel of each group, and its first point, which mostly is the only one.
  std::uint32_t n[groups_per_warp];
  std::uint32_t source[groups_per_warp];
#pragma unroll
  for (int g = 0; g < groups_per_warp; ++g) {
    const std::uint32_t cell = first_cell + static_cast<std::uint32_t>(g) * 32 + lane;
    source[g] = call.starts[min(cell, call.cells)];
    n[g] = call.starts[min(cell + 1, call.cells)] - source[g];
  }
#pragma unroll
  for (int g = 0; g < groups_per_warp; ++g) {
    if (n[g] != 0) source[g] = call.sorted[source[g]];
  }
  std::uint32_t several = 0;  // voxels in the list
#pragma unroll
  for (int g = 0; g < groups_per_warp; ++g) {
    const std::uint32_t place = static_cast<std::uint32_t>(g) * 32 + lane;
    const bool exists = first_cell + place < call.cells;
    if (n[g] == 0) source[g] = source_empty;
    if (!exists || n[g] > 1 || call.rules.accumulate) source[g] = source_elsewhere;
    const bool listed = exists && n[g] <= heavy_voxel && n[g] > (call.rules.accumulate ? 0u : 1u);
    const unsigned mask = __ballot_sync(0xffffffffu, listed);
    if (listed) {
      lists[warp][several + static_cast<std::uint32_t>(__popc(mask & ((1u << lane) - 1u)))] =
          static_cast<std::uint8_t>(place);
    }
    several += static_cast<std::uint32_t>(__popc(mask));
  }

  const std::uint32_t first_step = blockIdx.y * steps_per_warp;
  const std::uint32_t last_step = min(first_step + steps_per_warp, call.vectors);
#pragma unroll
  for (int g = 0; g < groups_per_warp; ++g) {
    const std::uint32_t group_cell = first_cell + static_cast<std::uint32_t>(g) * 32;
    if (group_cell >= call.cells) break;
    // Without gaps, neighbouring items are neighbours in memory too.
    Out* const group_place = place_of<Out, Width>(call, group_cell, 0);
    for (std::uint32_t step = first_step; step < last_step; step += steps_in_flight) {
      std::uint32_t from[steps_in_flight];
      float x[steps_in_flight][Width];
#pragma unroll
      for (int u = 0; u < steps_in_flight; ++u) {
        const std::uint32_t item = (step + u) * 32 + lane;
        const std::uint32_t cell = call.by_vectors(item);
        from[u] = __shfl_sync(0xffffffffu, source[g], cell & 31u);
        if (step + u >= last_step) from[u] = source_elsewhere;
#pragma unroll
        for (int e = 0; e < Width; ++e) x[u][e] = call.rules.empty_value;
        if (from[u] < source_elsewhere) {
          load_features<Width, In>(call.features, from[u], item - cell * call.vectors, x[u]);
        }
      }
#pragma unroll
      for (int u = 0; u < steps_in_flight; ++u) {
        if (from[u] == source_elsewhere) continue;
        if constexpr (R == reduction::sum || R == reduction::mean) {
          if (from[u] != source_empty) {
#pragma unroll
            for (int e = 0; e < Width; ++e) x[u][e] = exact_add(x[u][e], 0.0f);  // -0 becomes +0
          }
        }
        const std::uint32_t item = (step + u) * 32 + lane;
        Out* to = group_place + static_cast<std::int64_t>(item) * Width;
        if (!call.dense) {
          const std::uint32_t cell = call.by_vectors(item);
          to = place_of<Out, Width>(call, group_cell + cell, item - cell * call.vectors);
        }
        store_result(to, x[u]);
      }
    }
  }

  __syncwarp();
  const std::uint32_t first_channel = first_step * Width;
  const std::uint32_t channels = last_step * Width - first_channel;  // of this warp's share
  for (std::uint32_t item = lane; item < several * channels; item += 32) {
    const std::uint32_t which = item / channels;
    write_channel<R, In, Out>(call, first_cell + lists[warp][which],
                              first_channel + item - which * channels);
  }
}

/// Accesses side by side that a block of the fourth kernel takes.
inline constexpr int heavy_vectors = 4;
inline constexpr int heavy_threads = 1024;
inline constexpr int heavy_slots = heavy_threads / heavy_vectors;

/// Voxels with many points: a block goes through their list, all threads on one voxel.
template <reduction R, int Width, class In, class Out>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(heavy_threads)
    reduce_heavy_kernel(const __grid_constant__ reduce_call call) {
  using extreme = extreme_value<R == reduction::min ? reduction::min : reduction::max>;
  constexpr reduction fresh = carried<R>;
  __shared__ value_summary summaries[heavy_vectors][Width];
  __shared__ unsigned long long units[heavy_vectors][Width];
  __shared__ extreme bests[heavy_vectors][Width];
  wait_for_previous_kernel();
  const std::uint32_t own = threadIdx.x % heavy_vectors;
  const std::uint32_t vector = blockIdx.y * heavy_vectors + own;
  const std::uint32_t slot = threadIdx.x / heavy_vectors;
  const bool exists = vector < call.vectors;
  const std::uint32_t voxels = call.heavy[0];
  for (std::uint32_t h = blockIdx.x; h < voxels; h += gridDim.x) {
    const std::uint32_t cell = call.heavy[1 + h];
    const std::uint32_t start = call.starts[cell];
    const std::uint32_t n = call.starts[cell + 1] - start;
    const std::uint32_t prior = prior_count(call, cell, n);
    if (slot == 0) {
      for (int e = 0; e < Width; ++e) {
        summaries[own][e] = value_summary{};
        units[own][e] = 0;
        bests[own][e] = extreme{};
      }
    }
    __syncthreads();
    const auto for_each = [&](const auto& body) {
      if (!exists) return;
#pragma unroll 4
      for (std::uint32_t i = slot; i < n; i += heavy_slots) {
        float x[Width];
        load_features<Width, In>(call.features, call.sorted[start + i], vector, x);
        body(x);
      }
    };
    reduced_t<R> result[Width];
    if constexpr (fresh == reduction::sum) {
      value_summary mine[Width];
      for_each([&](const float(&x)[Width]) {
#pragma unroll
        for (int e = 0; e < Width; ++e) mine[e].add(x[e]);
      });
#pragma unroll
      for (int e = 0; e < Width; ++e) {
        atomicMax(&summaries[own][e].largest, mine[e].largest);
        if (mine[e].nans != 0) atomicAdd(&summaries[own][e].nans, mine[e].nans);
        if (mine[e].infinities != 0) atomicOr(&summaries[own][e].infinities, mine[e].infinities);
      }
      __syncthreads();
      fixed_unit unit[Width];
      std::int64_t sum[Width];
#pragma unroll
      for (int e = 0; e < Width; ++e) {
        unit[e] = fixed_unit(summaries[own][e], n - summaries[own][e].nans);
        sum[e] = 0;
      }
      for_each([&](const float(&x)[Width]) {
#pragma unroll
        for (int e = 0; e < Width; ++e) sum[e] += unit[e].integer(x[e]);
      });
#pragma unroll
      for (int e = 0; e < Width; ++e) {
        atomicAdd(&units[own][e], static_cast<unsigned long long>(sum[e]));
      }
      __syncthreads();
#pragma unroll
      for (int e = 0; e < Width; ++e) {
        const auto all = static_cast<std::int64_t>(units[own][e]);
        result[e] = prior != 0 ? finish_sum<fresh>(summaries[own][e], n, all, call.rules.nans)
                               : finish_sum<R>(summaries[own][e], n, all, call.rules.nans);
      }
    } else {
      extreme mine[Width];
      for_each([&](const float(&x)[Width]) {
#pragma unroll
        for (int e = 0; e < Width; ++e) mine[e].add(x[e]);
      });
#pragma unroll
      for (int e = 0; e < Width; ++e) {
        if constexpr (R == reduction::max) {
          atomicMax(&bests[own][e].key, mine[e].key);
        } else {
          atomicMin(&bests[own][e].key, mine[e].key);
        }
        if (mine[e].nans != 0) atomicAdd(&bests[own][e].nans, mine[e].nans);
      }
      __syncthreads();
#pragma unroll
      for (int e = 0; e < Width; ++e) result[e] = bests[own][e].finish(n, call.rules.nans);
    }
    if (slot == 0 && exists) {
      Out* const to = place_of<Out, Width>(call, cell, vector);
      if (prior != 0) {
        const scalar_vector<Out, Width> before = load_vector<Width>(to);
#pragma unroll
        for (int e = 0; e < Width; ++e) {
          result[e] = accumulate_value<R>(element_of<float>(before, e), prior, result[e], n,
                                          call.rules.nans);
        }
      }
      store_result(to, result);
    }
    __syncthreads();
  }
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
