// SPDX-License-Identifier: Apache-2.0
#include "instances.cuh"

namespace robocache {
inline namespace compiled_library {

ROBOCACHE_FUSE(std::int64_t, float)
ROBOCACHE_FUSE(std::int64_t, bfloat16)

}  // namespace compiled_library
}  // namespace robocache
