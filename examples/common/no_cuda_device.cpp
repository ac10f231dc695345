// SPDX-License-Identifier: Apache-2.0
#include "backend.hpp"

/// \file
/// In place of cuda_device.cu where the programs are built without a CUDA compiler.

namespace recordings {

std::optional<std::string> cuda_device(std::string& why_not) {
  why_not = "this program was built without CUDA";
  return std::nullopt;
}

}  // namespace recordings
