// SPDX-License-Identifier: Apache-2.0

#include <robocache/fuse.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

/// \file
/// The shortest use of `fuse`: an arm's state at 50 Hz and a camera's features at 30 Hz, side by
/// side in the windows a policy looks at.

int main() {
  using robocache::tensor_view;
  constexpr std::int64_t ms = 1'000'000;
  const std::int64_t start = 1'700'000'000'000 * ms;

  // The arm turns about z by 10 degrees a sample; its gripper closes at the tenth.
  constexpr std::int64_t samples = 20;
  std::vector<std::int64_t> state_times;
  std::vector<float> state;  // [20, 5]: qx qy qz qw gripper
  for (int i = 0; i < samples; ++i) {
    state_times.push_back(start + i * 20 * ms);
    const double half_angle = i * 0.0872664626;
    for (const double v :
         {0.0, 0.0, std::sin(half_angle), std::cos(half_angle), i < 10 ? 0.0 : 1.0}) {
      state.push_back(static_cast<float>(v));
    }
  }
  constexpr std::int64_t frames = 10;
  std::vector<std::int64_t> frame_times;
  std::vector<std::uint8_t> features;  // [10, 2]
  for (int i = 0; i < frames; ++i) {
    frame_times.push_back(start + 5 * ms + i * 33 * ms);
    features.push_back(static_cast<std::uint8_t>(10 * i));
    features.push_back(static_cast<std::uint8_t>(200 - 10 * i));
  }

  // [snippet:fuse]
  using stream = robocache::sensor_stream<std::int64_t, float, std::uint8_t>;  // the types in use
  using robocache::channel_mode;

  // Orientation and gripper want different rules than positions do.
  const auto arm = robocache::with_groups(
      robocache::padded_source(tensor_view(state.data(), {1, samples, 5}),
                               tensor_view(state_times.data(), {1, samples})),
      {{0, 4, channel_mode::slerp_xyzw}, {4, 1, channel_mode::previous}});
  const auto camera = robocache::padded_source(tensor_view(features.data(), {1, frames, 2}),
                                               tensor_view(frame_times.data(), {1, frames}));
  robocache::resample_options<std::int64_t> camera_options;
  camera_options.offset = -12 * ms;  // its stamps come 12 ms late
  camera_options.interpolation = robocache::interpolation::previous;
  camera_options.tolerance = 40 * ms;  // an older frame is stale
  const stream streams[] = {{arm}, {camera, camera_options}};

  // What a policy sees at each decision: now, and 50 ms and 100 ms before.
  const std::vector<std::int64_t> decisions{start + 60 * ms, start + 210 * ms};
  const std::vector<std::int64_t> history{-100 * ms, -50 * ms, 0};

  std::vector<float> output(2 * 3 * 7);  // [1, decisions x history, 5 + 2]
  std::vector<std::uint8_t> statuses(2 * 3 * 2);
  robocache::fuse_reports<std::int64_t> reports;
  reports.statuses = tensor_view(statuses.data(), {1, 6, 2});

  const robocache::status done = robocache::fuse(
      streams,
      robocache::window_times(tensor_view(decisions.data(), {2}), tensor_view(history.data(), {3})),
      tensor_view(output.data(), {1, 6, 7}), reports, robocache::cpu);
  if (!done.ok()) {
    std::fprintf(stderr, "%s\n", done.message());
    return 1;
  }
  // [/snippet:fuse]

  for (std::size_t row = 0; row < 6; ++row) {
    const std::int64_t t = decisions[row / 3] + history[row % 3] - start;
    std::printf("%4lld ms ", static_cast<long long>(t / ms));
    for (std::size_t d = 0; d < 7; ++d)
      std::printf(" %7.3f", static_cast<double>(output[7 * row + d]));
    const bool padding = (statuses[2 * row] & robocache::row_status::before) != 0;
    std::printf("  status %d %d%s\n", statuses[2 * row], statuses[2 * row + 1],
                padding ? "  padding" : "");
  }
}
