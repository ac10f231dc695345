// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/voxelize/call.hpp>
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/rules/load.hpp>
#include <robocache/voxelize/rules/numbering.hpp>
#include <robocache/voxelize/rules/sink.hpp>

#include <cuda_runtime_api.h>

#include <cstdint>

/// \file
/// Level 1 of `voxelize` without features, where points are few, or few for the size of the grid:
/// threads clear it, then add points (`add_tile`, `list_points`).

namespace robocache {

/// What clearing a grid needs. Make it on the host, from a checked call.
template <class Mark>
struct grid_clearing {
  detail::voxel_output<typename Mark::scalar> output;
  std::int64_t elements;     ///< 0: the grid accumulates
  bool vectors;              ///< without gaps, aligned to 16 bytes
  voxel_counters* counters;  ///< or null

  grid_clearing() = default;
  template <class Real>
  explicit grid_clearing(
      const voxelize_call<Mark, Real, typename Mark::scalar, typename Mark::scalar>& call) noexcept
      : output(detail::make_voxel_output(call.output)), counters(call.reports.counters) {
    const bool accumulate = call.options.update == grid_update::accumulate;
    elements = accumulate ? 0
                          : detail::make_numbering(call.grid, Mark::voxels_per_element).cells() /
                                Mark::voxels_per_element;
    vectors = detail::takes_vectors(output, accumulate);
  }
};

/// Clears a thread's share of the grid, and thread 0 the counters.
///
/// \param call     made from a checked call, whose grid is in device memory
/// \param thread   0 to `threads - 1`
/// \param threads  how many share the grid, those of all blocks
template <class Mark>
__device__ __forceinline__ void clear_grid(const grid_clearing<Mark>& call, std::int64_t thread,
                                           std::int64_t threads) noexcept {
  if (thread == 0 && call.counters != nullptr) *call.counters = voxel_counters{};
  std::int64_t done = 0;
  if (call.vectors) {
    constexpr std::int64_t per_vector = 16 / sizeof(typename Mark::scalar);
    auto* const out = reinterpret_cast<uint4*>(call.output.data);
    for (std::int64_t v = thread; v < call.elements / per_vector; v += threads) {
      __stcs(out + v, make_uint4(0, 0, 0, 0));  // first to leave the cache: points are wanted there
    }
    done = call.elements / per_vector * per_vector;
  }
  for (std::int64_t e = done + thread; e < call.elements; e += threads) {
    *call.output.at(e) = 0;
  }
}

namespace detail {

/// Adds what a block lost, points outside and not finite, and the number of its points, to the
/// counters. By one thread of each block.
template <class Real>
__device__ __forceinline__ void add_to_counters(const point_arguments<Real>& points, int tile,
                                                std::int64_t here, uint2 lost,
                                                voxel_counters* counters) noexcept {
  using word = unsigned long long;
  atomicAdd(reinterpret_cast<word*>(&counters->used), static_cast<word>(here) - lost.x - lost.y);
  atomicAdd(reinterpret_cast<word*>(&counters->outside), word{lost.x});
  atomicAdd(reinterpret_cast<word*>(&counters->not_finite), word{lost.y});
  if (tile == 0) {
    atomicAdd(reinterpret_cast<word*>(&counters->beyond), static_cast<word>(points.beyond()));
  }
}

/// How many of `n` points are in a tile.
__device__ __forceinline__ std::int64_t points_of_tile(std::int64_t n, int tile,
                                                       int tile_size) noexcept {
  const std::int64_t begin = static_cast<std::int64_t>(tile) * tile_size;
  return min(max(n - begin, std::int64_t{0}), static_cast<std::int64_t>(tile_size));
}

}  // namespace detail
}  // namespace robocache
