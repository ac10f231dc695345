// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/status.hpp>

#include <cuda_runtime_api.h>

/// \file
/// What every launch of the library goes through, with a kernel of the tests'.

namespace robocache_test {

/// \param to  gets a 1; null where the runtime is a fake
robocache::status launch_kernel(cudaStream_t stream, int* to = nullptr);

robocache::status preload_kernel();

/// Whether the architectures that this was compiled for leave open if launches overlap.
bool launch_asks();

bool launch_always_overlaps();

}  // namespace robocache_test
