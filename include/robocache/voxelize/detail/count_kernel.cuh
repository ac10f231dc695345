// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/voxelize/detail/bin_visit.cuh>

#include <cstdint>
#include <type_traits>

/// \file
/// The second kernel of count and occupancy: a block counts the points of its bin in shared memory
/// and writes the bin's voxels once, the empty ones too. Nothing has to be cleared before.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// A counter per voxel, or a byte: that can be set without an atomic operation.
template <reduction R>
inline constexpr int voxels_per_word = R == reduction::count ? 1 : 4;

/// Marks voxels by bytes in shared memory.
struct voxel_marking {
  std::uint32_t* words;

  __device__ __forceinline__ void one(std::uint32_t local) const noexcept {
    reinterpret_cast<unsigned char*>(words)[local] = 1;  // whoever comes writes the same
  }
  __device__ __forceinline__ void crowd(
      const std::uint32_t (&entries)[visit_width]) const noexcept {
    if (threadIdx.x % 32u == 0) one(entries[0]);
  }
};

/// Element `e` of a bin: a count, a mark, or 32 marks as bits.
template <reduction R>
__device__ __forceinline__ voxel_scalar_t<R> element_of_bin(const std::uint32_t* shared,
                                                            std::uint32_t e) noexcept {
  if constexpr (R == reduction::count) {
    return shared[e];
  } else if constexpr (R == reduction::occupancy) {
    return reinterpret_cast<const unsigned char*>(shared)[e];
  } else {
    std::uint32_t word = 0;
#pragma unroll
    for (std::uint32_t i = 0; i < 8; ++i) {
      // The multiplication brings the lowest bit of each byte to the top, side by side.
      word |= ((shared[8 * e + i] * 0x10204080u) >> 28) << (4 * i);
    }
    return word;
  }
}

/// Writes elements `[begin, end)` of a bin, the first of which is element `first` of the output.
template <reduction R, class T>
__device__ __forceinline__ void write_elements(const voxel_output<T>& output, std::int64_t first,
                                               std::uint32_t begin, std::uint32_t end,
                                               bool accumulate,
                                               const std::uint32_t* shared) noexcept {
  for (std::uint32_t e = begin + threadIdx.x; e < end; e += visit_threads) {
    T* const to = output.data + output.layout(first + e);
    const T value = element_of_bin<R>(shared, e);
    if constexpr (R == reduction::count) {
      *to = accumulate ? *to + value : value;
    } else if constexpr (R == reduction::occupancy) {
      if (!accumulate || value != 0) *to = value;
    } else {
      *to = accumulate ? (*to | value) : value;
    }
  }
}

/// The same for an output without gaps, replaced, 16 bytes at a time.
template <reduction R, class T>
__device__ __forceinline__ void write_vectors(T* output, std::uint32_t vectors,
                                              const std::uint32_t* shared) noexcept {
  auto* const out = reinterpret_cast<uint4*>(output);
  for (std::uint32_t v = threadIdx.x; v < vectors; v += visit_threads) {
    if constexpr (R == reduction::occupancy_bits) {
      out[v] =
          make_uint4(element_of_bin<R>(shared, 4 * v), element_of_bin<R>(shared, 4 * v + 1),
                     element_of_bin<R>(shared, 4 * v + 2), element_of_bin<R>(shared, 4 * v + 3));
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
  __shared__ uint4 shared_vectors[(1 << most_shift<false>) / voxels_per_word<R> / 4];
  auto* const shared = reinterpret_cast<std::uint32_t*>(shared_vectors);
  const auto bin = static_cast<int>(blockIdx.x);
  const std::uint32_t first = static_cast<std::uint32_t>(bin) << slab.shift;
  const std::uint32_t cells = min(1u << slab.shift, slab.cells - first);
  const std::uint32_t words = (1u << slab.shift) / voxels_per_word<R>;
  for (std::uint32_t i = threadIdx.x; i < words / 4; i += visit_threads) {
    shared_vectors[i] = make_uint4(0, 0, 0, 0);
  }
  wait_for_previous_kernel();
  __syncthreads();

  const std::int64_t n = slab.number();
  const int tiles = slab.active_tiles(n);
  using visitor = std::conditional_t<R == reduction::count, voxel_counting, voxel_marking>;
  visit_bin(slab.pieces, bin, tiles, visitor{shared});
  __syncthreads();
  let_next_kernel_launch();
  constexpr std::uint32_t per_element = R == reduction::occupancy_bits ? 32 : 1;
  const std::int64_t first_element = (slab.begin + first) / per_element;
  const std::uint32_t elements = cells / per_element;
  std::uint32_t done = 0;
  if (vectors) {
    constexpr std::uint32_t per_vector = 16 / sizeof(voxel_scalar_t<R>);
    write_vectors<R>(output.data + first_element, elements / per_vector, shared);
    done = elements / per_vector * per_vector;  // the grid may end anywhere
  }
  write_elements<R>(output, first_element, done, elements, accumulate, shared);
  slab.report(n, tiles);
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
