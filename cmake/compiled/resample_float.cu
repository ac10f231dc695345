// SPDX-License-Identifier: Apache-2.0
#include "instances.cuh"

namespace robocache {
inline namespace compiled_library {

ROBOCACHE_VALUES(float, float)
ROBOCACHE_VALUES(bfloat16, float)
ROBOCACHE_RUN(find_brackets_call<float, float>)

}  // namespace compiled_library
}  // namespace robocache
