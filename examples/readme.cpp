// SPDX-License-Identifier: Apache-2.0
//
// The first program of README.md, which shows it whole.

// [snippet:first]
#include <robocache/fuse.hpp>

#include <cstdint>
#include <cstdio>
#include <vector>

int main() {
  // Two joints at 100 Hz and a camera's three features at 30 Hz; stamps in nanoseconds.
  const std::int64_t ms = 1'000'000, t0 = 1'700'000'000'000 * ms;
  const std::vector<float> joints{0.0f, 1.0f, 0.1f, 0.9f, 0.2f, 0.8f, 0.3f, 0.7f};  // [4, 2]
  const std::vector<std::int64_t> joint_times{t0, t0 + 10 * ms, t0 + 20 * ms, t0 + 30 * ms};
  const std::vector<std::uint8_t> images{0, 10, 20, 66, 76, 86};  // [2, 3]
  const std::vector<std::int64_t> image_times{t0, t0 + 33 * ms};
  const std::vector<std::int64_t> targets{t0 + 5 * ms, t0 + 15 * ms, t0 + 25 * ms};
  std::vector<float> rows(3 * 5);  // what a policy sees at these times: [1, 3, 2 + 3]

  using robocache::tensor_view;  // a pointer and extents
  const auto arm = robocache::padded_source(tensor_view(joints.data(), {1, 4, 2}),  // [B, S, D]
                                            tensor_view(joint_times.data(), {1, 4}));
  const auto camera = robocache::padded_source(tensor_view(images.data(), {1, 2, 3}),
                                               tensor_view(image_times.data(), {1, 2}));
  const robocache::sensor_stream<std::int64_t, float, std::uint8_t> streams[] = {{arm}, {camera}};
  const robocache::status done = robocache::fuse(
      streams, tensor_view(targets), tensor_view(rows.data(), {1, 3, 5}), robocache::cpu);
  if (!done.ok()) std::puts(done.message());  // names the argument and the numbers

  for (const float* row = rows.data(); row < rows.data() + rows.size(); row += 5) {
    std::printf("joints %.2f %.2f  image %g %g %g\n", row[0], row[1], row[2], row[3], row[4]);
  }
}
// [/snippet:first]
