// SPDX-License-Identifier: Apache-2.0
#include <robocache/fuse.hpp>

#include <cstdint>

// Compiles as it stands; with one WRONG_ macro it must not. See must_not_compile.cmake.

using robocache::tensor_view;

#if defined(WRONG_time_types)
using target = double;
#else
using target = std::int64_t;
#endif

#if defined(WRONG_unlisted_scalar)
using value = double;
#else
using value = float;
#endif

#if defined(WRONG_integer_output)
using output_scalar = std::uint8_t;
#else
using output_scalar = float;
#endif

#if defined(WRONG_integer_values)
using listed = int;
#else
using listed = std::uint8_t;
#endif

#if defined(WRONG_cuda_stream)
struct CUstream_st;  // as <driver_types.h> declares it: what a cudaStream_t points to
CUstream_st* const where = nullptr;
#else
constexpr robocache::cpu_execution where = robocache::cpu;
#endif

#if defined(WRONG_ignored_status)
#pragma GCC diagnostic error "-Wunused-result"
#endif

robocache::status call() {
  using stream = robocache::sensor_stream<std::int64_t, float, listed>;
  const tensor_view<const value, 3> values;
  const tensor_view<const std::int64_t, 2> times;
  const tensor_view<const target, 1> targets;
  const tensor_view<output_scalar, 3> output;
  const stream streams[] = {{robocache::padded_source(values, times)}};
#if defined(WRONG_ignored_status)
  robocache::fuse(streams, targets, output, where);
#endif
  return robocache::fuse(streams, targets, output, where);
}
