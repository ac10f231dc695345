// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>

/// \file
/// A kernel that writes late, to catch a launch that does not wait for it.

namespace robocache_test {

/// Copies `bytes` on `stream`, milliseconds after it has allowed the next kernel to launch (from
/// compute capability 9.0 on).
cudaError_t copy_late(void* to, const void* from, std::size_t bytes, cudaStream_t stream);

}  // namespace robocache_test
