// SPDX-License-Identifier: Apache-2.0

#include "embedding/depth_camera.cuh"
#include "embedding/device.cuh"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

/// \file
/// A depth image to the mean brightness of each voxel, without a point cloud in between. Ends with
/// 1 unless the grid has the bits of `voxelize` on the CPU with the same points from memory.

int main() {
  if (!embedding::has_device()) return embedding::skipped;
  using robocache::tensor_view;
  constexpr std::int32_t width = 640;
  constexpr std::int64_t pixels = std::int64_t{width} * 480;
  std::vector<std::uint16_t> depth;
  std::vector<float> brightness;
  for (std::int64_t i = 0; i < pixels; ++i) {  // a wall that leans away, with holes
    depth.push_back(static_cast<std::uint16_t>(i % 97 == 0 ? 0 : 2000 + 2 * (i / width)));
    brightness.push_back(static_cast<float>(i % width) / width);
  }
  const robocache::voxel_grid<float> grid{{-2, -2, 1}, {0.25f, 0.25f, 0.25f}, {16, 16, 16}};
  constexpr std::size_t cells = 16 * 16 * 16;

  const embedding::device_vector<std::uint16_t> device_depth(depth);
  const embedding::device_vector<float> device_brightness(brightness), output(cells);
  const cudaStream_t stream{};
  // [snippet:call]
  embedding::depth_call call{};
  call.grid = grid;
  call.points.size = pixels;  // no data: the kernel makes them
  call.features = robocache::features_of(tensor_view(device_brightness.data(), {pixels, 1}));
  call.output = tensor_view(output.data(), {16, 16, 16, 1});
  const embedding::device_vector<unsigned char> space(call.workspace_bytes(stream));
  call.space = {space.data(), space.size()};
  const embedding::depth_camera camera{device_depth.data(), width, 525, 525, 319.5f, 239.5f};
  const robocache::status done = embedding::voxelize_pixels(call, camera, stream);
  // [/snippet:call]
  if (!done.ok()) {
    std::fprintf(stderr, "%s\n", done.message());
    return 1;
  }
  const std::vector<float> means = output.to_host();

  embedding::depth_camera same_camera = camera;
  same_camera.depth = depth.data();
  std::vector<float> points(3 * pixels), expected(cells);
  for (std::int64_t i = 0; i < pixels; ++i) {
    float p[3];
    same_camera.point(i, p);
    for (std::int64_t d = 0; d < 3; ++d) points[static_cast<std::size_t>(3 * i + d)] = p[d];
  }
  constexpr auto mean = robocache::reduction::mean;
  std::vector<std::byte> host_space(
      robocache::voxelize_workspace_bytes<mean>(pixels, grid, robocache::cpu));
  const robocache::status on_cpu =
      robocache::voxelize<mean>(robocache::points_of(tensor_view(points.data(), {pixels, 3})),
                                robocache::features_of(tensor_view(brightness.data(), {pixels, 1})),
                                grid, tensor_view(expected.data(), {16, 16, 16, 1}),
                                {host_space.data(), host_space.size()}, robocache::cpu);
  if (!on_cpu.ok()) {
    std::fprintf(stderr, "%s\n", on_cpu.message());
    return 1;
  }
  std::size_t occupied = 0, wrong = 0;
  for (std::size_t v = 0; v < cells; ++v) {
    occupied += expected[v] != 0 ? 1u : 0u;
    wrong += std::memcmp(&means[v], &expected[v], sizeof(float)) != 0 ? 1u : 0u;
  }
  std::printf("%zu of %zu voxels see the wall\n", occupied, cells);
  if (wrong != 0) std::fprintf(stderr, "%zu voxels differ from the CPU's\n", wrong);
  return wrong == 0 && occupied > 0 ? 0 : 1;
}
