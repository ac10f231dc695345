// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "item.hpp"

#include <memory>

/// \file
/// The two places that can resample an item.

namespace supervised {

class resampler {
 public:
  virtual ~resampler() = default;
  /// Returns when `out` is complete, or with what went wrong: the launcher's status, or a CUDA
  /// call's.
  virtual robocache::status run(const item& in, result& out) = 0;
};

std::unique_ptr<resampler> make_cpu_resampler();
std::unique_ptr<resampler> make_cuda_resampler();

}  // namespace supervised
