// SPDX-License-Identifier: Apache-2.0

#include <robocache/voxelize.cuh>

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

/// \file
/// Points that a kernel makes in registers: a depth image goes into a voxel grid without a point
/// cloud in between. The kernel back-projects a tile of pixels and bins it; the library does the
/// rest.

namespace {

// [snippet:kernel]
struct depth_camera {
  const std::uint16_t* depth;  // millimetres, row by row; 0: no return
  std::int32_t width;
  float fx, fy, cx, cy;

  /// Pixel i as a point in the camera's frame; NaN is dropped, and counted as not finite.
  __device__ void point(std::int64_t i, float (&p)[3]) const {
    const float z = 0.001f * static_cast<float>(depth[i]);
    p[0] = (static_cast<float>(i % width) - cx) / fx * z;
    p[1] = (static_cast<float>(i / width) - cy) / fy * z;
    p[2] = depth[i] == 0 ? nanf("") : z;
  }
};

__global__ void __launch_bounds__(robocache::bin_tile_threads)
    bin_pixels(const __grid_constant__ robocache::point_binning<float, true> binning,
               depth_camera camera) {
  __shared__ robocache::bin_tile_storage<true> storage;
  const robocache::block_group<robocache::bin_tile_threads> block;
  robocache::bin_tile(block, storage, binning, static_cast<int>(blockIdx.x),
                      [&](std::int64_t i, float(&p)[3]) { camera.point(i, p); });
}
// [/snippet:kernel]

}  // namespace

int main() {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::printf("no CUDA device, nothing to show\n");
    return 0;
  }
  constexpr std::int32_t width = 640;
  constexpr std::int32_t height = 480;
  constexpr std::int64_t pixels = std::int64_t{width} * height;
  std::vector<std::uint16_t> depth(pixels);
  std::vector<float> brightness(pixels);
  for (std::int64_t i = 0; i < pixels; ++i) {  // a wall that leans away, with holes
    depth[static_cast<std::size_t>(i)] =
        static_cast<std::uint16_t>(i % 97 == 0 ? 0 : 2000 + 2 * (i / width));
    brightness[static_cast<std::size_t>(i)] = static_cast<float>(i % width) / width;
  }

  robocache::voxel_grid<float> grid{{-2, -2, 1}, {0.25f, 0.25f, 0.25f}, {16, 16, 16}};
  robocache::voxelize_call<robocache::reducers::mean, float, float, float> call{};
  call.grid = grid;
  call.points.size = pixels;  // no data: the kernel makes them
  const std::size_t workspace =
      robocache::voxelize_workspace_bytes<robocache::reduction::mean>(pixels, grid, cudaStream_t{});

  std::uint16_t* device_depth = nullptr;
  float* device_brightness = nullptr;
  float* output = nullptr;
  constexpr std::size_t cells = 16 * 16 * 16;
  cudaMalloc(&device_depth, pixels * sizeof(std::uint16_t));
  cudaMalloc(&device_brightness, pixels * sizeof(float));
  cudaMalloc(&output, cells * sizeof(float));
  cudaMalloc(&call.space.data, workspace);
  cudaMemcpy(device_depth, depth.data(), pixels * sizeof(std::uint16_t), cudaMemcpyHostToDevice);
  cudaMemcpy(device_brightness, brightness.data(), pixels * sizeof(float), cudaMemcpyHostToDevice);

  // [snippet:launch]
  call.features = robocache::features_of(robocache::tensor_view(device_brightness, {pixels, 1}));
  call.output = robocache::tensor_view(output, {16, 16, 16, 1});
  call.space.bytes = workspace;

  const cudaStream_t stream{};
  robocache::status status = call.check_produced(stream);
  if (status.ok()) {
    const robocache::binned_call binned(call);
    bin_pixels<<<static_cast<unsigned>(binned.points.tiles), robocache::bin_tile_threads, 0,
                 stream>>>(binned.points, {device_depth, width, 525, 525, 319.5f, 239.5f});
    status = robocache::finish(call, stream);
  }
  // [/snippet:launch]
  std::vector<float> means(cells);
  const cudaError_t error =
      cudaMemcpy(means.data(), output, cells * sizeof(float), cudaMemcpyDeviceToHost);
  if (!status.ok() || error != cudaSuccess) {
    std::fprintf(stderr, "%s %s\n", status.message(), cudaGetErrorString(error));
    return 1;
  }
  std::size_t occupied = 0;
  for (const float mean : means) occupied += mean != 0 ? 1u : 0u;
  std::printf("%zu of %zu voxels see the wall\n", occupied, cells);
  cudaFree(device_depth);
  cudaFree(device_brightness);
  cudaFree(output);
  cudaFree(call.space.data);
}
