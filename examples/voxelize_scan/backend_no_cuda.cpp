// SPDX-License-Identifier: Apache-2.0
#include "voxel_job.hpp"

/// \file
/// In place of backend_cuda.cu where the program is built without a CUDA compiler.

namespace recordings {

voxel_outcome voxelize_on_cuda(const voxel_job&) {
  throw computation_error("this program was built without CUDA");
}

double count_blocks_on_cuda(const block_job&, const block_visitor&) {
  throw computation_error("this program was built without CUDA");
}

}  // namespace recordings
