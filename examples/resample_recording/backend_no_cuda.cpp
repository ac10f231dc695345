// SPDX-License-Identifier: Apache-2.0
#include "resample_job.hpp"

/// \file
/// In place of backend_cuda.cu where the program is built without a CUDA compiler.

namespace recordings {

resample_outcome resample_on_cuda(const resample_job&) {
  throw computation_error("this program was built without CUDA");
}

}  // namespace recordings
