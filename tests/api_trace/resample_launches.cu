// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.cuh>

#include "launches.hpp"
#include "run_at.cuh"

namespace robocache_test {

bool launches_ask() {
  using namespace robocache::cuda_detail;
  return overlap_of_launches == launch_overlap::ask;
}

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

}  // namespace robocache_test
