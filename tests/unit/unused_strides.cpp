// SPDX-License-Identifier: Apache-2.0
#include <robocache/fuse.hpp>
#include <robocache/resample.hpp>

#include "../support/catch.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

// Calls that are sound although they hold numbers no address uses: strides of dimensions with one
// element, strides of nothing, windows that are off. Under UBSan nothing may overflow.

using robocache::tensor_view;

namespace {

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

const std::int64_t stamps[] = {0, 10, 20, 30};
const std::int64_t targets[] = {5, 15, 30};

const tensor_view<const std::int64_t, 2> times(stamps, {1, 4});
const tensor_view<const std::int64_t, 1> grid(targets, {3});

std::string resampled(const tensor_view<const float, 3>& values,
                      const tensor_view<const std::int64_t, 2>& at,
                      const robocache::target_view<std::int64_t>& where,
                      const tensor_view<float, 3>& output,
                      const tensor_view<std::uint8_t, 2>& statuses = {}) {
  return robocache::resample(robocache::padded_source(values, at), where, output, statuses, {},
                             robocache::cpu)
      .message();
}

}  // namespace

TEST_CASE("strides along one element may be anything", "[strides]") {
  const float values[] = {1, 2, 3, 4};
  for (const std::int64_t any : {lowest, lowest / 2, highest, std::int64_t{1} << 62}) {
    std::vector<float> output(3, -1);
    std::vector<std::uint8_t> statuses(3, 99);
    CHECK(resampled({values, {1, 4, 1}, {any, 1, any}}, {stamps, {1, 4}, {any, 1}}, grid,
                    {output.data(), {1, 3, 1}, {any, 1, any}},
                    {statuses.data(), {1, 3}, {any, 1}}) == "");
    CHECK(output == std::vector<float>{1.5F, 2.5F, 4});
    CHECK(statuses == std::vector<std::uint8_t>{0, 0, 0});

    // One sample, one row.
    CHECK(resampled({values, {1, 1, 1}, {any, any, any}}, {stamps, {1, 1}, {any, any}},
                    tensor_view<const std::int64_t, 1>(targets, {1}, {any}),
                    {output.data(), {1, 1, 1}, {any, any, any}},
                    {statuses.data(), {1, 1}, {any, any}}) == "");
    CHECK(output[0] == 1);
  }
}

TEST_CASE("strides of nothing may be anything", "[strides]") {
  for (const std::int64_t any : {lowest, std::int64_t{40}, highest}) {
    std::vector<float> output(16, -1);
    std::vector<std::uint8_t> statuses(6, 99);
    // No samples.
    CHECK(resampled({nullptr, {2, 0, 2}, {any, any, any}}, {nullptr, {2, 0}, {any, any}}, grid,
                    {output.data(), {2, 3, 2}}, {statuses.data(), {2, 3}}) == "");
    for (int i = 0; i < 12; ++i) CHECK(output[static_cast<std::size_t>(i)] == 0);
    CHECK(statuses == std::vector<std::uint8_t>(6, robocache::row_status::empty));
    // No channels.
    statuses.assign(6, 99);
    CHECK(resampled({nullptr, {1, 4, 0}, {any, any, any}}, times, grid,
                    {nullptr, {1, 3, 0}, {any, any, any}}, {statuses.data(), {1, 3}}) == "");
    CHECK(statuses == std::vector<std::uint8_t>{0, 0, 0, 99, 99, 99});
    // No items, no rows.
    CHECK(resampled({nullptr, {0, 4, 2}, {any, any, any}}, {nullptr, {0, 4}, {any, any}}, grid,
                    {nullptr, {0, 3, 2}, {any, any, any}}) == "");
    CHECK(resampled({nullptr, {1, 0, 2}, {any, any, any}}, {nullptr, {1, 0}, {any, any}},
                    tensor_view<const std::int64_t, 1>(nullptr, {0}, {any}),
                    {nullptr, {1, 0, 2}, {any, any, any}}) == "");
  }
}

