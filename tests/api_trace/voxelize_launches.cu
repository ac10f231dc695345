// SPDX-License-Identifier: Apache-2.0
#if defined(__CUDACC__)
#include <robocache/voxelize.cuh>
#else  // compiled_launches.cpp
#include <robocache/compiled.hpp>
#endif

#include "launches.hpp"
#include "run_at.hpp"

namespace robocache_test {

using robocache::reduction;

std::size_t count_bytes(std::int64_t points, const robocache::voxel_grid<float>& grid) {
  return robocache::voxelize_workspace_bytes<reduction::count>(points, grid, cudaStream_t{});
}

robocache::status count_points(const robocache::point_view<float>& points,
                               const robocache::voxel_grid<float>& grid,
                               const robocache::tensor_view<std::uint32_t, 3>& output,
                               const robocache::voxel_reports& reports,
                               const robocache::voxel_options& options,
                               const robocache::workspace& space, const launch_place& at) {
  return run_at(at, [&](auto where) {
    return robocache::voxelize<reduction::count>(points, grid, output, reports, options, space,
                                                 where);
  });
}

std::size_t mean_bytes(std::int64_t points, const robocache::voxel_grid<float>& grid) {
  return robocache::voxelize_workspace_bytes<reduction::mean>(points, grid, cudaStream_t{});
}

robocache::status mean_of_features(const robocache::point_view<float>& points,
                                   const robocache::feature_view<float>& features,
                                   const robocache::voxel_grid<float>& grid,
                                   const robocache::tensor_view<float, 4>& output,
                                   const robocache::voxel_reports& reports,
                                   const robocache::voxel_options& options,
                                   const robocache::workspace& space, const launch_place& at) {
  return run_at(at, [&](auto where) {
    return robocache::voxelize<reduction::mean>(points, features, grid, output, reports, options,
                                                space, where);
  });
}

}  // namespace robocache_test
