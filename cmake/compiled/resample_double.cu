// SPDX-License-Identifier: Apache-2.0
#include "resample_instances.cuh"

namespace robocache {
namespace compiled_detail {

ROBOCACHE_TIME(double)

}  // namespace compiled_detail
}  // namespace robocache
