// SPDX-License-Identifier: Apache-2.0
#include <robocache/interop/point_cloud2.cuh>

#include "unpack_call.hpp"

#include <cuda_runtime_api.h>

// The CUDA back end of `unpack_point_cloud2`.

namespace robocache_test {
namespace {

struct cuda_engine {
  static cudaStream_t where(const any_where& at) { return static_cast<cudaStream_t>(at.stream); }
};

const linked_set<unpack_operations, on_cuda> this_set("all", append_unpacking<cuda_engine>);

}  // namespace
}  // namespace robocache_test
