// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.cuh>

#include "instances.cuh"

namespace robocache {
namespace compiled_detail {

ROBOCACHE_VALUES(float, double)
ROBOCACHE_VALUES(bfloat16, double)
ROBOCACHE_UNGROUPED(std::uint8_t, double)
ROBOCACHE_VALUES(float16, double)
ROBOCACHE_RESAMPLE(double, double, double)
ROBOCACHE_RUN(find_brackets_call<double, float>)

}  // namespace compiled_detail
}  // namespace robocache
