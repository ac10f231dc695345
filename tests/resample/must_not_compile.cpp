// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.hpp>

#include <cstdint>

// Compiles as it stands; with one WRONG_ macro it must not. See must_not_compile.cmake.

using robocache::tensor_view;

#if defined(WRONG_time_types)
using target = float;
#else
using target = double;
#endif

#if defined(WRONG_axis_time)
using row_target = float;
#else
using row_target = double;
#endif

#if defined(WRONG_integer_output)
using output_scalar = std::uint8_t;
#else
using output_scalar = float;
#endif

#if defined(WRONG_integer_values)
using value = int;
#else
using value = float;
#endif

#if defined(WRONG_time_type)
using stamp = int;
#else
using stamp = double;
#endif

#if defined(WRONG_target_rank)
constexpr int target_rank = 3;
#else
constexpr int target_rank = 2;
#endif

#if defined(WRONG_output_rank)
constexpr int output_rank = 2;
#else
constexpr int output_rank = 3;
#endif

#if defined(WRONG_brackets_real)
using weight = double;
#else
using weight = float;
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

std::int32_t level_zero() {
  const robocache::time_axis<double> axis;
  return robocache::bracket(axis, row_target{1}, robocache::resample_policy<row_target>{}).left;
}

robocache::status call() {
  const tensor_view<const value, 3> values;
  const tensor_view<const stamp, 2> times;
  const tensor_view<const target, target_rank> targets;
  const tensor_view<output_scalar, output_rank> output;
  const robocache::brackets_view<weight> brackets;
  const auto source = robocache::padded_source(values, times);
#if defined(WRONG_ignored_status)
  robocache::apply_brackets(values, brackets, output, {}, where);
#endif
  if (auto s = robocache::apply_brackets(values, brackets, output, {}, where); !s.ok()) {
    return s;
  }
  return robocache::resample(source, targets, output, {}, where);
}
