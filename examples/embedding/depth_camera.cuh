// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/voxelize.cuh>

#include <cmath>
#include <cstdint>

/// \file
/// Points that a kernel makes in registers: a depth image goes into a voxel grid without a point
/// cloud in between. The kernel back-projects a tile of pixels and bins it; the library does the
/// rest.

namespace embedding {

// [snippet:kernel]
struct depth_camera {
  const std::uint16_t* depth;  // millimetres, row by row; 0: no return
  std::int32_t width;
  float fx, fy, cx, cy;

  /// Pixel i as a point in the camera's frame; NaN is dropped, and counted as not finite.
  ROBOCACHE_HD void point(std::int64_t i, float (&p)[3]) const {
    const float z = 0.001f * static_cast<float>(depth[i]);
    const auto pixel = static_cast<std::int32_t>(i);  // wide divisions take long
    p[0] = (static_cast<float>(pixel % width) - cx) / fx * z;
    p[1] = (static_cast<float>(pixel / width) - cy) / fy * z;
    p[2] = depth[i] == 0 ? std::nanf("") : z;
  }
};

__global__ static void __launch_bounds__(robocache::bin_tile_threads)
    bin_pixels(const __grid_constant__ robocache::point_binning<float, true> binning,
               depth_camera camera) {
  __shared__ robocache::bin_tile_storage<true> storage;
  const robocache::block_group<robocache::bin_tile_threads> block;
  robocache::wait_for_previous_kernel();
  robocache::bin_tile(block, storage, binning, static_cast<int>(blockIdx.x),
                      [&](std::int64_t i, float(&p)[3]) { camera.point(i, p); });
}
// [/snippet:kernel]

// [snippet:launch]
using depth_call = robocache::voxelize_call<robocache::reducers::mean, float, float, float>;

/// \param call  `points.size` pixels, `points.data` null: the kernel makes them
inline robocache::status voxelize_pixels(const depth_call& call, const depth_camera& camera,
                                         cudaStream_t stream) {
  robocache::status done = call.check_produced(stream);
  for (std::int64_t slab = 0; done.ok() && slab < call.slabs(); ++slab) {
    const robocache::binned_call binned(call, slab);
    done = robocache::launch_kernel(
        "bin_pixels", &bin_pixels, dim3(static_cast<unsigned>(binned.points.tiles)),
        dim3(robocache::bin_tile_threads), stream, binned.points, camera);
    if (done.ok()) done = robocache::finish(call, stream, slab);
  }
  return done;
}
// [/snippet:launch]

}  // namespace embedding
