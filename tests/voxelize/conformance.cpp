// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_voxel_problem.hpp"
#include "../support/thinned.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

// The rules, by hand and against the reference, for every reduction and type.

using namespace robocache_test;
using robocache::reduction;

namespace {

struct hand_point {
  double at[3];
  double value;
};

/// 3 x 2 x 2 voxels of 0.5 x 1 x 2 m from (-1, 2, 0): every kind of place once.
const std::vector<hand_point> hand_points = {
    {{-1, 2, 0}, 3},           // the corner of voxel 0
    {{-0.51, 2.99, 1.99}, 5},  // in it
    {{-0.5, 2, 0}, -7},        // on the face to x 1: belongs there
    {{-0.49, 2.5, 1}, -9},
    {{-0.3, 2.5, 0}, -4},
    {{0.25, 3.5, 3}, 11},  // the last voxel
    {{0.5, 2, 0}, 100},    // on the far face: outside
    {{0, 4, 0}, 100},
    {{0, 2, 4}, 100},
    {{-1.001, 2, 0}, 100},
    {{std::nan(""), 2, 0}, 100},
    {{0, 2, std::numeric_limits<double>::infinity()}, 100},
};

voxel_problem hand_problem(const voxel_types& types) {
  voxel_problem work;
  work.types = types;
  work.grid = {{-1, 2, 0}, {0.5, 1, 2}, {3, 2, 2}};
  work.options.empty_value = -2;
  if (work.featured()) work.channels = 2;
  for (const hand_point& p : hand_points) {
    work.add(p.at[0], p.at[1], p.at[2]);
    if (work.featured()) {
      work.features.push_back(encode(types.in, p.value));
      work.features.push_back(encode(types.in, -2 * p.value));
    }
  }
  return work;
}

/// What voxels 0, 1 and the last hold, in channel 0 and channel 1.
std::vector<double> hand_results(reduction r) {
  switch (r) {
    case reduction::sum:
      return {8, -16, -20, 40, 11, -22};
    case reduction::mean:
      return {4, -8, -20.0 / 3, 40.0 / 3, 11, -22};
    case reduction::max:
      return {5, -6, -4, 18, 11, -22};
    case reduction::variance:
      return {1, 4, 38.0 / 9, 152.0 / 9, 0, 0};
    case reduction::first:
      return {3, -6, -7, 14, 11, -22};
    default:
      return {3, -10, -9, 8, 11, -22};
  }
}

}  // namespace

TEST_CASE("a grid small enough to do by hand", "[voxel][conformance]") {
  for_all_voxel_types(501, [](random_source&, const voxel_types& types) {
    const voxel_problem work = hand_problem(types);
    const voxel_outcome got = run(work);
    INFO(title(types));
    REQUIRE(std::string(got.status.message()) == "");
    CHECK(got.padding_intact);
    CHECK(got.fates == point_fates{6, 4, 2, 0});
    const std::vector<std::uint32_t> counts = {2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    if (work.featured()) {
      CHECK(got.counts == counts);
      const std::vector<double> filled = hand_results(types.reduce);
      std::vector<std::uint64_t> expected(24, encode(types.out, -2));
      constexpr std::size_t elements[] = {0, 1, 2, 3, 22, 23};
      for (std::size_t i = 0; i < 6; ++i) expected[elements[i]] = encode(types.out, filled[i]);
      CHECK(got.output == expected);
    } else if (types.reduce == reduction::count) {
      CHECK(got.output == std::vector<std::uint64_t>(counts.begin(), counts.end()));
    } else if (types.reduce == reduction::occupancy) {
      CHECK(got.output == std::vector<std::uint64_t>{1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    } else {
      CHECK(got.output == std::vector<std::uint64_t>{3, 0, 0, 4});
    }
    CHECK(difference(work, expect(work), got) == "");
  });
}

TEST_CASE("random clouds of every kind against the reference", "[voxel][conformance]") {
  thinned table;
  for_all_voxel_types(502, [&](random_source& random, const voxel_types& types) {
    for (const cloud where : {cloud::uniform, cloud::runs, cloud::crowded, cloud::one_voxel}) {
      for (const std::int64_t points : {1, 2, 31, 33, 256, 1000, 3001}) {
        if (table.skip()) continue;
        random_voxel_shape shape;
        shape.points = points;
        shape.where = where;
        shape.channels = random.between(1, 5);
        shape.random_options = true;
        shape.decades = random.chance(0.3) ? 30 : 0;
        INFO(points << " points, cloud " << static_cast<int>(where));
        CHECK(check(random_voxel_problem(random, types, shape)) == "");
      }
    }
  });
}

TEST_CASE("grids that are no cubes", "[voxel][conformance]") {
  constexpr std::int64_t grids[][3] = {{1, 1, 1},   {1, 1, 97}, {1, 97, 1},  {97, 1, 1},
                                       {31, 2, 3},  {32, 2, 3}, {33, 3, 2},  {64, 1, 2},
                                       {65, 40, 3}, {3, 5, 77}, {257, 3, 1}, {2, 129, 2}};
  thinned table;
  for_all_voxel_types(503, [&](random_source& random, const voxel_types& types) {
    for (const auto& extents : grids) {
      if (table.skip()) continue;
      random_voxel_shape shape;
      shape.points = 700;
      std::copy(extents, extents + 3, shape.extents);
      INFO(extents[0] << " x " << extents[1] << " x " << extents[2]);
      CHECK(check(random_voxel_problem(random, types, shape)) == "");
    }
  });
}

TEST_CASE("reports are optional and change nothing", "[voxel][conformance]") {
  for_all_voxel_types(504, [](random_source& random, const voxel_types& types) {
    const voxel_problem work = random_voxel_problem(random, types, {});
    const voxel_outcome all = run(work);
    for (const bool with_counts : {false, true}) {
      for (const bool with_counters : {false, true}) {
        voxel_setup how;
        how.with_counts = with_counts;
        how.with_counters = with_counters;
        const voxel_outcome got = run(work, how);
        CHECK(got.output == all.output);
        CHECK(check(work, how) == "");
      }
    }
  });
}

TEST_CASE("every number of channels", "[voxel][columns]") {
  constexpr std::int64_t numbers[] = {0,  1,  2,  3,  4,  5,   7,   8,   9,
                                      16, 17, 31, 33, 64, 100, 129, 257, 1025};
  thinned table;
  for_all_feature_types(505, [&](random_source& random, const voxel_types& types) {
    for (const std::int64_t channels : numbers) {
      for (const cloud where : {cloud::uniform, cloud::crowded}) {
        if (table.skip()) continue;
        random_voxel_shape shape;
        shape.channels = channels;
        shape.points = channels > 64 ? 60 : 300;
        shape.where = where;
        INFO(channels << " channels");
        CHECK(check(random_voxel_problem(random, types, shape)) == "");
      }
    }
  });
}
