// SPDX-License-Identifier: Apache-2.0
#include "fuse_job.hpp"

/// \file
/// In place of backend_cuda.cu where the program is built without a CUDA compiler.

namespace recordings {

fuse_outcome fuse_on_cuda(const fuse_job&) {
  throw computation_error("this program was built without CUDA");
}

}  // namespace recordings
