// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>

/// \file
/// What a multiprocessor holds, per architecture, so that bounds of kernels can be checked when
/// they are compiled.

namespace robocache::detail {

/// The limits of a multiprocessor.
struct multiprocessor {
  int blocks;
  int threads;
  int shared_memory;  ///< in bytes; each block takes 1 KB more than it asks
  static constexpr int registers = 65536;
};

/// The architectures that bounds are checked for, and those that `tests/architectures/check.sh`
/// compiles for. One line.
inline constexpr int architectures[] = {800, 860, 870, 880, 890, 900, 1000, 1030, 1100, 1200, 1210};

/// \param architecture  compute capability times 100, as `__CUDA_ARCH__`: 800 or later
ROBOCACHE_HD constexpr multiprocessor multiprocessor_of(int architecture) noexcept {
  constexpr int kilobyte = 1024;
  switch (architecture) {
    case 800:
      return {32, 2048, 164 * kilobyte};
    case 860:
    case 880:  // its shared memory is not documented: the least of its generation
      return {16, 1536, 100 * kilobyte};
    case 870:
      return {16, 1536, 164 * kilobyte};
    case 890:
    case 1200:
    case 1210:
      return {24, 1536, 100 * kilobyte};
    case 1100:
      return {24, 1536, 228 * kilobyte};
    case 900:
    case 1000:
    case 1030:
    default:
      return {32, 2048, 228 * kilobyte};
  }
}

/// Registers of a thread if so many blocks of so many threads are resident. They are given out
/// eight at a time.
ROBOCACHE_HD constexpr int registers_left(int blocks, int threads) noexcept {
  return multiprocessor::registers / (blocks * threads) / 8 * 8;
}

/// Whether a multiprocessor can hold so many blocks of a kernel, and leaves each thread the
/// registers that it needs.
///
/// \param shared_memory  that a block asks for, in bytes
/// \param registers      of a thread, as `tests/architectures/check.sh` lists them
ROBOCACHE_HD constexpr bool can_hold(const multiprocessor& m, int blocks, int threads,
                                     int shared_memory, int registers) noexcept {
  return blocks <= m.blocks && blocks * threads <= m.threads &&
         blocks * (shared_memory + 1024) <= m.shared_memory &&
         registers_left(blocks, threads) >= registers;
}

}  // namespace robocache::detail
