// SPDX-License-Identifier: Apache-2.0
#include <robocache/interop/point_cloud2.hpp>
#include <robocache/resample.hpp>
#include <robocache/voxelize.hpp>

#include "../support/catch.hpp"
#include "cloud.hpp"
#include "gpu_functions.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

// The same on a GPU as on the CPU, to the bit.

using robocache::tensor_view;
using namespace robocache_test;

namespace {

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class Out>
void check_unpacked(const known_cloud& cloud, std::size_t shift) {
  const auto points = static_cast<std::size_t>(robocache::point_cloud2_size(cloud.message));
  const std::size_t fields = cloud.message.fields.size();
  Out filled;
  std::memset(&filled, 0x5a, sizeof(filled));
  std::vector<Out> expected(points * 2 * fields, filled);
  std::vector<Out> output = expected;
  REQUIRE(robocache::unpack_point_cloud2(
              cloud.message, cloud.names(),
              tensor_view(expected.data(), {points, fields}, {2 * fields, std::size_t{2}}),
              robocache::cpu)
              .ok());
  CHECK(std::string(unpack_on_gpu(cloud.message, cloud.names(), shift, output).message()) == "");
  CHECK(same_bits(output, expected));
}

struct recording {
  std::vector<double> times;
  std::vector<double> targets;
  std::vector<float> values;

  recording() {
    std::mt19937 random(8);
    std::uniform_real_distribution<double> step(0.001, 0.02);
    for (int b = 0; b < 2; ++b) {
      double t = 0;
      for (int s = 0; s < 50; ++s) times.push_back(t += step(random));
    }
    for (int t = 0; t < 20; ++t) targets.push_back(0.02 * t);
    std::normal_distribution<float> value;
    for (int i = 0; i < 300; ++i) values.push_back(value(random));
  }
};

}  // namespace

TEST_CASE("fields are unpacked to the same bits", "[interop][gpu]") {
  std::mt19937 random(16);
  for (int round = 0; round < 48; ++round) {
    const std::uint32_t heights[] = {1, 3, 700, 1};
    const std::uint32_t widths[] = {70000, 333, 1, 1};
    const bool aligned = round % 2 == 0;
    const known_cloud cloud = random_cloud(
        {heights[round / 2 % 4], widths[round / 2 % 4], round / 8 % 2 == 1,
         static_cast<std::uint32_t>(aligned ? 8 * (round / 16) : 5 * (round / 16)), aligned},
        random);
    const std::size_t shift = aligned ? 0 : random() % 8;
    CAPTURE(round, shift);
    check_unpacked<float>(cloud, shift);
    check_unpacked<double>(cloud, shift);
    check_unpacked<robocache::float16>(cloud, shift);
    check_unpacked<robocache::bfloat16>(cloud, shift);
  }
}

TEST_CASE("stamps are unpacked to the same bits", "[interop][gpu]") {
  std::mt19937 random(17);
  const known_cloud cloud = random_cloud({4, 300, true, 3, false}, random);
  const auto check = [&](const char* name, auto value) {
    std::vector<decltype(value)> expected(1200, value);
    std::vector<decltype(value)> output = expected;
    REQUIRE(robocache::unpack_point_cloud2_times(cloud.message, name, tensor_view(expected),
                                                 robocache::cpu)
                .ok());
    CHECK(unpack_times_on_gpu(cloud.message, name, output).ok());
    CHECK(same_bits(output, expected));
  };
  for (const char* name : {"1", "2", "3", "4", "5", "6", "7", "8"}) check(name, 0.5);
  for (const char* name : {"1", "2", "3", "4", "5", "6"}) check(name, std::int64_t{9});
  for (const char* name : {"2", "4", "6"}) check(name, std::uint64_t{9});
  std::vector<std::int64_t> untouched(1200, 9);
  CHECK_FALSE(unpack_times_on_gpu(cloud.message, "7", untouched).ok());
  CHECK(untouched == std::vector<std::int64_t>(1200, 9));
}

