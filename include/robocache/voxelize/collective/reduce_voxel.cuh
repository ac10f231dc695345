// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/vector.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/cuda/bins.hpp>
#include <robocache/voxelize/rules/reducers.hpp>
#include <robocache/voxelize/rules/sink.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// Level 1 of `voxelize`: a thread or a warp reduces the features of one voxel's points and hands
/// what they become to a sink.

namespace robocache::detail {

using cuda_detail::element_of;
using cuda_detail::load_vector;
using cuda_detail::pack;
using cuda_detail::scalar_vector;
using cuda_detail::store_vector;

/// `Width` neighbouring features of a point.
template <int Width, class In>
__device__ __forceinline__ void load_features(const feature_arguments<In>& features,
                                              std::uint32_t point, std::uint32_t vector,
                                              float (&x)[Width]) noexcept {
  if constexpr (Width == 1) {
    x[0] = features.load(point, vector);
  } else if constexpr (!feature_arguments<In>::in_vectors) {
#pragma unroll
    for (std::uint32_t e = 0; e < Width; ++e) x[e] = features.load(point, vector * Width + e);
  } else {
    const auto* const from = reinterpret_cast<const In*>(
        features.data + static_cast<std::int64_t>(point) * features.step);
    const scalar_vector<In, Width> v = load_vector<Width>(from + vector * Width);
#pragma unroll
    for (int e = 0; e < Width; ++e) x[e] = element_of<float>(v, e);
  }
}

/// Where a vector of a voxel is in the output of the call; null if it goes to another sink.
template <int Width, class Sink, class Reducer, class In, class Out>
__device__ __forceinline__ Out* output_at(const bin_reducing<Reducer, In, Out>& call,
                                          std::uint32_t cell, std::uint32_t vector) noexcept {
  if constexpr (is_sink_of_call<Sink>) {
    return call.output.template at<Width>(call.slab.begin + cell, vector);
  } else {
    return nullptr;
  }
}

/// Hands a vector of a voxel to a sink: of one with points, or of an empty one to the dense grid.
///
/// \param to  what `output_at` says
template <int Width, class Reducer, class In, class Out, class Sink, class Real>
__device__ __forceinline__ void hand_over_vector(const bin_reducing<Reducer, In, Out>& call,
                                                 const Sink& sink, Out* to, std::uint32_t cell,
                                                 std::uint32_t vector, std::uint32_t points,
                                                 const Real (&result)[Width]) noexcept {
  if constexpr (is_sink_of_call<Sink>) {
    store_vector<Width>(to, pack<Out, false>(result));
  } else {
#pragma unroll
    for (std::uint32_t e = 0; e < Width; ++e) {
      sink(call.slab.begin + cell, vector * Width + e,
           bit_copy<Out>(bits_from_real<Out>(result[e])), points);
    }
  }
}

/// The number of points that a voxel held before this call.
///
/// \param fresh  points of this call that its count has already
template <class Call>
__device__ __forceinline__ std::uint32_t prior_points(const Call& call, std::uint32_t cell,
                                                      std::uint32_t fresh) noexcept {
  if (!call.accumulate) return 0;
  return *call.counts.at(call.slab.begin + cell) - fresh;
}

/// Vectors of a crowded voxel that a warp takes at a time.
inline constexpr std::uint32_t crowd_vectors = 8;

/// Values of a voxel that a thread keeps in registers.
inline constexpr std::uint32_t kept_points = 4;

/// One channel of a voxel with at least one point. Out of line, since most voxels have
/// one; `static`, so that it is compiled for its callers' number of registers.
///
/// \tparam Shared  the points are in shared memory: one function for those, so that the compiler
///                 sees it, and one for those in global memory
/// \param points   the voxel's `n` points
/// \param prior    points that the voxel held before
/// \param sink     a copy, which costs nothing where it is `sink_of_call`
template <bool Shared, class Reducer, class In, class Out, class Sink>
static __device__ __noinline__ void write_channel(const bin_reducing<Reducer, In, Out>& call,
                                                  const std::uint32_t* points, std::uint32_t n,
                                                  std::uint32_t cell, std::uint32_t channel,
                                                  std::uint32_t prior, Sink sink) noexcept {
  Out* const to = output_at<1, Sink>(call, cell, channel);
  std::uint32_t point[kept_points];
  float kept[kept_points];  // loaded together, so that they do not wait for each other
#pragma unroll
  for (std::uint32_t i = 0; i < kept_points; ++i) point[i] = points[i < n ? i : 0];
#pragma unroll
  for (std::uint32_t i = 0; i < kept_points; ++i) kept[i] = call.features.load(point[i], channel);
  const voxel_facts facts{n, prior, call.nans};
  const looked_at<Reducer> values = look_at(call.reducer, facts, [&](const auto& body) {
#pragma unroll
    for (std::uint32_t i = 0; i < kept_points; ++i) {
      if (i < n) body(point[i], kept[i]);
    }
    for (std::uint32_t i = kept_points; i < n; ++i) {
      body(points[i], call.features.load(points[i], channel));
    }
  });
  float before = 0.0f;
  if constexpr (is_sink_of_call<Sink>) {
    if (prior != 0) before = element_of<float>(load_vector<1>(to), 0);
  }
  const reduced_t<Reducer> result[1] = {conclude(call.reducer, values, before, facts)};
  hand_over_vector(call, sink, to, cell, channel, n, result);
}

/// A state of another lane.
template <class State>
__device__ __forceinline__ State shuffle_xor(const State& state, unsigned lanes) noexcept {
  static_assert(
      std::is_trivially_copyable_v<State> && sizeof(State) % 4 == 0 && sizeof(State) <= 64,
      "a state is trivially copyable and has a multiple of four bytes, at most 64");
  struct words {
    std::uint32_t word[sizeof(State) / 4];
  };
  words w = bit_copy<words>(state);
#pragma unroll
  for (std::uint32_t& each : w.word) {
    each = __shfl_xor_sync(0xffffffffu, each, static_cast<int>(lanes));
  }
  return bit_copy<State>(w);
}

/// Merges the states of every `side`-th lane of a warp.
template <class Look, class State>
__device__ __forceinline__ void merge_lanes(const Look& look, State& state,
                                            unsigned side) noexcept {
  for (unsigned other = side; other < 32; other *= 2) look.merge(state, shuffle_xor(state, other));
}

/// Adds a vector of every `slots`-th of a voxel's points, from `slot` on, to the states of a look.
///
/// \tparam AtOnce  loads that are under way at the same time
template <int Width, int AtOnce, class Looks, class State, class In>
__device__ __forceinline__ void add_values(const Looks& looks, State (&state)[Width],
                                           const feature_arguments<In>& features,
                                           const std::uint32_t* points, std::uint32_t n,
                                           std::uint32_t vector, std::uint32_t slot,
                                           std::uint32_t slots) noexcept {
  for (std::uint32_t base = slot; base < n; base += AtOnce * slots) {
    std::uint32_t point[AtOnce];
    float x[AtOnce][Width];
#pragma unroll
    for (std::uint32_t u = 0; u < AtOnce; ++u) {
      const std::uint32_t i = base + u * slots;
      point[u] = points[i < n ? i : base];
    }
#pragma unroll
    for (std::uint32_t u = 0; u < AtOnce; ++u) load_features(features, point[u], vector, x[u]);
#pragma unroll
    for (std::uint32_t u = 0; u < AtOnce; ++u) {
      if (base + u * slots >= n) continue;
#pragma unroll
      for (int e = 0; e < Width; ++e) looks(e).add(state[e], point[u], x[u][e]);
    }
  }
}

/// The same reducer for each element of a vector.
template <class Reducer>
struct look_of_all {
  const Reducer& reducer;
  __device__ __forceinline__ const Reducer& operator()(int) const noexcept { return reducer; }
};

/// The second looks of the elements of a vector.
template <class Reducer, int Width>
struct looks_of_each {
  typename second_look<Reducer>::type look[Width];
  __device__ __forceinline__ const auto& operator()(int e) const noexcept { return look[e]; }
};

template <int Width, class Reducer, class State>
__device__ __forceinline__ auto second_looks(const Reducer& reducer, const State (&first)[Width],
                                             const voxel_facts& facts) noexcept {
  if constexpr (Width == 1) {
    return looks_of_each<Reducer, 1>{{reducer.second(first[0], facts)}};
  } else {
    static_assert(Width == 4, "one or four");
    return looks_of_each<Reducer, 4>{
        {reducer.second(first[0], facts), reducer.second(first[1], facts),
         reducer.second(first[2], facts), reducer.second(first[3], facts)}};
  }
}

/// Hands over a vector of a voxel, joined with what it held.
template <int Width, class Reducer, class In, class Out, class Sink>
__device__ __forceinline__ void write_vector(const bin_reducing<Reducer, In, Out>& call,
                                             std::uint32_t cell, std::uint32_t vector,
                                             const looked_at<Reducer> (&values)[Width],
                                             const voxel_facts& facts, const Sink& sink) noexcept {
  Out* const to = output_at<Width, Sink>(call, cell, vector);
  scalar_vector<Out, Width> before{};
  if constexpr (is_sink_of_call<Sink>) {
    if (facts.prior_points != 0) before = load_vector<Width>(to);
  }
  reduced_t<Reducer> result[Width];
#pragma unroll
  for (int e = 0; e < Width; ++e) {
    result[e] = conclude(call.reducer, values[e], element_of<float>(before, e), facts);
  }
  hand_over_vector(call, sink, to, cell, vector, facts.points, result);
}

/// A voxel with many points by one warp: `vectors` vectors from `first_vector` on, at most
/// `crowd_vectors`.
template <int Width, class Reducer, class In, class Out, class Sink>
__device__ __forceinline__ void write_crowded_voxel(const bin_reducing<Reducer, In, Out>& call,
                                                    const std::uint32_t* points,
                                                    const voxel_facts& facts, std::uint32_t cell,
                                                    std::uint32_t lane, std::uint32_t first_vector,
                                                    std::uint32_t vectors,
                                                    const Sink& sink) noexcept {
  using looked = looked_at<Reducer>;
  constexpr int at_once = Width == 1 ? 4 : 2;  // more registers would spill
  // As many lanes side by side as there are vectors, or a few more; the rest take other points.
  static_assert(crowd_vectors == 8);
  const std::uint32_t shift = vectors > 4 ? 3 : vectors > 2 ? 2 : vectors - 1;
  const std::uint32_t side = 1u << shift;
  const std::uint32_t own = lane & (side - 1);
  const std::uint32_t vector = first_vector + own;
  const std::uint32_t own_n = own < vectors ? facts.points : 0;  // lanes beyond look at nothing
  typename looked::first_state first[Width]{};
  add_values<Width, at_once>(look_of_all<Reducer>{call.reducer}, first, call.features, points,
                             own_n, vector, lane >> shift, 32u >> shift);
#pragma unroll
  for (int e = 0; e < Width; ++e) merge_lanes(call.reducer, first[e], side);
  looked values[Width];
#pragma unroll
  for (int e = 0; e < Width; ++e) values[e].first = first[e];
  if constexpr (looks_twice<Reducer>) {
    const auto looks = second_looks(call.reducer, first, facts);
    typename looked::second_state second[Width]{};
    add_values<Width, at_once>(looks, second, call.features, points, own_n, vector, lane >> shift,
                               32u >> shift);
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      merge_lanes(looks(e), second[e], side);
      values[e].second = second[e];
    }
  }
  if (lane < side && own < vectors) write_vector(call, cell, vector, values, facts, sink);
}

}  // namespace robocache::detail
