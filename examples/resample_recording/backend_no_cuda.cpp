// SPDX-License-Identifier: Apache-2.0
#include "backend.hpp"

/// \file
/// In place of backend_cuda.cu where the program is built without a CUDA compiler.

namespace recordings {

std::optional<std::string> cuda_device(std::string& why_not) {
  why_not = "this program was built without CUDA";
  return std::nullopt;
}

resample_outcome resample_on_cuda(const resample_job&) {
  throw resample_error("this program was built without CUDA");
}

}  // namespace recordings
