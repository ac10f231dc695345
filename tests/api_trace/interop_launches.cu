// SPDX-License-Identifier: Apache-2.0
#include <robocache/interop/point_cloud2.cuh>

#include "launches.hpp"
#include "run_at.hpp"

#include <array>

namespace robocache_test {

bool launches_ask() {
  using namespace robocache::cuda_detail;
  return overlap_of_launches == launch_overlap::ask;
}

robocache::status unpack_points(const robocache::point_cloud2& message,
                                const robocache::tensor_view<float, 2>& output,
                                const launch_place& at) {
  const std::array<const char*, 3> names = {"x", "y", "z"};
  return run_at(at, [&](auto where) {
    return robocache::unpack_point_cloud2(message, names, output, where);
  });
}

robocache::status unpack_times(const robocache::point_cloud2& message,
                               const robocache::tensor_view<std::int64_t, 1>& output,
                               const launch_place& at) {
  return run_at(at, [&](auto where) {
    return robocache::unpack_point_cloud2_times(message, "t", output, where);
  });
}

}  // namespace robocache_test
