// SPDX-License-Identifier: Apache-2.0
#include "fuse_instances.cuh"

#include <cstdint>

namespace robocache {
namespace compiled_detail {

ROBOCACHE_FUSE(std::uint64_t)

}  // namespace compiled_detail
}  // namespace robocache
