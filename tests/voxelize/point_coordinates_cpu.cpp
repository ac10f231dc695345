// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize.hpp>

#include "../support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

// Features that are coordinates of the points, as users call them: what is refused, sinks, several
// slabs, a reducer of their own.

using robocache::coordinate;
using robocache::coordinates_of;
using robocache::point_coordinates;
using robocache::reduction;
using robocache::relative_to;
using robocache::status;
using robocache::tensor_view;
namespace reducers = robocache::reducers;

namespace {

template <class Reducer, relative_to To = relative_to::frame>
using call_of = robocache::voxelize_call<Reducer, float, point_coordinates<float, To>, float>;

/// A call of 100 points in a small grid, without a mistake.
struct sound {
  std::vector<float> points = std::vector<float>(300, 0.5f);
  std::vector<float> output = std::vector<float>(3 * 8, -1.0f);
  std::vector<std::max_align_t> memory = std::vector<std::max_align_t>(100);
  call_of<reducers::max> call{};

  sound() {
    call.points = robocache::point_records<float>(points.data(), 100, 12, 0, 4, 8);
    call.features = coordinates_of(call.points);
    call.grid = {{0, 0, 0}, {1, 1, 1}, {2, 2, 2}};
    call.output = tensor_view<float, 4>(output.data(), {2, 2, 2, 3});
    call.space = {memory.data(), memory.size() * sizeof(std::max_align_t)};
  }
  std::string message() const { return robocache::voxelize(call, robocache::cpu).message(); }
};

/// Points in a voxel that lie above its centre, of all its points.
struct share_above {
  struct state {
    std::uint32_t above;
    std::uint32_t all;
  };
  ROBOCACHE_HD void add(state& s, std::uint32_t, float x) const {
    s.above += x > 0 ? 1u : 0u;
    s.all += 1;
  }
  ROBOCACHE_HD void merge(state& s, const state& other) const {
    s.above += other.above;
    s.all += other.all;
  }
  ROBOCACHE_HD float finish(const state& s, const robocache::voxel_facts&) const {
    return static_cast<float>(s.above) / static_cast<float>(s.all);
  }
};

}  // namespace

TEST_CASE("coordinates of other points are refused", "[voxel]") {
  sound right;
  REQUIRE(right.message() == "");
  CHECK(right.output[0] == 0.5f);

  const auto refused = [](const auto& spoil) {
    sound wrong;
    spoil(wrong.call);
    const std::string message = wrong.message();
    const auto& output = wrong.output;
    CHECK(std::count(output.begin(), output.end(), -1.0f) ==
          static_cast<std::ptrdiff_t>(output.size()));
    return message;
  };
  const std::string others = "voxelize: features are coordinates of other points (at 0x";
  const auto begins = [](const std::string& text, const std::string& with) {
    return text.compare(0, with.size(), with) == 0;
  };
  const std::string of_address = refused([](auto& call) {
    call.features.points.data = static_cast<const char*>(call.points.data) + 4;
  });
  CHECK(begins(of_address, others));
  CHECK(of_address.find("address, step and offsets must be the same") != std::string::npos);
  CHECK(begins(refused([](auto& call) { call.features.points.step = 24; }), others));
  for (int k = 0; k < 3; ++k) {
    CHECK(begins(refused([&](auto& call) { call.features.points.offsets[k] += 4; }), others));
  }
  CHECK(refused([](auto& call) { call.features.points.size = 99; }) ==
        "voxelize: features has size 99, points has 100");

  // A number that is read when the call runs may be set on either.
  const std::uint32_t count = 1;
  sound counted;
  counted.call.points.count = &count;
  CHECK(counted.message() == "");
}

TEST_CASE("coordinates that no point has are refused", "[voxel]") {
  sound wrong;
  wrong.call.features = coordinates_of(wrong.call.points, coordinate::y, 3);
  CHECK(wrong.message() == "voxelize: features has 3 channels from coordinate 1 on, points have 3");
  wrong.call.features = coordinates_of(wrong.call.points, coordinate::x, -1);
  CHECK(wrong.message() ==
        "voxelize: features has -1 channels from coordinate 0 on, points have 3");
  wrong.call.features = coordinates_of(wrong.call.points, static_cast<coordinate>(3), 0);
  CHECK(wrong.message() == "voxelize: features has 0 channels from coordinate 3 on, points have 3");
  wrong.call.features = coordinates_of(wrong.call.points, coordinate::z);
  CHECK(wrong.message() ==
        "voxelize: output has extent 3 in dimension 3, features (channels) has 1");
}

