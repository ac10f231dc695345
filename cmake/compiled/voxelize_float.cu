// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize.cuh>

#include "instances.cuh"

namespace robocache {
namespace compiled_detail {

ROBOCACHE_VOXELIZE_FEATURES(float)

}  // namespace compiled_detail
}  // namespace robocache
