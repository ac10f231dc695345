// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

/// \file
/// Blocks of threads as groups, and their sums. By hand, although CUB has them: one of its block or
/// warp headers adds seconds to the compilation of every file that includes it.

namespace robocache {

/// The whole block as a group, of a size that is known when compiling. Blocks have one dimension.
template <int Threads>
struct block_group {
  __device__ __forceinline__ static unsigned thread_rank() noexcept { return threadIdx.x; }
  __device__ __forceinline__ static constexpr unsigned size() noexcept { return Threads; }
  __device__ __forceinline__ static void sync() noexcept { __syncthreads(); }
  __device__ __forceinline__ static dim3 thread_index() noexcept { return threadIdx; }
  __device__ __forceinline__ static dim3 group_index() noexcept { return blockIdx; }
};

namespace detail {

/// The sum over the lanes of a warp up to and including each.
__device__ __forceinline__ std::uint32_t warp_prefix_sum(std::uint32_t x, int lane) noexcept {
#pragma unroll
  for (int step = 1; step < 32; step *= 2) {
    const std::uint32_t before = __shfl_up_sync(0xffffffffu, x, step);
    if (lane >= step) x += before;
  }
  return x;
}

/// The sum over the threads of a block before each, and the total in every thread. One barrier.
///
/// \tparam Threads  of the block
/// \param sums      shared memory, one word per warp
template <int Threads, class Group>
__device__ __forceinline__ std::uint32_t block_prefix_sum(const Group& block, std::uint32_t x,
                                                          std::uint32_t* sums,
                                                          std::uint32_t& total) noexcept {
  constexpr int warps = Threads / 32;
  const int lane = static_cast<int>(block.thread_rank() % 32u);
  const int warp = static_cast<int>(block.thread_rank() / 32u);
  const std::uint32_t inclusive = warp_prefix_sum(x, lane);
  if (lane == 31) sums[warp] = inclusive;
  block.sync();
  const std::uint32_t of_warps = warp_prefix_sum(lane < warps ? sums[lane] : 0u, lane);
  total = __shfl_sync(0xffffffffu, of_warps, warps - 1);
  const std::uint32_t before = __shfl_sync(0xffffffffu, of_warps, warp > 0 ? warp - 1 : 0);
  return inclusive - x + (warp > 0 ? before : 0u);
}

/// The sums over a block of the two 16-bit halves of `halves`, in every thread. Two barriers.
///
/// \param sums  shared memory, two words
template <class Group>
__device__ __forceinline__ uint2 block_sum_halves(const Group& block, std::uint32_t halves,
                                                  std::uint32_t* sums) noexcept {
  const std::uint32_t low = __reduce_add_sync(0xffffffffu, halves & 0xffffu);
  const std::uint32_t high = __reduce_add_sync(0xffffffffu, halves >> 16);
  if (block.thread_rank() < 2) sums[block.thread_rank()] = 0;
  block.sync();
  if (block.thread_rank() % 32u == 0) {
    atomicAdd(&sums[0], low);
    atomicAdd(&sums[1], high);
  }
  block.sync();
  return {sums[0], sums[1]};
}

}  // namespace detail

// For your own kernels.

using detail::block_prefix_sum;

}  // namespace robocache