TEST_CASE("views of a message's copy on the GPU", "[interop][gpu]") {
  cloud_message message;
  message.width = 5000;
  message.fields = {{"x", 0, 7, 1}, {"y", 4, 7, 1}, {"z", 8, 7, 1}, {"intensity", 13, 7, 1}};
  message.point_step = 19;
  message.row_step = 19 * 5000;
  message.data.resize(message.row_step);
  std::mt19937 random(18);
  std::uniform_real_distribution<float> anywhere(-0.5f, 4.5f);
  for (std::size_t i = 0; i < 5000; ++i) {
    for (const field_message& field : message.fields) {
      const float value = anywhere(random);
      std::memcpy(&message.data[19 * i + field.offset], &value, sizeof(value));
    }
  }
  robocache::point_view<float> points;
  robocache::feature_view<float> features;
  REQUIRE(robocache::point_cloud2_points(message, points).ok());
  REQUIRE(robocache::point_cloud2_features(message, {"intensity"}, features).ok());
  std::vector<std::uint64_t> memory(1 << 13);
  std::vector<float> expected(64);
  REQUIRE(robocache::voxelize<robocache::reduction::mean>(
              points, features, robocache::voxel_grid<float>{{0, 0, 0}, {1, 1, 1}, {4, 4, 4}},
              tensor_view(expected.data(), {4, 4, 4, 1}),
              robocache::workspace{memory.data(), 8 * memory.size()}, robocache::cpu)
              .ok());
  std::vector<float> means;
  CHECK(std::string(voxelize_on_gpu(message, means).message()) == "");
  CHECK(same_bits(means, expected));
}

TEST_CASE("Thrust's vectors are views", "[interop][gpu]") {
  const recording r;
  std::vector<float> expected(120);
  REQUIRE(robocache::resample(robocache::padded_source(tensor_view(r.values.data(), {2, 50, 3}),
                                                       tensor_view(r.times.data(), {2, 50})),
                              r.targets, tensor_view(expected.data(), {2, 20, 3}), {},
                              robocache::cpu)
              .ok());
  std::vector<float> output;
  CHECK(std::string(resample_with_thrust(r.values, r.times, r.targets, output).message()) == "");
  CHECK(same_bits(output, expected));
  CHECK(wrong_thrust_vectors() ==
        std::vector<std::string>{"from_thrust: joints has 6 elements, its extents are 2 x 4", "",
                                 "", ""});
}

TEST_CASE("a framework's scalar has the bits of its format", "[interop][gpu]") {
  const recording r;
  std::vector<std::uint16_t> values;
  for (const float value : r.values) {
    values.push_back(robocache::scalar_cast<robocache::bfloat16>(value).bits);
  }
  std::vector<std::uint16_t> expected(120);
  REQUIRE(
      robocache::resample(
          robocache::padded_source(
              tensor_view(reinterpret_cast<const robocache::bfloat16*>(values.data()), {2, 50, 3}),
              tensor_view(r.times.data(), {2, 50})),
          r.targets,
          tensor_view(reinterpret_cast<robocache::bfloat16*>(expected.data()), {2, 20, 3}), {},
          robocache::cpu)
          .ok());
  std::vector<std::uint16_t> output(120);
  CHECK(std::string(resample_framework_type(values, r.times, r.targets, output).message()) == "");
  CHECK(output == expected);

  std::uint16_t sum = 0;
  const std::vector<float> points(9, 0.5f);
  CHECK(std::string(sum_framework_type(points, {0x3f80, 0x4040, 0x4120}, sum).message()) == "");
  CHECK(sum == 0x4160);  // 1 + 3 + 10 = 14
}

TEST_CASE("an mdspan is a view in a kernel", "[interop][gpu]") {
  std::vector<float> data(36, -1.0f);
  write_through_mdspan(data);
  for (int i = 0; i < 36; ++i) {
    const int x = i % 6;
    const float expected =
        x < 4 ? static_cast<float>(100 * (i / 18) + 10 * (i / 6 % 3) + x) : -1.0f;
    CHECK(data[static_cast<std::size_t>(i)] == expected);
  }
}
