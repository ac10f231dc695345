// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize.cuh>

#include "coordinate_call.hpp"

#include <cuda_runtime_api.h>

// The CUDA back end of `voxelize` with coordinates as features.

namespace robocache_test {
namespace {

struct cuda_engine {
  static cudaStream_t where(const any_where& at) { return static_cast<cudaStream_t>(at.stream); }
};

const linked_set<coordinate_operations, coordinates_on_cuda> this_set(
    "all", [](std::vector<coordinate_operations>& to) { append_coordinates<cuda_engine>(to); });

}  // namespace
}  // namespace robocache_test
