// SPDX-License-Identifier: Apache-2.0
#include "resample_instances.cuh"

namespace robocache {
inline namespace compiled {

ROBOCACHE_TIME(std::int64_t)

}  // namespace compiled
}  // namespace robocache
