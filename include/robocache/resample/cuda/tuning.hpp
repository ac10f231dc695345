// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>

#include <cstdint>

/// \file
/// What the kernels of `resample` and `fuse` are tuned to, per architecture.

namespace robocache::detail {

/// Warps of a block. The same for all architectures, because the host computes grids from it.
inline constexpr int warps_per_block = 2;
inline constexpr int rows_threads = warps_per_block * 32;

/// How many blocks must fit a multiprocessor. That bounds the registers of a thread, so that enough
/// warps are resident to hide the latency of the search.
struct rows_tuning {
  int plain;       ///< `resample` without normalization
  int normalized;  ///< `resample` with it, which takes some more registers
  int grouped;     ///< channel groups, in `resample` and in `fuse`: rotations in double
  int streams;     ///< `fuse` without normalization and groups
};

/// What a multiprocessor holds.
struct multiprocessor {
  int blocks;
  int threads;
  static constexpr int registers = 65536;
};

/// \param architecture  as `__CUDA_ARCH__`: 800, 860, ...
ROBOCACHE_HD constexpr multiprocessor multiprocessor_of(int architecture) noexcept {
  switch (architecture) {
    case 860:
    case 870:
      return {16, 1536};
    case 890:
    case 1200:
    case 1210:
      return {24, 1536};
    default:
      return {32, 2048};
  }
}

ROBOCACHE_HD constexpr rows_tuning rows_tuning_for(int architecture) noexcept {
  switch (architecture) {
    case 860:
    case 870:
      return {16, 16, 8, 16};
    default:
      return {24, 16, 8, 20};
  }
}

/// Registers that a bound leaves to a thread. They are given out eight at a time.
ROBOCACHE_HD constexpr int registers_left(int resident_blocks) noexcept {
  return multiprocessor::registers / (resident_blocks * rows_threads) / 8 * 8;
}

/// Whether the bounds can be met, and leave the registers that the kernels need
/// (`tests/architectures/check.sh` lists those).
ROBOCACHE_HD constexpr bool fits(int architecture) noexcept {
  const rows_tuning t = rows_tuning_for(architecture);
  const multiprocessor m = multiprocessor_of(architecture);
  const int bounds[] = {t.plain, t.normalized, t.grouped, t.streams};
  for (const int blocks : bounds) {
    if (blocks > m.blocks || blocks * rows_threads > m.threads) return false;
  }
  return registers_left(t.plain) >= 40 && registers_left(t.normalized) >= 64 &&
         registers_left(t.grouped) >= 128 && registers_left(t.streams) >= 48;
}
static_assert(fits(800) && fits(860) && fits(870) && fits(890) && fits(900) && fits(1000) &&
              fits(1200));

/// The tuning of the code that is being compiled.
ROBOCACHE_HD constexpr rows_tuning current_rows_tuning() noexcept {
#if defined(__CUDA_ARCH__)
  return rows_tuning_for(__CUDA_ARCH__);
#else
  return rows_tuning_for(0);
#endif
}

}  // namespace robocache::detail
