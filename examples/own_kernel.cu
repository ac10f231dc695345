// SPDX-License-Identifier: Apache-2.0

#include <robocache/resample/collective/rows.hpp>

#include "embedding/device.cuh"

#include <cooperative_groups.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

/// \file
/// `resample_row` inside a kernel of your own: align a state to each camera frame and compute with
/// it in the same kernel, without a trip through global memory. Ends with 1 unless the CPU finds
/// the same.

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

// [snippet:thread]
/// The joints at each frame's stamp: a thread per frame.
__global__ void joints_at_frames(robocache::time_axis<std::int64_t> stamps,              // [S]
                                 robocache::tensor_view<const float, 2> states,          // [S, D]
                                 robocache::tensor_view<const std::int64_t, 1> targets,  // [T]
                                 robocache::tensor_view<float, 2> rows) {                // [T, D]
  const int t = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (t >= targets.extent(0)) return;
  const robocache::tensor_view row(&rows(t, 0), {rows.extent(1)});
  robocache::resample_row(robocache::serial_group{}, stamps, targets(t), states,
                          robocache::resample_policy<std::int64_t>{},
                          robocache::channel_affine<float>{}, row);
}
// [/snippet:thread]

}  // namespace

int main() {
  if (!embedding::has_device()) return embedding::skipped;
  constexpr std::int64_t epoch = 1'700'000'000'000'000'000;  // ns
  std::vector<std::int64_t> stamps(samples), frame_stamps(frames);
  std::vector<float> states(samples * joints), goal(joints, 1.0F);
  for (std::int64_t i = 0; i < samples; ++i) stamps[i] = epoch + i * 4'000'000;        // 250 Hz
  for (std::int64_t f = 0; f < frames; ++f) frame_stamps[f] = epoch + f * 33'333'333;  // 30 Hz
  for (std::size_t i = 0; i < states.size(); ++i) {
    states[i] = static_cast<float>(i / joints) / samples;
  }
  const embedding::device_vector<std::int64_t> d_stamps(stamps), d_frame_stamps(frame_stamps);
  const embedding::device_vector<float> d_states(states), d_goal(goal), d_distances(frames);
  const embedding::device_vector<std::uint8_t> d_statuses(frames);
  const embedding::device_vector<float> d_rows(frames * joints);

  constexpr int threads = 256;
  constexpr int frames_per_block = threads / tile_size;
  distance_to_goal<<<(frames + frames_per_block - 1) / frames_per_block, threads>>>(
      d_stamps.data(), d_states.data(), d_frame_stamps.data(), d_goal.data(), d_distances.data(),
      d_statuses.data());
  embedding::must(cudaGetLastError(), "distance_to_goal");
  using robocache::tensor_view;
  joints_at_frames<<<1, frames>>>(
      {d_stamps.data(), 1, samples}, tensor_view(d_states.data(), {samples, joints}),
      tensor_view(d_frame_stamps.data(), {frames}), tensor_view(d_rows.data(), {frames, joints}));
  embedding::must(cudaGetLastError(), "joints_at_frames");
  const std::vector<float> distances = d_distances.to_host();
  const std::vector<float> rows = d_rows.to_host();
  const std::vector<std::uint8_t> statuses = d_statuses.to_host();

  std::int32_t wrong = 0;
  for (std::size_t f = 0; f < frames; ++f) {
    float row[joints];
    robocache::resample_policy<std::int64_t> policy;
    policy.max_gap = 30'000'000;
    const std::uint8_t status = robocache::resample_row(
        robocache::serial_group{}, robocache::time_axis<std::int64_t>{stamps.data(), 1, samples},
        frame_stamps[f], robocache::tensor_view<const float, 2>(states.data(), {samples, joints}),
        policy, robocache::channel_affine<float>{}, robocache::tensor_view(row, {joints}));
    double square = 0;
    for (std::size_t d = 0; d < joints; ++d) {
      square += (static_cast<double>(row[d]) - goal[d]) * (static_cast<double>(row[d]) - goal[d]);
    }
    const double expected = std::sqrt(square);
    const bool near = std::fabs(static_cast<double>(distances[f]) - expected) <= 2e-6 * expected;
    const bool same = std::memcmp(row, &rows[f * joints], sizeof(row)) == 0;
    wrong += near && same && statuses[f] == status ? 0 : 1;
  }
  for (std::int32_t f = 0; f < frames; f += 21) {
    const bool late = (statuses[f] & robocache::row_status::after) != 0;
    std::printf("frame %3d  distance %.4f%s\n", f, static_cast<double>(distances[f]),
                late ? "  (after the recording: its last state held)" : "");
  }
  if (wrong != 0) std::fprintf(stderr, "%d of %d frames differ from the CPU's\n", wrong, frames);
  return wrong == 0 ? 0 : 1;
}
