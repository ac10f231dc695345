// SPDX-License-Identifier: Apache-2.0
#include "resampler.hpp"

namespace supervised {
namespace {

class cpu_resampler : public resampler {
 public:
  robocache::status run(const item& in, result& out) override {
    return resample_item(&in, &out, robocache::cpu(1));
  }
};

}  // namespace

std::unique_ptr<resampler> make_cpu_resampler() {
  return std::make_unique<cpu_resampler>();
}

}  // namespace supervised
