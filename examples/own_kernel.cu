// SPDX-License-Identifier: Apache-2.0

#include <robocache/resample/collective/rows.hpp>

#include <cooperative_groups.h>

#include <cstdint>
#include <cstdio>
#include <vector>

/// \file
/// `resample_row` inside a kernel of your own: align a state to each camera frame and compute with
/// it in the same kernel, without a trip through global memory.

namespace {

constexpr std::int32_t samples = 1000;
constexpr std::int32_t frames = 128;
constexpr std::int32_t joints = 6;
constexpr int tile_size = 8;  // threads that share a frame

// [snippet:kernel]
/// How far the joints are from a goal at each frame's stamp: a warp tile of 8 threads per frame.
__global__ void distance_to_goal(const std::int64_t* stamps, const float* states,
                                 const std::int64_t* frame_stamps, const float* goal,
                                 float* distances, std::uint8_t* statuses) {
  namespace cg = cooperative_groups;
  const auto block = cg::this_thread_block();
  const auto tile = cg::tiled_partition<tile_size>(block);
  const int frame = static_cast<int>(blockIdx.x) * static_cast<int>(tile.meta_group_size()) +
                    static_cast<int>(tile.meta_group_rank());
  __shared__ float rows[32][joints];  // one per tile of the block
  if (frame >= frames) return;        // the tile as a whole

  float* const row = rows[tile.meta_group_rank()];
  robocache::resample_policy<std::int64_t> policy;
  policy.max_gap = 30'000'000;  // ns
  const std::uint8_t status = robocache::resample_row(
      tile, robocache::time_axis<std::int64_t>{stamps, 1, samples}, frame_stamps[frame],
      robocache::tensor_view(states, {samples, joints}), policy, robocache::channel_affine<float>{},
      robocache::tensor_view(row, {joints}));
  tile.sync();  // the row was written by all threads of the tile

  if (tile.thread_rank() == 0) {
    float square = 0;
    for (int d = 0; d < joints; ++d) square += (row[d] - goal[d]) * (row[d] - goal[d]);
    distances[frame] = sqrtf(square);
    statuses[frame] = status;
  }
}
// [/snippet:kernel]

}  // namespace

template <class T>
T* to_device(const std::vector<T>& host) {
  T* device = nullptr;
  cudaMalloc(&device, host.size() * sizeof(T));
  cudaMemcpy(device, host.data(), host.size() * sizeof(T), cudaMemcpyHostToDevice);
  return device;
}

int main() {
  int major = 0;
  if (cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0) != cudaSuccess ||
      major < 8) {
    std::printf("no CUDA device of compute capability 8.0 or later: nothing to show\n");
    return 77;  // ctest: skipped
  }
  constexpr std::int64_t epoch = 1'700'000'000'000'000'000;  // ns
  std::vector<std::int64_t> stamps(samples), frame_stamps(frames);
  std::vector<float> states(samples * joints), goal(joints, 1.0F), distances(frames);
  std::vector<std::uint8_t> statuses(frames);
  for (std::int64_t i = 0; i < samples; ++i) stamps[i] = epoch + i * 4'000'000;        // 250 Hz
  for (std::int64_t f = 0; f < frames; ++f) frame_stamps[f] = epoch + f * 33'333'333;  // 30 Hz
  for (std::size_t i = 0; i < states.size(); ++i) {
    states[i] = static_cast<float>(i / joints) / samples;
  }
  float* const d_distances = to_device(distances);
  std::uint8_t* const d_statuses = to_device(statuses);

  constexpr int threads = 256;
  constexpr int frames_per_block = threads / tile_size;
  distance_to_goal<<<(frames + frames_per_block - 1) / frames_per_block, threads>>>(
      to_device(stamps), to_device(states), to_device(frame_stamps), to_device(goal), d_distances,
      d_statuses);
  cudaMemcpy(distances.data(), d_distances, frames * sizeof(float), cudaMemcpyDeviceToHost);
  cudaMemcpy(statuses.data(), d_statuses, frames, cudaMemcpyDeviceToHost);
  if (const cudaError_t error = cudaGetLastError(); error != cudaSuccess) {
    std::fprintf(stderr, "%s\n", cudaGetErrorString(error));
    return 1;
  }
  for (std::int32_t f = 0; f < frames; f += 21) {
    const bool late = (statuses[f] & robocache::row_status::after) != 0;
    std::printf("frame %3d  distance %.4f%s\n", f, static_cast<double>(distances[f]),
                late ? "  (after the recording: its last state held)" : "");
  }
}
