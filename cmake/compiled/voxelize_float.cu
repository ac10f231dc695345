// SPDX-License-Identifier: Apache-2.0
#include "voxelize_instances.cuh"

namespace robocache {
namespace compiled_detail {

ROBOCACHE_VOXELIZE_FEATURES(float)

}  // namespace compiled_detail
}  // namespace robocache