TEST_CASE("an output over points whose coordinates are features is refused", "[voxel]") {
  sound wrong;
  wrong.call.output = tensor_view<float, 4>(wrong.points.data(), {2, 2, 2, 3});
  CHECK(wrong.message().find("overlap") != std::string::npos);
}

TEST_CASE("coordinates of points that a kernel makes are refused", "[voxel]") {
  const sound made;
  CHECK(std::string(made.call.check_produced(robocache::cpu).message()) ==
        "voxelize: features are coordinates of the points, which must be in memory then, and not "
        "be made by a kernel");
  CHECK(made.call.check(robocache::cpu).ok());
  CHECK(made.call.check_for_sink(robocache::cpu).ok());
}

TEST_CASE("a reducer of users gets coordinates", "[voxel]") {
  const std::vector<float> points{0.5f, 0.5f, 0.6f, 0.1f, 0.9f, 0.7f,
                                  0.2f, 0.2f, 0.1f, 0.3f, 0.3f, 0.9f};
  const auto cloud = robocache::point_records<float>(points.data(), 4, 12, 0, 4, 8);
  const robocache::voxel_grid<float> grid{{0, 0, 0}, {1, 1, 1}, {1, 1, 1}};
  float share = -1;
  std::vector<std::max_align_t> memory(10);
  const robocache::workspace space{memory.data(), memory.size() * sizeof(std::max_align_t)};
  const status done = robocache::voxelize(
      share_above{}, cloud, coordinates_of<relative_to::voxel_centre>(cloud, coordinate::z), grid,
      tensor_view<float, 4>(&share, {1, 1, 1, 1}), space, robocache::cpu);
  REQUIRE(std::string(done.message()) == "");
  CHECK(share == 0.75f);
}

TEST_CASE("sinks get coordinates, of grids of several slabs, too", "[voxel][slabs]") {
  // 2^24 voxels are a slab; these are three.
  const robocache::voxel_grid<double> grid{{-15, -15, -2}, {0.1, 0.1, 0.01}, {300, 300, 400}};
  std::mt19937 random(96);
  std::uniform_real_distribution<double> unit(-1, 1);
  std::vector<double> points;
  for (int i = 0; i < 6000; ++i) {
    points.push_back(i % 3 == 0 ? 1.23 : 15.2 * unit(random));
    points.push_back(i % 3 == 0 ? 4.56 : 15.2 * unit(random));
    points.push_back(2.02 * unit(random));
  }
  using centred = point_coordinates<double, relative_to::voxel_centre>;
  robocache::voxelize_call<reducers::max, double, centred, float> call{};
  call.points = robocache::points_of(tensor_view<const double, 2>(points.data(), {6000, 3}));
  call.features = coordinates_of<relative_to::voxel_centre>(call.points);
  call.grid = grid;
  call.options.transform.translation[2] = 0.003;
  std::vector<std::max_align_t> memory(
      call.workspace_bytes(robocache::cpu) / sizeof(std::max_align_t) + 1);
  call.space = {memory.data(), memory.size() * sizeof(std::max_align_t)};
  REQUIRE(call.slabs() == 3);

  std::map<std::pair<std::int64_t, std::uint32_t>, float> expected;
  for (std::size_t i = 0; i < 6000; ++i) {
    const double p[3] = {points[3 * i], points[3 * i + 1], points[3 * i + 2] + 0.003};
    const robocache::voxel_cell cell = robocache::cell_of(p[0], p[1], p[2], grid);
    if (cell.fate != robocache::point_fate::inside) continue;
    const std::int64_t voxel = (std::int64_t{cell.z} * 300 + cell.y) * 300 + cell.x;
    const std::int32_t cells[3] = {cell.x, cell.y, cell.z};
    for (std::uint32_t c = 0; c < 3; ++c) {
      const double centre = cells[c] + 0.5;
      const auto x =
          static_cast<float>(std::fma(-centre, grid.voxel_size[c], p[c] - grid.origin[c]));
      const auto [at, fresh] = expected.emplace(std::pair(voxel, c), x);
      if (!fresh) at->second = std::max(at->second, x);
    }
  }
  REQUIRE(expected.size() > 3000);

  REQUIRE(call.check_for_sink(robocache::cpu).ok());
  std::map<std::pair<std::int64_t, std::uint32_t>, float> got;
  const status done =
      robocache::run(call, robocache::cpu(1),
                     [&](std::int64_t voxel, std::uint32_t channel, float value, std::uint32_t) {
                       got[{voxel, channel}] = value;
                     });
  REQUIRE(done.ok());
  CHECK((got == expected));
}
