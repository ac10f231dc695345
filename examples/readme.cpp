// SPDX-License-Identifier: Apache-2.0

#include <robocache/fuse.hpp>
#include <robocache/voxelize.hpp>

#include <cstdint>
#include <cstdio>
#include <vector>

/// \file
/// The code of README.md, on inputs that are small enough to see what it does.

namespace {

using robocache::tensor_view;

robocache::status align(const float* joints, const std::int64_t* joint_times,
                        const std::uint8_t* images, const std::int64_t* image_times,
                        const std::int64_t* targets, float* output) {
  // [snippet:fuse]
  // An arm at 500 Hz with its orientation, a camera's features at 30 Hz: [2, 3, 8 + 4] on one time
  // grid.
  const auto arm = robocache::padded_source(tensor_view(joints, {2, 50, 8}),     // [B, S, D]
                                            tensor_view(joint_times, {2, 50}));  // ns
  const auto camera = robocache::padded_source(tensor_view(images, {2, 4, 4}),   // u8
                                               tensor_view(image_times, {2, 4}));
  const robocache::sensor_stream<std::int64_t, float, std::uint8_t> streams[] = {
      {robocache::with_groups(arm, {{4, 4, robocache::channel_mode::slerp_xyzw}})}, {camera}};
  robocache::status done =
      robocache::fuse(streams, tensor_view(targets, {3}), tensor_view(output, {2, 3, 12}),
                      robocache::cpu);        // or a cudaStream_t: one kernel
  if (!done.ok()) std::puts(done.message());  // names the argument and the numbers
  // [/snippet:fuse]
  return done;
}

robocache::status map(const float* scan, std::int64_t points, float* intensities,
                      robocache::workspace memory) {
  // [snippet:voxelize]
  // The mean intensity of each voxel, from a driver's records of 16 bytes: x y z intensity.
  const robocache::voxel_grid<float> grid{{0, 0, 0}, {0.5f, 0.5f, 0.5f}, {4, 4, 2}};  // x, y, z
  robocache::status done = robocache::voxelize<robocache::reduction::mean>(
      robocache::point_records<float>(scan, points, 16, 0, 4, 8),
      robocache::feature_records<float>(scan, points, 16, 12), grid,
      tensor_view(intensities, {2, 4, 4, 1}), memory, robocache::cpu);  // [z][y][x][F]
  // [/snippet:voxelize]
  return done;
}

}  // namespace

int main() {
  constexpr std::int64_t ms = 1'000'000;
  std::vector<float> joints;
  std::vector<std::int64_t> joint_times;
  std::vector<std::uint8_t> images;
  std::vector<std::int64_t> image_times;
  for (int b = 0; b < 2; ++b) {
    for (int s = 0; s < 50; ++s) {
      joint_times.push_back(s * 2 * ms);
      for (int d = 0; d < 4; ++d) joints.push_back(static_cast<float>(b + s * d));
      for (const float q : {0.0f, 0.0f, 0.0f, 1.0f}) joints.push_back(q);
    }
    for (int f = 0; f < 4; ++f) {
      image_times.push_back(f * 33 * ms);
      for (int d = 0; d < 4; ++d) images.push_back(static_cast<std::uint8_t>(60 * f + d));
    }
  }
  const std::vector<std::int64_t> targets = {3 * ms, 33 * ms, 50 * ms};
  std::vector<float> aligned(2 * 3 * 12);
  if (!align(joints.data(), joint_times.data(), images.data(), image_times.data(), targets.data(),
             aligned.data())
           .ok()) {
    return 1;
  }
  for (std::size_t t = 0; t < targets.size(); ++t) {
    std::printf("%lld ms: joint %g, image %g\n", static_cast<long long>(targets[t] / ms),
                static_cast<double>(aligned[t * 12 + 1]), static_cast<double>(aligned[t * 12 + 8]));
  }

  const std::vector<float> scan = {0.1f, 0.2f, 0.3f, 10, 0.2f, 0.3f, 0.4f, 20, 1.9f, 1.9f, 0.9f, 5};
  std::vector<float> intensities(2 * 4 * 4);
  std::vector<std::uint64_t> memory(64);
  if (!map(scan.data(), 3, intensities.data(), {memory.data(), memory.size() * 8}).ok()) return 1;
  std::printf("voxels: %g and %g\n", static_cast<double>(intensities[0]),
              static_cast<double>(intensities[31]));
  const bool right =
      aligned[1] == 1.5f && aligned[12 + 8] == 60 && intensities[0] == 15 && intensities[31] == 5;
  return right ? 0 : 1;
}
