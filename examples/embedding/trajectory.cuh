// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trajectory.hpp"

#include <cuda_runtime_api.h>

/// \file
/// The controller of `trajectory.hpp`, one thread for each environment.

namespace embedding {

inline constexpr int control_threads = 64;

// [snippet:kernel]
template <class Follower = trajectory_follower>
__global__ void __launch_bounds__(control_threads)
    control(const __grid_constant__ environments all, int ticks) {
  const std::int64_t e = std::int64_t{blockIdx.x} * control_threads + threadIdx.x;
  if (e < all.count) run_environment<Follower>(all, e, ticks);
}
// [/snippet:kernel]

template <class Follower = trajectory_follower>
cudaError_t launch_control(const environments& all, int ticks, cudaStream_t stream) {
  if (all.count == 0) return cudaSuccess;  // a launch without blocks is an error
  const auto blocks = static_cast<unsigned>((all.count + control_threads - 1) / control_threads);
  control<Follower><<<blocks, control_threads, 0, stream>>>(all, ticks);
  return cudaGetLastError();
}

}  // namespace embedding
