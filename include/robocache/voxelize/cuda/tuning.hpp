// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/multiprocessor.hpp>
#include <robocache/detail/config.hpp>

/// \file
/// What the kernels of `voxelize` are tuned to, per architecture.

namespace robocache {

/// Threads of the blocks that `bin_tile` is for. The same everywhere: the host cuts up a call
/// without knowing which of the architectures that it was compiled for will run it.
inline constexpr int bin_tile_threads = 512;
inline constexpr int mark_bin_threads = 512;     ///< likewise of `mark_bin`
inline constexpr int reduce_bin_threads = 256;   ///< likewise of `reduce_bin`
inline constexpr int add_tile_threads = 256;     ///< likewise of `add_tile`
inline constexpr int list_points_threads = 256;  ///< likewise of `list_points`

namespace detail {

/// How many blocks of a kernel a multiprocessor must be able to hold, for `__launch_bounds__`: the
/// compiler then gives each thread no more registers than that leaves.
struct voxelize_tuning {
  int bin_blocks;     ///< that bin tiles
  int reduce_blocks;  ///< that reduce bins: some sort while others write
  int list_blocks;    ///< that list points
};

/// \param architecture  as `__CUDA_ARCH__`: 800 or later
ROBOCACHE_HD constexpr voxelize_tuning voxelize_tuning_for(int architecture) noexcept {
  switch (architecture) {
    case 860:
    case 880:
    case 890:
    case 1200:
    case 1210:  // two blocks fit the shared memory, so each may have more registers
      return {2, 2, 4};
    default:
      return {2, 4, 4};
  }
}

/// Whether every architecture, and the one that is being compiled for, can hold that many blocks,
/// with at least 32 registers a thread.
template <class Blocks>
ROBOCACHE_HD constexpr bool fits_everywhere(Blocks blocks, int threads,
                                            int shared_memory) noexcept {
  const auto fits = [&](int architecture) {
    return can_hold(multiprocessor_of(architecture), voxelize_tuning_for(architecture).*blocks,
                    threads, shared_memory, 32);
  };
  for (const int architecture : architectures) {
    if (!fits(architecture)) return false;
  }
#if defined(__CUDA_ARCH__)
  return fits(__CUDA_ARCH__);
#else
  return true;
#endif
}

#if defined(__CUDA_ARCH__)
inline constexpr voxelize_tuning voxelize_tuned = voxelize_tuning_for(__CUDA_ARCH__);
#else
inline constexpr voxelize_tuning voxelize_tuned =
    voxelize_tuning_for(900);  // the host has no bounds
#endif

}  // namespace detail
}  // namespace robocache
