// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.hpp>
#include <robocache/resample/collective/rows_to.hpp>

#include "../support/catch.hpp"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

// Rows of a tile in memory of one's own, on the host; examples/rows_in_block.cu has them in shared
// memory. They are the launcher's rows, and nothing else is touched.

namespace {

using robocache::tensor_view;

constexpr std::int64_t batch = 3;
constexpr std::int64_t samples = 40;
constexpr std::int64_t rows = 70;
constexpr std::int64_t channels = 11;
constexpr float untouched = -77;

struct problem {
  std::vector<std::int64_t> times;
  std::vector<float> values;
  std::vector<std::int64_t> targets;
  std::vector<float> expected = std::vector<float>(batch * rows * channels);
  std::vector<std::uint8_t> expected_statuses = std::vector<std::uint8_t>(batch * rows);
  robocache::resample_options<std::int64_t> options;

  problem() {
    for (std::int64_t i = 0; i < batch * samples; ++i) {
      times.push_back(1'700'000'000'000'000'000 + i % samples * 10 + i * i % 7);
      for (std::int64_t d = 0; d < channels; ++d) {
        values.push_back(static_cast<float>((i * 31 + d * 17) % 101) * 0.01f - 0.5f);
      }
    }
    for (std::int64_t k = 0; k < rows; ++k) targets.push_back(times.front() - 20 + k * 7);
    options.max_gap = 13;
  }

  auto source() const {
    return robocache::padded_source(tensor_view(values.data(), {batch, samples, channels}),
                                    tensor_view(times.data(), {batch, samples}));
  }
};

/// All tiles of a call by `resample_rows_to`, into a buffer whose rows are `step` apart.
template <class Source>
void compare(const Source& source, problem& work, std::int64_t step) {
  INFO("rows " << step << " elements apart");
  REQUIRE(robocache::resample(source, work.targets,
                              tensor_view(work.expected.data(), {batch, rows, channels}),
                              tensor_view(work.expected_statuses.data(), {batch, rows}),
                              work.options, robocache::cpu)
              .ok());
  std::vector<std::uint8_t> statuses(work.expected_statuses.size(), 0xee);
  const auto call = robocache::make_resample_call(
      source, work.targets,
      tensor_view<float, 3>(nullptr, {batch, rows, channels}),  // extents alone
      tensor_view(statuses.data(), {batch, rows}), work.options);
  CHECK_FALSE(call.check().ok());
  REQUIRE(call.check_for_rows().ok());
  const auto rules = call.work();
  const robocache::row_tiling tiling = robocache::tiling_of(call, 1);
  REQUIRE(tiling.size() > batch);  // some tiles do not begin at row 0
  robocache::resample_storage<1> storage;
  std::int64_t wrong = 0;
  for (std::uint32_t i = 0; i < tiling.size(); ++i) {
    const robocache::row_tile tile = tiling[i];
    std::vector<float> mine(static_cast<std::size_t>((tile.rows + 1) * step), untouched);
    robocache::resample_rows_to(robocache::serial_group{}, storage, rules, tile,
                                tensor_view(mine.data(), {tile.rows, channels}, {step, 1}));
    for (std::int64_t r = 0; r <= tile.rows; ++r) {
      for (std::int64_t d = 0; d < step; ++d) {
        const std::int64_t row = tile.item * rows + tile.first_row + r;
        const bool written = r < tile.rows && d < channels;
        const float expected =
            written ? work.expected[static_cast<std::size_t>(row * channels + d)] : untouched;
        wrong += std::memcmp(&mine[static_cast<std::size_t>(r * step + d)], &expected, 4) != 0;
      }
    }
  }
  CHECK(wrong == 0);
  CHECK(statuses == work.expected_statuses);
}

}  // namespace

TEST_CASE("rows of a tile in memory of one's own are the launcher's", "[own]") {
  problem work;
  for (const std::int64_t step : {channels, channels + 5}) compare(work.source(), work, step);
}

TEST_CASE("so are rows with channel groups", "[own][group]") {
  problem work;
  const auto source = robocache::with_groups(
      work.source(),
      {{2, 4, robocache::channel_mode::slerp_xyzw}, {7, 3, robocache::channel_mode::previous}});
  for (const std::int64_t step : {channels, channels + 5}) compare(source, work, step);
}

TEST_CASE("a call without an output is checked but for it", "[own][input]") {
  problem work;
  const auto message = [&](std::int64_t some_rows, std::int64_t some_channels) {
    return std::string(robocache::make_resample_call(
                           work.source(), work.targets,
                           tensor_view<float, 3>(nullptr, {batch, some_rows, some_channels}), {},
                           work.options)
                           .check_for_rows()
                           .message());
  };
  CHECK(message(rows, channels).empty());
  CHECK(message(rows + 1, channels) ==
        "resample: target_times has extent 70 in dimension 0, output has 71");
  CHECK(message(rows, channels - 1) ==
        "resample: output has extent 10 in dimension 2, source.values has 11");
  CHECK(message(-1, channels) == "resample: output has negative extent -1 in dimension 1");
}
