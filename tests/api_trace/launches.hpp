// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/fuse.hpp>
#include <robocache/interop/point_cloud2/message.hpp>
#include <robocache/resample.hpp>
#include <robocache/scalar.hpp>
#include <robocache/voxelize.hpp>

#include <cuda_runtime_api.h>

#include <array>
#include <cstddef>
#include <cstdint>

/// \file
/// The launchers that are traced. Their object files hold nothing else, so that what these refer to
/// is what launchers refer to.

namespace robocache_test {

/// Where a call runs: on a stream, or with `preload` nowhere yet.
struct launch_place {
  cudaStream_t stream = nullptr;
  bool preload = false;
};

/// Whether launches ask how their kernels were compiled: the list of architectures leaves open if
/// they overlap.
bool launches_ask();

robocache::status resample_floats(const robocache::source_view<float, double>& source,
                                  const robocache::target_view<double>& targets,
                                  const robocache::tensor_view<float, 3>& output,
                                  const robocache::tensor_view<std::uint8_t, 2>& statuses,
                                  const robocache::resample_options<double>& options,
                                  const launch_place& at);

using robocache::bfloat16;

robocache::status resample_bfloats(const robocache::source_view<bfloat16, std::int64_t>& source,
                                   const robocache::target_view<std::int64_t>& targets,
                                   const robocache::tensor_view<bfloat16, 3>& output,
                                   const robocache::tensor_view<std::uint8_t, 2>& statuses,
                                   const robocache::resample_options<std::int64_t>& options,
                                   const launch_place& at);

robocache::status resample_grouped_floats(
    const robocache::grouped_source<float, std::int64_t>& source,
    const robocache::target_view<std::int64_t>& targets,
    const robocache::tensor_view<float, 3>& output,
    const robocache::tensor_view<std::uint8_t, 2>& statuses,
    const robocache::resample_options<std::int64_t>& options, const launch_place& at);

robocache::status find_float_brackets(const robocache::source_times<std::int64_t>& source,
                                      const robocache::target_view<std::int64_t>& targets,
                                      const robocache::brackets_view<float>& brackets,
                                      const launch_place& at);

robocache::status apply_float_brackets(const robocache::tensor_view<const float, 3>& values,
                                       const robocache::brackets_view<float>& brackets,
                                       const robocache::tensor_view<float, 3>& output,
                                       const launch_place& at);

/// The fields x, y and z.
robocache::status unpack_points(const robocache::point_cloud2& message,
                                const robocache::tensor_view<float, 2>& output,
                                const launch_place& at);
/// The field t.
robocache::status unpack_times(const robocache::point_cloud2& message,
                               const robocache::tensor_view<std::int64_t, 1>& output,
                               const launch_place& at);

/// Of two types, as `robocache::compiled` has them.
using fused_stream = robocache::sensor_stream<std::int64_t, float, bfloat16>;

robocache::status fuse_three(const std::array<fused_stream, 3>& streams,
                             const robocache::target_view<std::int64_t>& targets,
                             const robocache::tensor_view<float, 3>& output,
                             const robocache::fuse_reports<std::int64_t>& reports,
                             const launch_place& at);

/// To an output for each stream.
robocache::status fuse_three_apart(const std::array<fused_stream, 3>& streams,
                                   const robocache::target_view<std::int64_t>& targets,
                                   const std::array<robocache::tensor_view<float, 3>, 3>& outputs,
                                   const robocache::fuse_reports<std::int64_t>& reports,
                                   const launch_place& at);

/// Of count, occupancy and occupancy_bits.
template <robocache::reduction R>
using mark_call =
    robocache::voxelize_call<robocache::reducer_t<R>, float, robocache::voxel_scalar_t<R>,
                             robocache::voxel_scalar_t<R>>;
template <robocache::reduction R>
std::size_t mark_bytes(std::int64_t points, const robocache::voxel_grid<float>& grid);
template <robocache::reduction R>
robocache::status mark_points(const mark_call<R>& call, const launch_place& at);

/// A call without an output, by kernels as users write them: counts go to a sink, which writes
/// those of all voxels in the order of their numbers.
robocache::status count_to_sink(const mark_call<robocache::reduction::count>& call,
                                std::uint32_t* counts, const launch_place& at);

std::size_t mean_bytes(std::int64_t points, const robocache::voxel_grid<float>& grid);
robocache::status mean_of_features(const robocache::point_view<float>& points,
                                   const robocache::feature_view<float>& features,
                                   const robocache::voxel_grid<float>& grid,
                                   const robocache::tensor_view<float, 4>& output,
                                   const robocache::voxel_reports& reports,
                                   const robocache::voxel_options& options,
                                   const robocache::workspace& space, const launch_place& at);

}  // namespace robocache_test
