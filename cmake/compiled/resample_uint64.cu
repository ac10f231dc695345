// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.cuh>

#include "instances.cuh"

namespace robocache {
namespace compiled_detail {

ROBOCACHE_VALUES(float, std::uint64_t)
ROBOCACHE_VALUES(bfloat16, std::uint64_t)
ROBOCACHE_RUN(find_brackets_call<std::uint64_t, float>)

}  // namespace compiled_detail
}  // namespace robocache
