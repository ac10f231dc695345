// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.cuh>

#include "instances.cuh"

namespace robocache {
namespace compiled_detail {

ROBOCACHE_VALUES(float, float)
ROBOCACHE_VALUES(bfloat16, float)
ROBOCACHE_RUN(find_brackets_call<float, float>)

}  // namespace compiled_detail
}  // namespace robocache
