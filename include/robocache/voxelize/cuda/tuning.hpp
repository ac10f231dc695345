// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>

/// \file
/// What the kernels of `voxelize` are tuned to, per architecture.

namespace robocache::detail {

// Sizes of blocks are the same everywhere: the host cuts up a call without knowing which of the
// architectures that it was compiled for will run it.
inline constexpr int bin_threads = 512;     ///< bin a tile of points
inline constexpr int mark_threads = 512;    ///< mark the voxels of a bin
inline constexpr int reduce_threads = 256;  ///< reduce the voxels of a bin
inline constexpr int crowd_threads = 512;   ///< reduce crowded and heavy voxels
inline constexpr int direct_threads = 256;  ///< add points one by one

/// How many blocks of a kernel a multiprocessor must be able to hold, for `__launch_bounds__`: the
/// compiler then gives each thread no more registers than that leaves.
struct voxelize_tuning {
  int architecture;      ///< compute capability times 100, as `__CUDA_ARCH__`
  int bin_blocks;        ///< that bin tiles
  int reduce_blocks;     ///< that reduce bins: some sort while others write
  int list_blocks;       ///< that list points
  int resident_threads;  ///< of a multiprocessor
  int shared_memory;     ///< of a multiprocessor, in bytes; each block takes 1 KB more than it asks
};

/// \param architecture  `__CUDA_ARCH__`: 800 or later
ROBOCACHE_HD constexpr voxelize_tuning voxelize_tuning_for(int architecture) noexcept {
  constexpr int kilobyte = 1024;
  switch (architecture) {
    case 860:
    case 890:
    case 1200:
    case 1210:  // two blocks fit the shared memory, so each may have more registers
      return {architecture, 2, 2, 4, 1536, 100 * kilobyte};
    case 870:
    case 880:
      return {architecture, 2, 4, 4, 1536, 164 * kilobyte};
    case 800:
      return {architecture, 2, 4, 4, 2048, 164 * kilobyte};
    default:
      return {architecture, 2, 4, 4, 2048, 228 * kilobyte};
  }
}

/// Whether so many blocks are possible, with at least 32 registers a thread.
ROBOCACHE_HD constexpr bool fits(const voxelize_tuning& tuning, int blocks, int threads,
                                 int shared) noexcept {
  constexpr int registers = 65536;
  return blocks * threads <= tuning.resident_threads && blocks * threads * 32 <= registers &&
         blocks * (shared + 1024) <= tuning.shared_memory;
}

/// The same for all of them.
template <class Blocks>
ROBOCACHE_HD constexpr bool fits_everywhere(Blocks blocks, int threads, int shared) noexcept {
  constexpr int architectures[] = {800, 860, 870, 890, 900, 1000, 1200};
  for (const int architecture : architectures) {
    const voxelize_tuning tuning = voxelize_tuning_for(architecture);
    if (!fits(tuning, tuning.*blocks, threads, shared)) return false;
  }
  return true;
}

#if defined(__CUDA_ARCH__)
inline constexpr voxelize_tuning voxelize_tuned = voxelize_tuning_for(__CUDA_ARCH__);
#else
inline constexpr voxelize_tuning voxelize_tuned = voxelize_tuning_for(900);  // bounds of no code
#endif

}  // namespace robocache::detail

namespace robocache {

// Threads of the blocks that the collectives of `voxelize` are for.
inline constexpr int bin_tile_threads = detail::bin_threads;
inline constexpr int mark_bin_threads = detail::mark_threads;
inline constexpr int reduce_bin_threads = detail::reduce_threads;
inline constexpr int reduce_crowds_threads = detail::crowd_threads;

}  // namespace robocache
