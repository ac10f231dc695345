// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.cuh>

#include "instances.cuh"

namespace robocache {
namespace compiled_detail {

ROBOCACHE_VALUES(float, std::int64_t)
ROBOCACHE_VALUES(bfloat16, std::int64_t)
ROBOCACHE_UNGROUPED(std::uint8_t, std::int64_t)
ROBOCACHE_VALUES(float16, std::int64_t)
ROBOCACHE_RESAMPLE(double, std::int64_t, double)
ROBOCACHE_RUN(find_brackets_call<std::int64_t, float>)

}  // namespace compiled_detail
}  // namespace robocache
