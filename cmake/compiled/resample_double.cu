// SPDX-License-Identifier: Apache-2.0
#include "resample_instances.cuh"

namespace robocache {
inline namespace compiled {

ROBOCACHE_TIME(double)

}  // namespace compiled
}  // namespace robocache
