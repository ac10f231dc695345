// SPDX-License-Identifier: Apache-2.0
#include "instances.cuh"

namespace robocache {
inline namespace compiled_library {

ROBOCACHE_FUSE(float, float)
ROBOCACHE_FUSE(float, bfloat16)

}  // namespace compiled_library
}  // namespace robocache
