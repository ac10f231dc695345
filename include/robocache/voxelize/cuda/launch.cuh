// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/check.hpp>
#include <robocache/detail/config.hpp>
#include <robocache/detail/least.hpp>
#include <robocache/execution.hpp>
#include <robocache/status.hpp>
#include <robocache/voxelize/call.hpp>
#include <robocache/voxelize/cuda/bins.hpp>
#include <robocache/voxelize/cuda/kernel.cuh>

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

/// \file
/// The launches of `voxelize`. `where` is a CUDA stream, or `preload`, which only loads the
/// kernels.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

inline dim3 blocks(std::int64_t x, std::int64_t y = 1) noexcept {
  return dim3(static_cast<unsigned>(x), static_cast<unsigned>(y));
}

/// The first kernel.
template <int TileSize, bool Indexed, class Real, class Where>
ROBOCACHE_HIDDEN status launch_bins(const point_binning<Real, Indexed>& call,
                                    Where where) noexcept {
  auto* kernel = &bin_points_kernel<TileSize, false, Indexed, Real>;
  if constexpr (std::is_same_v<Real, float>) {
    if (call.packed) {
      kernel = &bin_points_kernel<TileSize, true, Indexed, Real>;
    }
  }
  return launch("voxelize", kernel, blocks(call.tiles), dim3(bin_tile_threads), where, call);
}

/// What comes after binning, without features.
template <class Mark, class Where>
ROBOCACHE_HIDDEN status launch_rest(const bin_marking<Mark>& call, Where where) noexcept {
  return launch("voxelize", &mark_bins_kernel<Mark>, blocks(call.slab.bins), dim3(mark_bin_threads),
                where, call);
}

template <int Width, class Reducer, class In, class Out, class Where>
ROBOCACHE_HIDDEN status launch_reduce(const bin_reducing<Reducer, In, Out>& call,
                                      Where where) noexcept {
  return launch("voxelize", &reduce_bins_kernel<Width, Reducer, In, Out>,
                blocks(call.slab.bins, call.blocks_per_bin), dim3(reduce_bin_threads), where, call);
}

/// What comes after binning, with features.
template <class Reducer, class In, class Out, class Where>
ROBOCACHE_HIDDEN status launch_rest(const bin_reducing<Reducer, In, Out>& call,
                                    Where where) noexcept {
  if constexpr (feature_arguments<In>::in_vectors) {
    if (call.width == 4) return launch_reduce<4>(call, where);
  }
  return launch_reduce<1>(call, where);
}

/// Adds points to the grid directly, after clearing it unless it accumulates.
template <class Mark, class Real, class Where>
ROBOCACHE_HIDDEN status
launch_direct(const voxelize_call<Mark, Real, typename Mark::scalar, typename Mark::scalar>& call,
              std::int64_t cells, Where where) noexcept {
  const grid_clearing<Mark> clear(call);
  const std::int64_t size = call.points.size;
  // Blocks that clear: a step for each thread.
  const std::int64_t steps = clear.vectors ? 16 / sizeof(typename Mark::scalar) : 1;
  const std::int64_t clearing = (clear.elements / steps) / add_tile_threads + 1;
  if constexpr (adds_many<Mark>::value) {
    if (lists_scan(size, cells)) {
      const point_listing<Mark, Real> list(call);
      constexpr std::int64_t most_blocks = 792;  // six for each multiprocessor of a large GPU
      auto* kernel = &list_points_kernel<false, Mark, Real>;
      if constexpr (std::is_same_v<Real, float>) {
        if (list.points.packed) kernel = &list_points_kernel<true, Mark, Real>;
      }
      ROBOCACHE_DETAIL_RETURN_IF_BAD(
          launch("voxelize", kernel, blocks(list.tables.tiles + least_of(clearing, most_blocks)),
                 dim3(list_points_threads), where, list));
      return launch("voxelize", &add_listed_kernel<Mark, Real>, blocks(list.tables.tiles),
                    dim3(list_points_threads), where, list);
    }
  }
  if (clear.elements > 0 || clear.counters != nullptr) {
    constexpr std::int64_t most_blocks = 528;
    ROBOCACHE_DETAIL_RETURN_IF_BAD(launch("voxelize", &clear_kernel<Mark>,
                                          blocks(least_of(clearing, most_blocks)),
                                          dim3(add_tile_threads), where, clear));
  }
  if (size == 0 && clear.counters == nullptr) return {};
  point_adding<Mark, Real> add;  // its constructor would compile the locator once more
  add.locator =
      locator_of(call.points, call.grid, call.options.transform, Mark::voxels_per_element);
  add.output = call.output;
  const std::int64_t tiles = (size + add_tile_threads - 1) / add_tile_threads;
  return launch("voxelize", &add_points_kernel<Mark, Real>,
                blocks(greatest_of<std::int64_t>(tiles, 1)),  // for `beyond`
                dim3(add_tile_threads), where, add, clear.counters);
}

