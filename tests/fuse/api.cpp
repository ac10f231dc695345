// SPDX-License-Identifier: Apache-2.0
#include <robocache/fuse.hpp>

#include "../support/catch.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

// fuse as a program calls it: lists of streams of any kind, sources and options as they come.

using robocache::tensor_view;

namespace {

using stream = robocache::sensor_stream<std::int64_t, float, std::uint8_t>;
using options = robocache::resample_options<std::int64_t>;

/// Two recordings of one item on one grid.
struct program {
  std::vector<float> joints{0, 10, 20, 30};  // [2, 2]
  std::vector<std::uint8_t> camera{1, 3, 5};
  std::vector<std::int64_t> joint_times{0, 10};
  std::vector<std::int64_t> camera_times{0, 5, 10};
  std::vector<std::int64_t> targets{0, 5, 10};
  std::vector<float> output = std::vector<float>(9, -1.0f);

  auto joint_source() const {
    return robocache::padded_source(tensor_view<const float, 3>(joints.data(), {1, 2, 2}),
                                    tensor_view<const std::int64_t, 2>(joint_times.data(), {1, 2}));
  }
  auto camera_source() const {
    return robocache::padded_source(
        tensor_view<const std::uint8_t, 3>(camera.data(), {1, 3, 1}),
        tensor_view<const std::int64_t, 2>(camera_times.data(), {1, 3}));
  }
  tensor_view<const std::int64_t, 1> grid() const { return {targets.data(), {3}}; }
  tensor_view<float, 3> view() { return {output.data(), {1, 3, 3}}; }
};

const std::vector<float> expected{0, 10, 1, 10, 20, 3, 20, 30, 5};

/// The least that a class must have to be taken for an mdspan.
struct grid_like_mdspan {
  const std::int64_t* data;
  static constexpr std::size_t rank() { return 1; }
  const std::int64_t* data_handle() const { return data; }
  std::int64_t extent(std::size_t) const { return 3; }
  std::int64_t stride(std::size_t) const { return 1; }
};

}  // namespace

TEST_CASE("streams in an array, a std::array and a vector", "[api]") {
  program p;
  const stream plain[] = {{p.joint_source()}, {p.camera_source(), options{}}};
  REQUIRE(robocache::fuse(plain, p.grid(), p.view(), robocache::cpu).ok());
  CHECK(p.output == expected);

  program q;
  const std::array<stream, 2> array{stream(q.joint_source()), stream(q.camera_source())};
  REQUIRE(robocache::fuse(array, q.grid(), q.view(), {}, robocache::cpu).ok());
  CHECK(q.output == expected);

  program r;
  std::vector<stream> list;
  list.emplace_back(r.joint_source());
  list.emplace_back(r.camera_source(), options{}, 2);
  REQUIRE(robocache::fuse(list, r.grid(), r.view(), {}, robocache::cpu(2)).ok());
  CHECK(r.output == expected);
}

TEST_CASE("outputs in an array and in a vector", "[api]") {
  program p;
  std::vector<float> joints(6), camera(3);
  const stream streams[] = {{p.joint_source()}, {p.camera_source()}};
  const tensor_view<float, 3> outputs[] = {{joints.data(), {1, 3, 2}}, {camera.data(), {1, 3, 1}}};
  REQUIRE(robocache::fuse(streams, p.grid(), outputs, robocache::cpu).ok());
  CHECK(joints == std::vector<float>{0, 10, 10, 20, 20, 30});
  CHECK(camera == std::vector<float>{1, 3, 5});
  const std::vector<tensor_view<float, 3>> list(std::begin(outputs), std::end(outputs));
  camera.assign(3, -1);
  REQUIRE(robocache::fuse(streams, p.grid(), list, {}, robocache::cpu).ok());
  CHECK(camera == std::vector<float>{1, 3, 5});
}

TEST_CASE("targets from anything like an mdspan", "[api]") {
  program p;
  const stream streams[] = {{p.joint_source()}, {p.camera_source()}};
  REQUIRE(
      robocache::fuse(streams, grid_like_mdspan{p.targets.data()}, p.view(), robocache::cpu).ok());
  CHECK(p.output == expected);
}

TEST_CASE("groups in braces, as documented", "[api]") {
  program p;
  const auto grouped =
      robocache::with_groups(p.joint_source(), {{1, 1, robocache::channel_mode::previous}});
  const stream streams[] = {{grouped}, {p.camera_source()}};
  REQUIRE(robocache::fuse(streams, p.grid(), p.view(), robocache::cpu).ok());
  CHECK(p.output == std::vector<float>{0, 10, 1, 10, 10, 3, 20, 30, 5});
  std::vector<float> alone(6);
  REQUIRE(robocache::resample(grouped, p.grid(), tensor_view<float, 3>(alone.data(), {1, 3, 2}), {},
                              robocache::cpu)
              .ok());
  CHECK(alone == std::vector<float>{0, 10, 10, 10, 20, 30});
}

