// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.cuh>

#include "instances.cuh"

namespace robocache {
namespace compiled_detail {

#define ROBOCACHE_APPLY(In)                     \
  ROBOCACHE_RUN(apply_brackets_call<In, float>) \
  ROBOCACHE_RUN(apply_brackets_call<In, bfloat16>)

ROBOCACHE_APPLY(float)
ROBOCACHE_APPLY(bfloat16)
ROBOCACHE_APPLY(std::uint8_t)
ROBOCACHE_APPLY(float16)

}  // namespace compiled_detail
}  // namespace robocache
