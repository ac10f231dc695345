// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device.cuh"

#include <cstddef>

/// \file
/// How many sets of buffers a row has, and how they lie.

namespace bench {

/// Sets of buffers that a cold row rotates through: so many that what a round touches is more than
/// four times the L2. A warm row has one.
inline int buffer_sets(bool cold, std::size_t bytes_touched) {
  return cold ? static_cast<int>(4 * this_device().l2_bytes / bytes_touched + 1) : 1;
}

/// Where a part of a buffer set ends and the next may begin: each is aligned as `cudaMalloc` does.
inline std::size_t aligned(std::size_t bytes) {
  return (bytes + 255) / 256 * 256;
}

}  // namespace bench
