// SPDX-License-Identifier: Apache-2.0
#include "resample_instances.cuh"

namespace robocache {
namespace compiled_detail {

ROBOCACHE_TIME(float)
ROBOCACHE_APPLY(float, float)
ROBOCACHE_APPLY(float, bfloat16)
ROBOCACHE_APPLY(bfloat16, float)
ROBOCACHE_APPLY(bfloat16, bfloat16)

}  // namespace compiled_detail
}  // namespace robocache
