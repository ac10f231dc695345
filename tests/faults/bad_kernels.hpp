// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

namespace robocache_test {

/// Enqueues a kernel that works for some time, and then traps.
cudaError_t launch_trap(cudaStream_t stream, int milliseconds);

}  // namespace robocache_test
