// SPDX-License-Identifier: Apache-2.0
#include "instances.cuh"

namespace robocache {
inline namespace compiled_library {

#define ROBOCACHE_APPLY(In)                     \
  ROBOCACHE_RUN(apply_brackets_call<In, float>) \
  ROBOCACHE_RUN(apply_brackets_call<In, bfloat16>)

ROBOCACHE_APPLY(float)
ROBOCACHE_APPLY(bfloat16)
ROBOCACHE_APPLY(std::uint8_t)
ROBOCACHE_APPLY(float16)

}  // namespace compiled_library
}  // namespace robocache