TEST_CASE("options in the arithmetic of values and output, or refused", "[api]") {
  program p;
  using mixed = robocache::sensor_stream<std::int64_t, float, double>;
  std::vector<double> output(9, -1.0);
  const tensor_view<double, 3> view(output.data(), {1, 3, 3});
  const mixed in_float[] = {{p.joint_source(), robocache::resample_options<std::int64_t, float>{}}};
  const robocache::status refused = robocache::fuse(in_float, p.grid(), view, robocache::cpu);
  CHECK(refused.code() == robocache::status_code::invalid_argument);
  CHECK(std::string(refused.message()) ==
        "fuse: streams[0]: options are in float, double values or outputs need double");
  CHECK(output == std::vector<double>(9, -1.0));

  const mixed in_double[] = {
      {p.joint_source(), robocache::resample_options<std::int64_t, double>{}}};
  CHECK(robocache::fuse(in_double, p.grid(), view, robocache::cpu).ok());
  const robocache::status narrow = robocache::fuse(in_double, p.grid(), p.view(), robocache::cpu);
  CHECK(std::string(narrow.message()) ==
        "fuse: streams[0]: options are in double, values and output are not");

  const mixed without_options[] = {{p.joint_source()}};
  CHECK(robocache::fuse(without_options, p.grid(), view, robocache::cpu).ok());
  CHECK(robocache::fuse(without_options, p.grid(), p.view(), robocache::cpu).ok());
}

TEST_CASE("what a stream says of itself", "[api]") {
  program p;
  CHECK(stream(p.joint_source()).channels() == 2);
  CHECK(stream(p.joint_source()).column() == robocache::after_previous);
  CHECK(stream(p.camera_source(), options{}, 7).column() == 7);
  CHECK(stream(p.camera_source(), options{}).options_are_in(false));
  CHECK_FALSE(stream(p.camera_source(), options{}).options_are_in(true));
}

TEST_CASE("fuse_sensors takes recordings with channel groups", "[api]") {
  program p;
  const auto held =
      robocache::with_groups(p.joint_source(), {{0, 2, robocache::channel_mode::previous}});
  std::vector<float> output(12);
  REQUIRE(robocache::fuse_sensors(p.camera_source(), held, p.camera_source(), p.grid(),
                                  tensor_view<float, 3>(output.data(), {1, 3, 4}), robocache::cpu)
              .ok());
  CHECK(output == std::vector<float>{1, 0, 10, 1, 3, 0, 10, 3, 5, 20, 30, 5});
}

TEST_CASE("a stream without channels reports the same with and without a group", "[api]") {
  const std::int64_t stamps[] = {10};
  const std::int64_t early[] = {0};
  const auto bare = robocache::padded_source(tensor_view<const float, 3>(nullptr, {1, 1, 0}),
                                             tensor_view<const std::int64_t, 2>(stamps, {1, 1}));
  const stream streams[] = {
      {bare}, {robocache::with_groups(bare, {{0, 0, robocache::channel_mode::slerp_xyzw}})}};
  std::uint8_t statuses[2] = {};
  robocache::fuse_reports<std::int64_t> reports;
  reports.statuses = tensor_view<std::uint8_t, 3>(statuses, {1, 1, 2});
  REQUIRE(robocache::fuse(streams, tensor_view<const std::int64_t, 1>(early, {1}),
                          tensor_view<float, 3>(nullptr, {1, 1, 0}), reports, robocache::cpu)
              .ok());
  CHECK(statuses[0] == robocache::row_status::before);
  CHECK(statuses[1] == robocache::row_status::before);
}

TEST_CASE("no anchors with more deltas than rows are counted in", "[api]") {
  program p;
  const stream streams[] = {{p.joint_source()}};
  const auto windows = robocache::window_times(
      tensor_view<const std::int64_t, 1>(p.targets.data(), {0}),
      tensor_view<const std::int64_t, 1>(p.targets.data(), {std::int64_t{1} << 32}, {0}));
  const tensor_view<float, 3> nothing(nullptr, {1, 0, 2});
  CHECK(robocache::fuse(streams, windows, nothing, robocache::cpu).ok());
  CHECK(robocache::resample(p.joint_source(), windows, nothing, {}, robocache::cpu).ok());
}
