// SPDX-License-Identifier: Apache-2.0
//
// What robocache::compiled has of voxelize, as macros.

#pragma once

#include <robocache/scalar.hpp>
#include <robocache/voxelize.cuh>

#include <cstdint>

namespace robocache {
namespace compiled_detail {

template <class Reducer, class Real, class In, class Out>
ROBOCACHE_HIDDEN status run_voxelize(const voxelize_call<Reducer, Real, In, Out>& call,
                                     cudaStream_t stream) noexcept {
  return run(call, stream);
}
template <class Reducer, class Real, class In, class Out>
ROBOCACHE_HIDDEN status
preload_voxelize(const voxelize_call<Reducer, Real, In, Out>& call) noexcept {
  return run(call, preload);
}

#define ROBOCACHE_VOXELIZE(Reducer, Scalar)                                                    \
  template status run_voxelize(const voxelize_call<reducers::Reducer, float, Scalar, Scalar>&, \
                               cudaStream_t) noexcept;                                         \
  template status preload_voxelize(                                                            \
      const voxelize_call<reducers::Reducer, float, Scalar, Scalar>&) noexcept;

#define ROBOCACHE_VOXELIZE_FEATURES(Scalar) \
  ROBOCACHE_VOXELIZE(sum, Scalar)           \
  ROBOCACHE_VOXELIZE(mean, Scalar)          \
  ROBOCACHE_VOXELIZE(max, Scalar)           \
  ROBOCACHE_VOXELIZE(min, Scalar)           \
  ROBOCACHE_VOXELIZE(variance, Scalar)      \
  ROBOCACHE_VOXELIZE(first, Scalar)

}  // namespace compiled_detail
}  // namespace robocache