/// Runs a checked call. By slabs where it bins points.
template <class Reducer, class Real, class In, class Out, class Where>
ROBOCACHE_HIDDEN status run_on_gpu(const voxelize_call<Reducer, Real, In, Out>& call,
                                   Where where) noexcept {
  const std::int64_t cells = make_numbering(call.grid, voxels_per_element<Reducer>()).cells();
  if constexpr (!reduces_features<Reducer>) {
    const bool accumulate = call.options.update == grid_update::accumulate;
    if (adds_directly(call.points.size, cells, accumulate)) {
      return launch_direct(call, cells, where);
    }
  }
  // All slabs take the same kernels.
  const std::int64_t loaded = std::is_same_v<Where, preload_kernels> ? 1 : call.slabs();
  for (std::int64_t slab = 0; slab < loaded; ++slab) {
    const binned_call<Reducer, Real, In, Out> binned(call, slab, true);
    if constexpr (!reduces_features<Reducer>) {
      ROBOCACHE_DETAIL_RETURN_IF_BAD(binned.points.tile_size == large_tile
                                         ? launch_bins<large_tile>(binned.points, where)
                                         : launch_bins<small_tile>(binned.points, where));
    } else {
      ROBOCACHE_DETAIL_RETURN_IF_BAD(launch_bins<small_tile>(binned.points, where));
    }
    ROBOCACHE_DETAIL_RETURN_IF_BAD(launch_rest(binned.voxels, where));
  }
  return {};
}

}  // namespace cuda_detail

/// Runs a checked call on a CUDA stream.
///
/// \param call   has passed `check(where)`; all in device memory
/// \param where  the CUDA stream, of the current device
template <class Reducer, class Real, class In, class Out>
ROBOCACHE_HIDDEN status run(const voxelize_call<Reducer, Real, In, Out>& call,
                            cudaStream_t where) noexcept {
  return cuda_detail::run_on_gpu(call, where);
}
/// Loads the kernels of a checked call.
///
/// \param call   has passed `check(where)`
/// \param where  `preload`
template <class Reducer, class Real, class In, class Out>
ROBOCACHE_HIDDEN status run(const voxelize_call<Reducer, Real, In, Out>& call,
                            preload_kernels where) noexcept {
  return cuda_detail::run_on_gpu(call, where);
}

/// The second half of a call whose points a kernel of your own has binned with `bin_tile`: reduces
/// or marks the voxels of a slab. Launches one kernel on the same CUDA stream.
///
/// Checks nothing: the call has passed `check_produced(stream)`. Enqueued after that kernel on its
/// stream, once for each slab.
///
/// \param call    the call of which `binned_call(call, slab).points` went to that kernel
/// \param where   the CUDA stream, or `preload`
/// \param slab    0 to `call.slabs() - 1`
/// \return `cuda_error` if a launch failed
template <class Reducer, class Real, class In, class Out, class Where>
ROBOCACHE_ALWAYS_INLINE status finish(const voxelize_call<Reducer, Real, In, Out>& call,
                                      Where where, std::int64_t slab = 0) noexcept {
  return cuda_detail::launch_rest(binned_call<Reducer, Real, In, Out>(call, slab).voxels, where);
}

}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
