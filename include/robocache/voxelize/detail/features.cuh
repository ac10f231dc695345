// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/vector.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/detail/fast_divide.hpp>
#include <robocache/voxelize/detail/bin_visit.cuh>
#include <robocache/voxelize/reduce.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// How kernels read the features of a voxel's points and write what they become.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// What the kernels that reduce features get.
struct reduce_call {
  bin_slab slab;
  feature_arguments features;
  feature_output output;
  voxel_output<std::uint32_t> counts;  // null data: not wanted
  reduce_rules rules;
  // For bins that do not fit a block's shared memory.
  std::uint32_t* starts;
  std::uint32_t* sorted;
  std::uint32_t* pending;  // their number, then the bins
  std::uint32_t* crowded;  // their number, then places in `starts` of voxels for a warp each
  std::uint32_t* heavy;    // their number, then places of voxels for many blocks
  heavy_work work;         // on those
  std::uint32_t vectors;   // accesses per voxel
  std::uint32_t share;     // of these, what one block does
  fast_divide by_share;
  fast_divide by_rest;  // by what is left for the last block
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

/// Where a vector of a voxel goes.
template <class Out, int Width>
__device__ __forceinline__ Out* place_of(const reduce_call& call, std::uint32_t cell,
                                         std::uint32_t vector) noexcept {
  return reinterpret_cast<Out*>(call.output.data) + call.output.layout(call.slab.begin + cell) +
         static_cast<std::int64_t>(vector) * Width * (Width > 1 ? 1 : call.output.channel_stride);
}

template <class Out, int Width, class Real>
__device__ __forceinline__ void store_result(Out* to, const Real (&result)[Width]) noexcept {
  store_vector<Width>(to, pack<Out, false>(result));
}

/// The number of points that a voxel held before this call, from its count with this call's.
__device__ __forceinline__ std::uint32_t prior_count(const reduce_call& call, std::uint32_t cell,
                                                     std::uint32_t n) noexcept {
  if (!call.rules.accumulate) return 0;
  return call.counts.data[call.counts.layout(call.slab.begin + cell)] - n;
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

/// One channel of a voxel with any number of points but none. Out of line, since most voxels have
/// one; `static`, so that it is compiled for its callers' number of registers.
///
/// \param points  the voxel's `n` points, in shared or global memory
/// \param prior   points that the voxel held before
template <reduction R, class In, class Out>
static __device__ __noinline__ void write_channel(const reduce_call& call,
                                                  const std::uint32_t* points, std::uint32_t n,
                                                  std::uint32_t cell, std::uint32_t channel,
                                                  std::uint32_t prior) noexcept {
  Out* const to = place_of<Out, 1>(call, cell, channel);
  reduced_t<R> result[1];
  if (prior == 0) {
    result[0] = reduce_channel<R, In>(call, points, n, channel);
  } else {
    const float before = element_of<float>(load_vector<1>(to), 0);
    result[0] =
        accumulate_value<R>(before, prior, reduce_channel<carried<R>, In>(call, points, n, channel),
                            n, call.rules.nans);
  }
  store_result(to, result);
}

/// What is found out about one vector of a voxel.
template <reduction R, int Width>
struct crowd_result {
  value_summary summary[Width];
  std::int64_t units[Width] = {};
  extreme_value<R == reduction::min ? reduction::min : reduction::max> best[Width];
};

/// Calls `body(x)` with a vector of every `slots`-th of a voxel's points.
template <int Width, class In, class Body>
__device__ __forceinline__ void for_each_vector(const reduce_call& call,
                                                const std::uint32_t* points, std::uint32_t n,
                                                std::uint32_t vector, std::uint32_t slot,
                                                std::uint32_t slots, const Body& body) noexcept {
#pragma unroll 4
  for (std::uint32_t i = slot; i < n; i += slots) {
    float x[Width];
    load_features<Width, In>(call.features, points[i], vector, x);
    body(x);
  }
}

/// The first look at the values, by thread `slot` of `slots`. What these find has to be merged.
template <reduction R, int Width, class In>
__device__ __forceinline__ void look_at_values(const reduce_call& call, const std::uint32_t* points,
                                               std::uint32_t n, std::uint32_t vector,
                                               std::uint32_t slot, std::uint32_t slots,
                                               crowd_result<R, Width>& found) noexcept {
  for_each_vector<Width, In>(call, points, n, vector, slot, slots, [&](const float(&x)[Width]) {
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      if constexpr (carried<R> == reduction::sum) {
        found.summary[e].add(x[e]);
      } else {
        found.best[e].add(x[e]);
      }
    }
  });
}

/// The second look that sums take: `found` has the merged summary of all `total` values.
template <reduction R, int Width, class In>
__device__ __forceinline__ void add_up_values(const reduce_call& call, const std::uint32_t* points,
                                              std::uint32_t n, std::uint32_t total,
                                              std::uint32_t vector, std::uint32_t slot,
                                              std::uint32_t slots,
                                              crowd_result<R, Width>& found) noexcept {
  fixed_unit unit[Width];
#pragma unroll
  for (int e = 0; e < Width; ++e) {
    unit[e] = fixed_unit(found.summary[e], total - found.summary[e].nans);
    found.units[e] = 0;
  }
  for_each_vector<Width, In>(call, points, n, vector, slot, slots, [&](const float(&x)[Width]) {
#pragma unroll
    for (int e = 0; e < Width; ++e) found.units[e] += unit[e].integer(x[e]);
  });
}

/// The results of a vector, from all that was found.
template <reduction R, int Width>
__device__ __forceinline__ void finish_crowd(const reduce_call& call,
                                             const crowd_result<R, Width>& found, std::uint32_t n,
                                             std::uint32_t prior,
                                             reduced_t<R> (&result)[Width]) noexcept {
#pragma unroll
  for (int e = 0; e < Width; ++e) {
    if constexpr (carried<R> == reduction::sum) {
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

/// A voxel with many points by one warp: `vectors` vectors from `first_vector` on.
template <reduction R, int Width, class In, class Out>
__device__ __forceinline__ void write_crowded_voxel(const reduce_call& call,
                                                    const std::uint32_t* points, std::uint32_t n,
                                                    std::uint32_t cell, std::uint32_t first_vector,
                                                    std::uint32_t vectors) noexcept {
  constexpr std::uint32_t all = 0xffffffffu;
  const std::uint32_t lane = threadIdx.x % 32u;
  const std::uint32_t prior = prior_count(call, cell, n);
  // As many lanes side by side as there are vectors, up to 8; the rest take other points.
  std::uint32_t side = 1;
  while (side < 8 && side < vectors) side *= 2;
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
  for (std::uint32_t first = 0; first < vectors; first += side) {
    const std::uint32_t own = first + lane % side;
    const std::uint32_t vector = first_vector + own;
    const std::uint32_t own_n = own < vectors ? n : 0;  // lanes beyond look at nothing
    crowd_result<R, Width> found;
    look_at_values<R, Width, In>(call, points, own_n, vector, lane / side, 32 / side, found);
    merge_first(found);
    if constexpr (carried<R> == reduction::sum) {
      add_up_values<R, Width, In>(call, points, own_n, n, vector, lane / side, 32 / side, found);
      merge_second(found);
    }
    reduced_t<R> result[Width];
    finish_crowd<R, Width>(call, found, n, prior, result);
    if (lane < side && own < vectors) {
      write_crowd<R, Width, Out>(call, cell, n, vector, prior, result);
    }
  }
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
