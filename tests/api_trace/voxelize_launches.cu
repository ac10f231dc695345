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

template <reduction R>
std::size_t mark_bytes(std::int64_t points, const robocache::voxel_grid<float>& grid) {
  return robocache::voxelize_workspace_bytes<R>(points, grid, cudaStream_t{});
}
template <reduction R>
robocache::status mark_points(const mark_call<R>& call, const launch_place& at) {
  return run_at(at, [&](auto where) { return robocache::voxelize(call, where); });
}

template std::size_t mark_bytes<reduction::count>(std::int64_t,
                                                  const robocache::voxel_grid<float>&);
template std::size_t mark_bytes<reduction::occupancy>(std::int64_t,
                                                      const robocache::voxel_grid<float>&);
template std::size_t mark_bytes<reduction::occupancy_bits>(std::int64_t,
                                                           const robocache::voxel_grid<float>&);
template robocache::status mark_points<reduction::count>(const mark_call<reduction::count>&,
                                                         const launch_place&);
template robocache::status mark_points<reduction::occupancy>(const mark_call<reduction::occupancy>&,
                                                             const launch_place&);
template robocache::status mark_points<reduction::occupancy_bits>(
    const mark_call<reduction::occupancy_bits>&, const launch_place&);

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
