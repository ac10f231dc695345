// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/cuda_namespace.cuh>
#include <robocache/detail/launch.cuh>
#include <robocache/voxelize/detail/bin_visit.cuh>

#include <cstdint>
#include <type_traits>

/// \file
/// The second kernel of count and occupancy: a block counts the points of its bin in shared memory
/// and writes the bin's voxels once, the empty ones too. Nothing has to be cleared before.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// One bit per voxel is enough for occupancy.
template <reduction R>
inline constexpr int shared_words =
    R == reduction::count ? 1 << most_shift : (1 << most_shift) / 32;

/// Sets the bits of voxels in shared memory.
struct voxel_marking {
  std::uint32_t* words;

  __device__ __forceinline__ void one(std::uint32_t, std::uint32_t local) const noexcept {
    atomicOr(&words[local / 32], 1u << (local % 32));
  }
  __device__ __forceinline__ void crowd(
      std::uint32_t origin, const std::uint32_t (&entries)[visit_width]) const noexcept {
    if (threadIdx.x % 32u == 0) one(origin, entries[0]);
  }
};

/// Writes a bin's voxels `[first, first + cells)` from shared memory, one element at a time.
template <reduction R, class T>
__device__ __forceinline__ void write_elements(const voxel_output<T>& output, std::int64_t first,
                                               std::uint32_t cells, bool accumulate,
                                               const std::uint32_t* shared) noexcept {
  constexpr std::uint32_t per_element = R == reduction::occupancy_bits ? 32 : 1;
  for (std::uint32_t e = threadIdx.x; e < cells / per_element; e += visit_threads) {
    T* const to = output.data + output.layout(first / per_element + e);
    if constexpr (R == reduction::occupancy) {
      const auto bit = static_cast<T>((shared[e / 32] >> (e % 32)) & 1u);
      if (!accumulate || bit != 0) *to = bit;
    } else if constexpr (R == reduction::count) {
      *to = shared[e] + (accumulate ? *to : 0u);
    } else {
      *to = shared[e] | (accumulate ? *to : 0u);
    }
  }
}

/// The same for an output without gaps, replaced, 16 bytes at a time.
template <reduction R, class T>
__device__ __forceinline__ void write_vectors(T* output, std::uint32_t vectors,
                                              const std::uint32_t* shared) noexcept {
  auto* const out = reinterpret_cast<uint4*>(output);
  for (std::uint32_t v = threadIdx.x; v < vectors; v += visit_threads) {
    if constexpr (R == reduction::occupancy) {
      const std::uint32_t bits = shared[v / 2] >> (16 * (v % 2));
      const auto bytes = [&](std::uint32_t nibble) {  // bit i to byte i
        return ((bits >> (4 * nibble) & 0xfu) * 0x00204081u) & 0x01010101u;
      };
      out[v] = make_uint4(bytes(0), bytes(1), bytes(2), bytes(3));
    } else {
      out[v] = reinterpret_cast<const uint4*>(shared)[v];
    }
  }
}

template <reduction R>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(visit_threads)
    count_bins_kernel(const __grid_constant__ bin_slab slab,
                      const __grid_constant__ voxel_output<voxel_scalar_t<R>> output,
                      const __grid_constant__ bool vectors,
                      const __grid_constant__ bool accumulate) {
  __shared__ uint4 shared_vectors[shared_words<R> / 4];
  auto* const shared = reinterpret_cast<std::uint32_t*>(shared_vectors);
  const auto bin = static_cast<int>(blockIdx.x);
  const std::uint32_t first = static_cast<std::uint32_t>(bin) << slab.shift;
  const std::uint32_t cells = min(1u << slab.shift, slab.cells - first);
  const std::uint32_t words = R == reduction::count ? 1u << slab.shift : (1u << slab.shift) / 32;
  for (std::uint32_t i = threadIdx.x; i < words / 4; i += visit_threads) {
    shared_vectors[i] = make_uint4(0, 0, 0, 0);
  }
  wait_for_previous_kernel();
  __syncthreads();

  const std::int64_t n = slab.number();
  const int tiles = slab.active_tiles(n);
  std::uint32_t begins = 0;
  using visitor = std::conditional_t<R == reduction::count, voxel_counting, voxel_marking>;
  visit_bin<bin_entry<false>>(slab.pieces, bin, tiles, begins, visitor{shared});
  __syncthreads();
  let_next_kernel_launch();
  if (vectors) {
    constexpr std::uint32_t per_vector =
        R == reduction::occupancy ? 16 : (R == reduction::count ? 4 : 128);
    constexpr std::uint32_t per_element = R == reduction::occupancy_bits ? 32 : 1;
    const std::uint32_t whole = cells / per_vector;
    write_vectors<R>(output.data + (slab.begin + first) / per_element, whole, shared);
    const std::uint32_t done = whole * per_vector;
    // The last few of the grid: bins begin at multiples of a vector, but the grid may end anywhere.
    for (std::uint32_t c = done + threadIdx.x * per_element; c < cells;
         c += visit_threads * per_element) {
      const std::uint32_t value =
          R == reduction::occupancy ? (shared[c / 32] >> (c % 32)) & 1u : shared[c / per_element];
      output.data[(slab.begin + first + c) / per_element] = static_cast<voxel_scalar_t<R>>(value);
    }
  } else {
    write_elements<R>(output, slab.begin + first, cells, accumulate, shared);
  }
  slab.report(n, tiles);
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
