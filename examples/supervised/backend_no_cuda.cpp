// SPDX-License-Identifier: Apache-2.0
#include "resampler.hpp"

/// \file
/// In place of backend_cuda.cu where the program is built without a CUDA compiler: never called,
/// since `choose_backend` finds no device then.

namespace supervised {

std::unique_ptr<resampler> make_cuda_resampler() {
  return nullptr;
}

}  // namespace supervised
