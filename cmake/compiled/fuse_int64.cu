// SPDX-License-Identifier: Apache-2.0
#include <robocache/fuse.cuh>

#include "instances.cuh"

namespace robocache {
namespace compiled_detail {

ROBOCACHE_FUSE(std::int64_t, float)
ROBOCACHE_FUSE(std::int64_t, bfloat16)

}  // namespace compiled_detail
}  // namespace robocache
