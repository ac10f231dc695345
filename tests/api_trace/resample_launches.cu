// SPDX-License-Identifier: Apache-2.0
#if defined(__CUDACC__)
#include <robocache/resample.cuh>
#else  // compiled_launches.cpp
#include <robocache/compiled.hpp>
#endif

#include "launches.hpp"
#include "run_at.hpp"

namespace robocache_test {

robocache::status resample_floats(const robocache::source_view<float, double>& source,
                                  const robocache::target_view<double>& targets,
                                  const robocache::tensor_view<float, 3>& output,
                                  const robocache::tensor_view<std::uint8_t, 2>& statuses,
                                  const robocache::resample_options<double>& options,
                                  const launch_place& at) {
  return run_at(at, [&](auto where) {
    return robocache::resample(source, targets, output, statuses, options, where);
  });
}

robocache::status resample_bfloats(const robocache::source_view<bfloat16, std::int64_t>& source,
                                   const robocache::target_view<std::int64_t>& targets,
                                   const robocache::tensor_view<bfloat16, 3>& output,
                                   const robocache::tensor_view<std::uint8_t, 2>& statuses,
                                   const robocache::resample_options<std::int64_t>& options,
                                   const launch_place& at) {
  return run_at(at, [&](auto where) {
    return robocache::resample(source, targets, output, statuses, options, where);
  });
}

robocache::status resample_grouped_floats(
    const robocache::grouped_source<float, std::int64_t>& source,
    const robocache::target_view<std::int64_t>& targets,
    const robocache::tensor_view<float, 3>& output,
    const robocache::tensor_view<std::uint8_t, 2>& statuses,
    const robocache::resample_options<std::int64_t>& options, const launch_place& at) {
  return run_at(at, [&](auto where) {
    return robocache::resample(source, targets, output, statuses, options, where);
  });
}

robocache::status find_float_brackets(const robocache::source_times<std::int64_t>& source,
                                      const robocache::target_view<std::int64_t>& targets,
                                      const robocache::brackets_view<float>& brackets,
                                      const launch_place& at) {
  return run_at(at, [&](auto where) {
    return robocache::find_brackets(source, targets, brackets, {}, where);
  });
}

robocache::status apply_float_brackets(const robocache::tensor_view<const float, 3>& values,
                                       const robocache::brackets_view<float>& brackets,
                                       const robocache::tensor_view<float, 3>& output,
                                       const launch_place& at) {
  return run_at(at, [&](auto where) {
    return robocache::apply_brackets(values, brackets, output, {}, where);
  });
}

}  // namespace robocache_test
