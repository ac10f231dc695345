// SPDX-License-Identifier: Apache-2.0
//
// What robocache::compiled consists of, as macros: each source file includes an operation and
// instantiates a few types.

#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/run_compiled.hpp>
#include <robocache/scalar.hpp>
#include <robocache/status.hpp>

#include <cstdint>

namespace robocache {
namespace compiled_detail {

// nvcc names what is internal to a file after something external in it, and where there is nothing
// after its own process: no two builds of a folder would be the same.
#define ROBOCACHE_FILE_NAME2(name) file_##name
#define ROBOCACHE_FILE_NAME(name) ROBOCACHE_FILE_NAME2(name)
ROBOCACHE_HIDDEN void ROBOCACHE_FILE_NAME(ROBOCACHE_FILE)();
void ROBOCACHE_FILE_NAME(ROBOCACHE_FILE)() {}

template <class Call, class Where>
ROBOCACHE_HIDDEN status run_compiled(const Call& call, Where where) noexcept {
  return run(call, where);  // of the operation's .cuh
}

/// A call in both ways it can run.
#define ROBOCACHE_RUN(...)                                                 \
  template status run_compiled(const __VA_ARGS__&, cudaStream_t) noexcept; \
  template status run_compiled(const __VA_ARGS__&, preload_kernels) noexcept;

#define ROBOCACHE_RESAMPLE(In, Time, Out)                  \
  ROBOCACHE_RUN(resample_call<source_view<In, Time>, Out>) \
  ROBOCACHE_RUN(resample_call<grouped_source<In, Time>, Out>)

/// Values of one type and the outputs that go with it.
#define ROBOCACHE_VALUES(In, Time)    \
  ROBOCACHE_RESAMPLE(In, Time, float) \
  ROBOCACHE_RESAMPLE(In, Time, bfloat16)

/// Values whose channels are all of one kind, as those of images.
#define ROBOCACHE_UNGROUPED(In, Time)                        \
  ROBOCACHE_RUN(resample_call<source_view<In, Time>, float>) \
  ROBOCACHE_RUN(resample_call<source_view<In, Time>, bfloat16>)

/// `compiled_stream` of compiled.hpp.
#define ROBOCACHE_FUSE(Time, Out)                                                   \
  ROBOCACHE_RUN(fuse_call<sensor_stream<Time, float, bfloat16>, concatenated<Out>>) \
  ROBOCACHE_RUN(fuse_call<sensor_stream<Time, float, bfloat16>, separate<Out>>)

#define ROBOCACHE_VOXELIZE(Reducer, Scalar) \
  ROBOCACHE_RUN(voxelize_call<reducers::Reducer, float, Scalar, Scalar>)

#define ROBOCACHE_VOXELIZE_FEATURES(Scalar) \
  ROBOCACHE_VOXELIZE(sum, Scalar)           \
  ROBOCACHE_VOXELIZE(mean, Scalar)          \
  ROBOCACHE_VOXELIZE(max, Scalar)           \
  ROBOCACHE_VOXELIZE(min, Scalar)           \
  ROBOCACHE_VOXELIZE(variance, Scalar)      \
  ROBOCACHE_VOXELIZE(first, Scalar)

}  // namespace compiled_detail
}  // namespace robocache
