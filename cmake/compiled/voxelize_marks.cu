// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize.cuh>

#include "instances.cuh"

namespace robocache {
namespace compiled_detail {

ROBOCACHE_VOXELIZE(count, std::uint32_t)
ROBOCACHE_VOXELIZE(occupancy, std::uint8_t)
ROBOCACHE_VOXELIZE(occupancy_bits, std::uint32_t)

}  // namespace compiled_detail
}  // namespace robocache