TEST_CASE("windows of targets without windows may be anything", "[strides]") {
  const float values[] = {1, 2, 3, 4};
  std::vector<float> output(3);
  for (const std::int64_t any : {lowest, std::int64_t{-1}, std::int64_t{3}, highest}) {
    robocache::target_view<std::int64_t> where = grid;
    where.windows = tensor_view<const std::int64_t, 1>(stamps, {any}, {highest});
    CHECK(resampled({values, {1, 4, 1}}, times, where, {output.data(), {1, 3, 1}}) == "");
    CHECK(output == std::vector<float>{1.5F, 2.5F, 4});
  }
}

TEST_CASE("streams of fuse with strides that no address uses", "[strides]") {
  const float values[] = {1, 2, 3, 4};
  using stream = robocache::sensor_stream<std::int64_t, float>;
  for (const std::int64_t any : {lowest, std::int64_t{40}, highest}) {
    const stream streams[] = {
        robocache::padded_source(tensor_view<const float, 3>(values, {1, 4, 1}, {any, 1, any}),
                                 tensor_view<const std::int64_t, 2>(stamps, {1, 4}, {any, 1})),
        robocache::padded_source(tensor_view<const float, 3>(nullptr, {1, 0, 1}, {any, any, any}),
                                 tensor_view<const std::int64_t, 2>(nullptr, {1, 0}, {any, any})),
        robocache::padded_source(tensor_view<const float, 3>(nullptr, {1, 4, 0}, {any, any, any}),
                                 times)};
    std::vector<float> output(6, -1);
    std::vector<std::uint8_t> statuses(9, 99);
    robocache::fuse_reports<std::int64_t> reports;
    reports.statuses = tensor_view<std::uint8_t, 3>(statuses.data(), {1, 3, 3}, {any, 3, 1});
    CHECK(std::string(robocache::fuse(streams, grid,
                                      tensor_view<float, 3>(output.data(), {1, 3, 2}, {any, 2, 1}),
                                      reports, robocache::cpu)
                          .message()) == "");
    CHECK(output == std::vector<float>{1.5F, 0, 2.5F, 0, 4, 0});
    const std::uint8_t empty = robocache::row_status::empty;
    CHECK(statuses == std::vector<std::uint8_t>{0, empty, 0, 0, empty, 0, 0, empty, 0});

    float column[3] = {};
    const stream one[] = {streams[0], streams[2]};
    CHECK(std::string(robocache::fuse(one, grid,
                                      tensor_view<float, 3>(column, {1, 3, 1}, {any, 1, any}),
                                      robocache::cpu)
                          .message()) == "");
    CHECK(column[1] == 2.5F);
  }
}

TEST_CASE("no number of channels or columns overflows a check", "[strides]") {
  using stream = robocache::sensor_stream<std::int64_t, float>;
  float output[3] = {};
  for (const std::int64_t any : {lowest, std::int64_t{-1}, highest}) {
    for (const std::int64_t column : {lowest, std::int64_t{0}, std::int64_t{1}, highest}) {
      const stream streams[] = {
          {robocache::padded_source(tensor_view<const float, 3>(output, {1, 4, any}, {1, 1, 1}),
                                    times),
           robocache::resample_options<std::int64_t, float>{}, column}};
      CHECK_FALSE(
          robocache::fuse(streams, grid, tensor_view<float, 3>(output, {1, 3, 1}), robocache::cpu)
              .ok());
    }
  }
}

TEST_CASE("a number of groups that is negative is refused", "[strides]") {
  const float values[] = {1, 2, 3, 4};
  float output[3] = {-77, -77, -77};
  robocache::channel_groups groups;
  for (const std::int32_t count : {-1, std::numeric_limits<std::int32_t>::min()}) {
    groups.count = count;
    const auto source = robocache::with_groups(
        robocache::padded_source(tensor_view<const float, 3>(values, {1, 4, 1}), times), groups);
    const std::string negative =
        "source.groups has " + std::to_string(count) + " groups, must not be negative";
    const tensor_view<float, 3> rows(output, {1, 3, 1});
    CHECK(std::string(robocache::resample(source, grid, rows, {}, robocache::cpu).message()) ==
          "resample: " + negative);
    const robocache::sensor_stream<std::int64_t, float> streams[] = {source};
    CHECK(std::string(robocache::fuse(streams, grid, rows, robocache::cpu).message()) ==
          "fuse: streams[0]: " + negative);
    CHECK(output[0] == -77);
  }
}
