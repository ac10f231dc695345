// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/multiprocessor.hpp>
#include <robocache/detail/config.hpp>

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

/// \param architecture  as `__CUDA_ARCH__`: 800, 860, ...
ROBOCACHE_HD constexpr rows_tuning rows_tuning_for(int architecture) noexcept {
  switch (architecture) {
    case 860:
    case 870:
    case 880:
      return {16, 16, 8, 16};
    default:
      return {24, 16, 8, 18};
  }
}

/// Whether all of that is possible on an architecture, with the registers that the kernels need.
ROBOCACHE_HD constexpr bool rows_tuning_fits(int architecture) noexcept {
  constexpr int shared_memory = 3200;  // more than any of them asks for
  const rows_tuning t = rows_tuning_for(architecture);
  const multiprocessor m = multiprocessor_of(architecture);
  return can_hold(m, t.plain, rows_threads, shared_memory, 40) &&
         can_hold(m, t.normalized, rows_threads, shared_memory, 64) &&
         can_hold(m, t.grouped, rows_threads, shared_memory, 128) &&
         can_hold(m, t.streams, rows_threads, shared_memory, 56);
}
constexpr bool rows_tuning_fits_everywhere() noexcept {
  for (const int architecture : architectures) {
    if (!rows_tuning_fits(architecture)) return false;
  }
  return true;
}
static_assert(rows_tuning_fits_everywhere(),
              "rows_tuning_for has bounds that a multiprocessor of `architectures` cannot hold");

/// The tuning of the code that is being compiled.
ROBOCACHE_HD constexpr rows_tuning current_rows_tuning() noexcept {
#if defined(__CUDA_ARCH__)
  static_assert(rows_tuning_fits(__CUDA_ARCH__),
                "rows_tuning_for has bounds that this architecture's multiprocessor cannot hold");
  return rows_tuning_for(__CUDA_ARCH__);
#else
  return rows_tuning_for(900);  // the host has no bounds
#endif
}

}  // namespace robocache::detail
