// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/cuda_namespace.cuh>
#include <robocache/detail/fast_divide.hpp>
#include <robocache/detail/launch.cuh>
#include <robocache/detail/vector.cuh>
#include <robocache/voxelize/detail/bin_kernel.cuh>
#include <robocache/voxelize/detail/plan.hpp>
#include <robocache/voxelize/reduce.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// The third kernel where points have features: every voxel is written once, the empty ones too.
/// Voxels with many points are left to a fourth and fifth, which have a warp or a block for each.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

inline constexpr int reduce_threads = 256;
/// Accesses of each voxel that a warp does; voxels with more features get more warps.
inline constexpr std::uint32_t vectors_per_warp = 16;
/// Loads of a lane that are under way at the same time.
inline constexpr int steps_in_flight = 2;
/// Voxels of a warp. Those of all groups are looked up at once, to wait for memory once.
inline constexpr int groups_per_warp = 2;
inline constexpr int cells_per_warp = 32 * groups_per_warp;

/// No number of a point, which have 31 bits.
inline constexpr std::uint32_t no_point = 0xffffffffu;

struct reduce_call {
  feature_arguments features;
  feature_output output;
  voxel_output<std::uint32_t> counts;  // null data: not wanted; already with this call's points
  reduce_rules rules;
  const std::uint32_t* starts;
  const std::uint32_t* sorted;
  const std::uint32_t* crowded;  // their number, then their voxels
  const std::uint32_t* heavy;    // the same
  std::int64_t begin;            // first voxel of the slab
  std::uint32_t cells;           // voxels of the slab
  bool cleared;                  // empty voxels have been written
  std::uint32_t vectors;         // accesses per voxel
  fast_divide by_share;          // by `vectors_per_warp`
  fast_divide by_rest;           // by what is left for the last warps
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
inline constexpr std::uint32_t kept_points = 4;

/// Calls `body(x)` with a channel of each of a voxel's points.
///
/// \param kept  the first few values: loaded together, so that they do not wait for each other
template <class In, class Body>
__device__ __forceinline__ void for_each_value(const feature_arguments& features,
                                               const std::uint32_t* points, std::uint32_t n,
                                               std::uint32_t channel,
                                               const float (&kept)[kept_points],
                                               const Body& body) noexcept {
#pragma unroll
  for (std::uint32_t i = 0; i < kept_points; ++i) {
    if (i < n) body(kept[i]);
  }
  for (std::uint32_t i = kept_points; i < n; ++i) body(features.load<In>(points[i], channel));
}

/// One channel of a voxel with `n` points, 1 or more.
template <reduction R, class In>
__device__ __forceinline__ reduced_t<R> reduce_channel(const reduce_call& call,
                                                       const std::uint32_t* points, std::uint32_t n,
                                                       std::uint32_t channel) noexcept {
  std::uint32_t point[kept_points];
  float kept[kept_points];
#pragma unroll
  for (std::uint32_t i = 0; i < kept_points; ++i) point[i] = points[i < n ? i : 0];
#pragma unroll
  for (std::uint32_t i = 0; i < kept_points; ++i) {
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
__device__ __noinline__ void write_channel(const reduce_call& call, std::uint32_t cell,
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

/// Two values at once need no more than float arithmetic, if the output is not rounded again.
template <reduction R, class Out>
inline constexpr bool takes_pairs =
    R == reduction::max || R == reduction::min || std::is_same_v<Out, float>;

/// A warp writes 64 voxels: first those with no point, one or two, as wide as addresses allow, then
/// the others, a channel per lane. Crowded ones are not for this kernel, nor empty ones if the
/// output has been cleared.
template <reduction R, int Width, class In, class Out>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(reduce_threads, 5)
    reduce_voxels_kernel(const __grid_constant__ reduce_call call) {
  constexpr bool pairs = takes_pairs<R, Out>;
  __shared__ std::uint8_t simple_lists[reduce_threads / 32][cells_per_warp];
  __shared__ std::uint8_t several_lists[reduce_threads / 32][cells_per_warp];
  const auto lane = static_cast<std::uint32_t>(threadIdx.x % 32u);
  const auto warp = static_cast<std::uint32_t>(threadIdx.x / 32u);
  const std::uint32_t first_cell =
      (blockIdx.x * (reduce_threads / 32) + warp) * static_cast<std::uint32_t>(cells_per_warp);
  wait_for_previous_kernel();
  if (first_cell >= call.cells) return;

  // Each lane knows some voxels, and their first two points, which mostly are all.
  std::uint32_t start[groups_per_warp];
  std::uint32_t n[groups_per_warp];
#pragma unroll
  for (int g = 0; g < groups_per_warp; ++g) {
    const std::uint32_t cell = first_cell + static_cast<std::uint32_t>(g) * 32 + lane;
    start[g] = call.starts[min(cell, call.cells)];
    n[g] = call.starts[min(cell + 1, call.cells)] - start[g];
  }
  const std::uint32_t at_once = call.rules.accumulate ? 0 : (pairs ? 2 : 1);
  const bool writes_empty = !call.rules.accumulate && !call.cleared;
  std::uint32_t own_first[groups_per_warp];
  std::uint32_t own_second[groups_per_warp];
  std::uint32_t simple = 0;  // voxels in the lists
  std::uint32_t several = 0;
#pragma unroll
  for (int g = 0; g < groups_per_warp; ++g) {
    own_first[g] = own_second[g] = no_point;
    if (n[g] != 0 && n[g] <= at_once) own_first[g] = call.sorted[start[g]];
    if (pairs && n[g] == 2 && at_once == 2) own_second[g] = call.sorted[start[g] + 1];
    const std::uint32_t place = static_cast<std::uint32_t>(g) * 32 + lane;
    const bool exists = first_cell + place < call.cells;
    const bool is_simple = n[g] <= at_once && exists && (n[g] != 0 || writes_empty);
    const bool is_several = n[g] > at_once && n[g] <= few_points;
    const unsigned simple_mask = __ballot_sync(0xffffffffu, is_simple);
    const unsigned several_mask = __ballot_sync(0xffffffffu, is_several);
    const unsigned before = (1u << lane) - 1u;
    if (is_simple) {
      simple_lists[warp][simple + static_cast<std::uint32_t>(__popc(simple_mask & before))] =
          static_cast<std::uint8_t>(place);
    }
    if (is_several) {
      several_lists[warp][several + static_cast<std::uint32_t>(__popc(several_mask & before))] =
          static_cast<std::uint8_t>(place);
    }
    simple += static_cast<std::uint32_t>(__popc(simple_mask));
    several += static_cast<std::uint32_t>(__popc(several_mask));
  }
  __syncwarp();

  // This warp's share of each voxel's vectors.
  const std::uint32_t first_vector = blockIdx.y * vectors_per_warp;
  const std::uint32_t vectors = min(call.vectors - first_vector, vectors_per_warp);
  const fast_divide by_vectors = vectors == vectors_per_warp ? call.by_share : call.by_rest;
  const std::uint32_t items = simple * vectors;
  for (std::uint32_t base = 0; base < items; base += 32 * steps_in_flight) {
    std::uint32_t place[steps_in_flight];
    std::uint32_t vector[steps_in_flight];
    std::uint32_t second[steps_in_flight];
    float x[steps_in_flight][Width];
    float y[steps_in_flight][Width];
    bool empty[steps_in_flight];
#pragma unroll
    for (int u = 0; u < steps_in_flight; ++u) {
      const std::uint32_t item = min(base + static_cast<std::uint32_t>(u) * 32 + lane, items - 1);
      const std::uint32_t which = by_vectors(item);
      vector[u] = first_vector + item - which * vectors;
      place[u] = simple_lists[warp][which];
      std::uint32_t from = no_point;
      second[u] = no_point;
#pragma unroll
      for (int g = 0; g < groups_per_warp; ++g) {
        const std::uint32_t one = __shfl_sync(0xffffffffu, own_first[g], place[u] & 31u);
        const std::uint32_t two =
            pairs ? __shfl_sync(0xffffffffu, own_second[g], place[u] & 31u) : no_point;
        if (place[u] / 32 == static_cast<std::uint32_t>(g)) {
          from = one;
          second[u] = two;
        }
      }
      empty[u] = from == no_point;
#pragma unroll
      for (int e = 0; e < Width; ++e) x[u][e] = y[u][e] = call.rules.empty_value;
      if (!empty[u]) load_features<Width, In>(call.features, from, vector[u], x[u]);
      if (second[u] != no_point)
        load_features<Width, In>(call.features, second[u], vector[u], y[u]);
    }
#pragma unroll
    for (int u = 0; u < steps_in_flight; ++u) {
      if (base + static_cast<std::uint32_t>(u) * 32 + lane >= items) continue;
      const std::uint32_t cell = first_cell + place[u];
      bool exact = true;
      if (second[u] != no_point) {
#pragma unroll
        for (int e = 0; e < Width; ++e) {
          exact = reduce_pair<R>(x[u][e], y[u][e], call.rules.nans, x[u][e]) && exact;
        }
      } else if ((R == reduction::sum || R == reduction::mean) && !empty[u]) {
#pragma unroll
        for (int e = 0; e < Width; ++e) x[u][e] = exact_add(x[u][e], 0.0f);  // -0 becomes +0
      }
      if (exact) {
        store_result(place_of<Out, Width>(call, cell, vector[u]), x[u]);
      } else {
        for (std::uint32_t e = 0; e < Width; ++e) {
          write_channel<R, In, Out>(call, cell, vector[u] * Width + e);
        }
      }
    }
  }

  const std::uint32_t channels = vectors * Width;
  for (std::uint32_t item = lane; item < several * channels; item += 32) {
    const std::uint32_t which = item / channels;
    write_channel<R, In, Out>(call, first_cell + several_lists[warp][which],
                              first_vector * Width + item - which * channels);
  }
}

/// What the threads on one vector of a voxel find out together.
template <reduction R, int Width>
struct crowd_result {
  value_summary summary[Width];
  std::int64_t units[Width];
  extreme_value<R == reduction::min ? reduction::min : reduction::max> best[Width];
};

/// Reduces one vector of a voxel: thread `slot` of `slots` takes every `slots`-th point.
///
/// \param merge_first, merge_second  bring together what the threads found, in all of them
template <reduction R, int Width, class In, class First, class Second>
__device__ __forceinline__ void reduce_crowd(const reduce_call& call, std::uint32_t start,
                                             std::uint32_t n, std::uint32_t vector, bool exists,
                                             std::uint32_t slot, std::uint32_t slots,
                                             std::uint32_t prior, const First& merge_first,
                                             const Second& merge_second,
                                             reduced_t<R> (&result)[Width]) noexcept {
  constexpr bool sums = carried<R> == reduction::sum;
  crowd_result<R, Width> found;
  const auto for_each = [&](const auto& body) {
    if (!exists) return;
#pragma unroll 4
    for (std::uint32_t i = slot; i < n; i += slots) {
      float x[Width];
      load_features<Width, In>(call.features, call.sorted[start + i], vector, x);
      body(x);
    }
  };
  for_each([&](const float(&x)[Width]) {
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      if constexpr (sums) {
        found.summary[e].add(x[e]);
      } else {
        found.best[e].add(x[e]);
      }
    }
  });
  merge_first(found);
  if constexpr (sums) {
    fixed_unit unit[Width];
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      unit[e] = fixed_unit(found.summary[e], n - found.summary[e].nans);
      found.units[e] = 0;
    }
    for_each([&](const float(&x)[Width]) {
#pragma unroll
      for (int e = 0; e < Width; ++e) found.units[e] += unit[e].integer(x[e]);
    });
    merge_second(found);
  }
#pragma unroll
  for (int e = 0; e < Width; ++e) {
    if constexpr (sums) {
      result[e] = prior != 0
                      ? finish_sum<carried<R>>(found.summary[e], n, found.units[e], call.rules.nans)
                      : finish_sum<R>(found.summary[e], n, found.units[e], call.rules.nans);
    } else {
      result[e] = found.best[e].finish(n, call.rules.nans);
    }
  }
}

/// Writes the result, joined with what the voxel held.
template <reduction R, int Width, class Out>
__device__ __forceinline__ void write_crowd(const reduce_call& call, std::uint32_t cell,
                                            std::uint32_t n, std::uint32_t vector,
                                            std::uint32_t prior,
                                            reduced_t<R> (&result)[Width]) noexcept {
  Out* const to = place_of<Out, Width>(call, cell, vector);
  if (prior != 0) {
    const scalar_vector<Out, Width> before = load_vector<Width>(to);
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      result[e] =
          accumulate_value<R>(element_of<float>(before, e), prior, result[e], n, call.rules.nans);
    }
  }
  store_result(to, result);
}

inline constexpr int crowd_threads = 256;

/// Crowded voxels: a warp goes through their list, all lanes on one voxel.
template <reduction R, int Width, class In, class Out>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(crowd_threads)
    reduce_crowded_kernel(const __grid_constant__ reduce_call call) {
  constexpr std::uint32_t all = 0xffffffffu;
  wait_for_previous_kernel();
  const auto lane = static_cast<std::uint32_t>(threadIdx.x % 32u);
  // As many lanes side by side as there are vectors, up to 8; the rest take other points.
  std::uint32_t side = 1;
  while (side < 8 && side < call.vectors) side *= 2;
  const std::uint32_t slots = 32 / side;
  const std::uint32_t voxels = call.crowded[0];
  const std::uint32_t warps = gridDim.x * (crowd_threads / 32);
  for (std::uint32_t h = blockIdx.x * (crowd_threads / 32) + threadIdx.x / 32u; h < voxels;
       h += warps) {
    const std::uint32_t cell = call.crowded[1 + h];
    const std::uint32_t start = call.starts[cell];
    const std::uint32_t n = call.starts[cell + 1] - start;
    const std::uint32_t prior = prior_count(call, cell, n);
    for (std::uint32_t first = 0; first < call.vectors; first += side) {
      const std::uint32_t vector = first + lane % side;
      reduced_t<R> result[Width];
      const auto merge_first = [&](auto& found) {
#pragma unroll
        for (int e = 0; e < Width; ++e) {
          for (std::uint32_t other = side; other < 32; other *= 2) {
            if constexpr (carried<R> == reduction::sum) {
              value_summary& s = found.summary[e];
              s.largest = max(s.largest, __shfl_xor_sync(all, s.largest, other));
              s.nans += __shfl_xor_sync(all, s.nans, other);
              s.infinities |= __shfl_xor_sync(all, s.infinities, other);
            } else {
              auto& best = found.best[e];
              const std::int32_t key = __shfl_xor_sync(all, best.key, other);
              best.key = R == reduction::max ? max(best.key, key) : min(best.key, key);
              best.nans += __shfl_xor_sync(all, best.nans, other);
            }
          }
        }
      };
      const auto merge_second = [&](auto& found) {
#pragma unroll
        for (int e = 0; e < Width; ++e) {
          for (std::uint32_t other = side; other < 32; other *= 2) {
            found.units[e] += __shfl_xor_sync(all, found.units[e], other);
          }
        }
      };
      reduce_crowd<R, Width, In>(call, start, n, vector, vector < call.vectors, lane / side, slots,
                                 prior, merge_first, merge_second, result);
      if (lane < side && vector < call.vectors) {
        write_crowd<R, Width, Out>(call, cell, n, vector, prior, result);
      }
    }
  }
}

/// Accesses side by side that a block of the last kernel takes.
inline constexpr int heavy_vectors = 4;
inline constexpr int heavy_threads = 1024;
inline constexpr int heavy_slots = heavy_threads / heavy_vectors;

/// Voxels with very many points: a block goes through their list, all threads on one voxel.
template <reduction R, int Width, class In, class Out>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(heavy_threads)
    reduce_heavy_kernel(const __grid_constant__ reduce_call call) {
  using shared_result = crowd_result<R, Width>;
  __shared__ alignas(16) unsigned char bytes[heavy_vectors * sizeof(shared_result)];
  wait_for_previous_kernel();
  const std::uint32_t own = threadIdx.x % heavy_vectors;
  const std::uint32_t vector = blockIdx.y * heavy_vectors + own;
  const std::uint32_t slot = threadIdx.x / heavy_vectors;
  shared_result& shared = reinterpret_cast<shared_result*>(bytes)[own];
  const std::uint32_t voxels = call.heavy[0];
  for (std::uint32_t h = blockIdx.x; h < voxels; h += gridDim.x) {
    const std::uint32_t cell = call.heavy[1 + h];
    const std::uint32_t start = call.starts[cell];
    const std::uint32_t n = call.starts[cell + 1] - start;
    const std::uint32_t prior = prior_count(call, cell, n);
    if (slot == 0) {
      for (int e = 0; e < Width; ++e) {
        shared.summary[e] = {};
        shared.units[e] = 0;
        shared.best[e] = {};
      }
    }
    __syncthreads();
    reduced_t<R> result[Width];
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
    reduce_crowd<R, Width, In>(call, start, n, vector, vector < call.vectors, slot, heavy_slots,
                               prior, merge_first, merge_second, result);
    if (slot == 0 && vector < call.vectors) {
      write_crowd<R, Width, Out>(call, cell, n, vector, prior, result);
    }
    __syncthreads();
  }
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
