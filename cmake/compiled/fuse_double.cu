// SPDX-License-Identifier: Apache-2.0
#include "instances.cuh"

namespace robocache {
inline namespace compiled_library {

ROBOCACHE_FUSE(double, float)
ROBOCACHE_FUSE(double, bfloat16)

}  // namespace compiled_library
}  // namespace robocache
