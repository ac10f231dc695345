// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "call.hpp"

namespace bench {

/// What the library's CPU back end makes of a row. In a file of its own, for the C++ compiler: it
/// has OpenMP. Throws what the library says if it refuses.
///
/// \param buffers  in host memory; the workspace is not used
void voxelize_on_cpu(const voxel_shape& shape, voxel_buffers buffers);

}  // namespace bench
