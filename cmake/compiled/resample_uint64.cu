// SPDX-License-Identifier: Apache-2.0
#include "instances.cuh"

namespace robocache {
inline namespace compiled_library {

ROBOCACHE_VALUES(float, std::uint64_t)
ROBOCACHE_VALUES(bfloat16, std::uint64_t)
ROBOCACHE_RUN(find_brackets_call<std::uint64_t, float>)

}  // namespace compiled_library
}  // namespace robocache
