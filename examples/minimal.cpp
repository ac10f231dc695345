// SPDX-License-Identifier: Apache-2.0

#include <robocache/resample.hpp>

#include <cstdint>
#include <cstdio>
#include <vector>

/// \file
/// The shortest use of `resample`: one recording of two joints, to 100 Hz, on the CPU.

int main() {
  // [snippet:cpu]
  // Two joints, recorded at about 30 Hz with one sample missing. Stamps in nanoseconds.
  constexpr std::int64_t ms = 1'000'000;
  const std::int64_t start = 1'700'000'000'000 * ms;
  const std::vector<std::int64_t> times{start, start + 33 * ms, start + 67 * ms, start + 133 * ms};
  const std::vector<float> values{0.00F, 1.0F, 0.10F, 0.9F, 0.20F, 0.8F, 0.40F, 0.6F};  // [4, 2]

  // Targets every 10 ms; the last ones lie after the recording.
  std::vector<std::int64_t> targets;
  for (int k = 0; k <= 15; ++k) targets.push_back(start + k * 10 * ms);
  const auto rows = static_cast<std::int64_t>(targets.size());

  robocache::resample_options<std::int64_t> options;
  options.max_gap = 50 * ms;  // samples farther apart leave a gap
  options.gap = robocache::gap_policy::nan;

  std::vector<float> output(targets.size() * 2);
  std::vector<std::uint8_t> statuses(targets.size());
  using robocache::tensor_view;
  const robocache::status done = robocache::resample(
      robocache::padded_source(tensor_view(values.data(), {1, 4, 2}),
                               tensor_view(times.data(), {1, 4})),
      tensor_view(targets.data(), {rows}), tensor_view(output.data(), {1, rows, 2}),
      tensor_view(statuses.data(), {1, rows}), options, robocache::cpu);
  if (!done.ok()) {
    std::fprintf(stderr, "%s\n", done.message());
    return 1;
  }
  // [/snippet:cpu]

  for (std::size_t i = 0; i < targets.size(); ++i) {
    const char* const note = (statuses[i] & robocache::row_status::gap) != 0     ? "gap"
                             : (statuses[i] & robocache::row_status::after) != 0 ? "after the end"
                                                                                 : "";
    std::printf("%3lld ms  %6.3f  %6.3f  %s\n", static_cast<long long>((targets[i] - start) / ms),
                static_cast<double>(output[2 * i]), static_cast<double>(output[2 * i + 1]), note);
  }
}
