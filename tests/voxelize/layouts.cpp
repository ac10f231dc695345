// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "../support/random_voxel_problem.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// Records of any step and alignment, arrays of any strides: the bits do not change, what lies
// between the elements stays untouched.

using namespace robocache_test;

namespace {

/// Coordinates and a feature of 4 bytes at most somewhere in a record; -1: features elsewhere.
struct record {
  const char* name;
  std::int64_t step;
  std::int64_t offsets[3];
  std::int64_t feature;
  scalar_kind point;
};

constexpr record records[] = {
    {"x y z intensity", 16, {0, 4, 8}, 12, scalar_kind::f32},
    {"PointCloud2 of a driver", 32, {0, 4, 8}, 16, scalar_kind::f32},
    {"packed, odd step", 13, {0, 4, 8}, -1, scalar_kind::f32},
    {"odd offsets", 26, {1, 6, 13}, 21, scalar_kind::f32},
    {"coordinates in another order", 26, {17, 3, 9}, 21, scalar_kind::f32},
    {"double, packed", 24, {0, 8, 16}, -1, scalar_kind::f64},
    {"double, unaligned", 29, {1, 9, 17}, 25, scalar_kind::f64},
    {"double, half aligned", 28, {0, 8, 16}, 24, scalar_kind::f64},
};

placement random_output(random_source& random) {
  placement place;
  std::vector<int> order = {0, 1, 2, 3};
  for (std::size_t i = 3; i > 0; --i) {
    std::swap(order[i],
              order[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(i)))]);
  }
  if (random.chance(0.6)) place.order = order;
  for (int d = 0; d < 4; ++d) {
    place.padding.push_back(random.chance(0.4) ? random.between(1, 3) : 0);
    if (random.chance(0.25)) place.reversed.push_back(d);
  }
  place.shift = random.between(0, 5);
  return place;
}

/// The same for [nz, ny, nx].
placement random_counts(random_source& random) {
  placement place;
  if (random.chance(0.5))
    place.order = random.chance(0.5) ? std::vector<int>{2, 0, 1} : std::vector<int>{1, 2, 0};
  for (int d = 0; d < 3; ++d) {
    place.padding.push_back(random.chance(0.4) ? random.between(1, 3) : 0);
    if (random.chance(0.25)) place.reversed.push_back(d);
  }
  place.shift = random.between(0, 5);
  return place;
}

}  // namespace

TEST_CASE("points and features in records", "[voxel][layout]") {
  for_all_voxel_types(541, [](random_source& random, const voxel_types& types) {
    random_voxel_shape shape;
    shape.points = 257;
    shape.channels = 1;
    const voxel_problem work = random_voxel_problem(random, types, shape);
    const voxel_outcome expected = run(work);
    REQUIRE(expected.status.ok());
    for (const record& each : records) {
      if (each.point != types.point) continue;
      for (const std::int64_t shift : {0, 1, 2, 4, 7}) {
        for (const bool backwards : {false, true}) {
          voxel_setup how;
          how.points = {
              each.step, {each.offsets[0], each.offsets[1], each.offsets[2]}, shift, backwards};
          how.features.in_records = each.feature >= 0;
          how.features.offset = std::max<std::int64_t>(each.feature, 0);
          const voxel_outcome got = run(work, how);
          INFO(title(types) << ", " << each.name << ", shift " << shift);
          REQUIRE(std::string(got.status.message()) == "");
          CHECK(got.padding_intact);
          CHECK(same_results(expected, got));
        }
      }
    }
  });
}

TEST_CASE("arrays of points and features, transposed, padded and backwards", "[voxel][layout]") {
  for_all_voxel_types(542, [](random_source& random, const voxel_types& types) {
    const auto real = static_cast<std::int64_t>(size_of(types.point));
    const auto scalar = static_cast<std::int64_t>(size_of(types.in));
    for (const std::int64_t channels : {1, 4, 16, 33}) {
      random_voxel_shape shape;
      shape.points = 130;
      shape.channels = channels;
      const voxel_problem work = random_voxel_problem(random, types, shape);
      const voxel_outcome expected = run(work);
      std::vector<voxel_setup> all(6);
      all[0].points = {real, {0, 130 * real, 2 * 130 * real}, 0, false};  // [3, N]
      all[0].features.step = scalar;                                      // [F, N]
      all[0].features.channel_step = 130 * scalar;
      all[1].points = {4 * real, {0, real, 2 * real}, real, false};  // [N, 4]
      all[1].features.step = (channels + 3) * scalar;
      all[1].features.shift = scalar;
      all[2].points = {3 * real, {2 * real, real, 0}, 0, true};  // negative strides
      all[2].features.channel_step = -scalar;
      all[2].features.backwards = true;
      all[3].points = {3 * real + 1, {0, real, 2 * real}, 3, false};
      all[3].features.step = channels * scalar + 1;
      all[3].features.shift = 1;
      all[4].points = {8 * real, {5 * real, 0, 2 * real}, 0, false};
      all[4].features.channel_step = 2 * scalar;
      all[4].features.step = 2 * channels * scalar;
      all[5].features.channel_step = scalar + 1;
      all[5].features.step = channels * (scalar + 1) + 5;
      for (std::size_t i = 0; i < all.size(); ++i) {
        const voxel_outcome got = run(work, all[i]);
        INFO(title(types) << ", " << channels << " channels, layout " << i);
        REQUIRE(std::string(got.status.message()) == "");
        CHECK(same_results(expected, got));
      }
      if (!work.featured()) break;
    }
  });
}

TEST_CASE("features at every misalignment", "[voxel][layout]") {
  for_all_feature_types(543, [](random_source& random, const voxel_types& types) {
    const auto scalar = static_cast<std::int64_t>(size_of(types.in));
    for (const std::int64_t channels : {1, 2, 4, 8, 16, 32}) {
      random_voxel_shape shape;
      shape.points = 77;
      shape.channels = channels;
      const voxel_problem work = random_voxel_problem(random, types, shape);
      const voxel_outcome expected = run(work);
      for (std::int64_t shift = 0; shift < 16; shift += shift < 4 ? 1 : scalar) {
        voxel_setup how;
        how.features.shift = shift;
        how.features.step = channels * scalar + (shift % 3) * scalar;
        how.output.shift = shift;
        INFO(title(types) << ", " << channels << " channels, shift " << shift);
        CHECK(same_results(expected, run(work, how)));
      }
    }
  });
}

TEST_CASE("any strides of outputs and counts", "[voxel][layout]") {
  for_all_voxel_types(544, [](random_source& random, const voxel_types& types) {
    for (int i = 0; i < 40; ++i) {
      random_voxel_shape shape;
      shape.points = 150;
      shape.channels = random.between(1, 6);
      if (random.chance(0.3)) shape.extents[0] = random.between(30, 70);
      const voxel_problem work = random_voxel_problem(random, types, shape);
      const voxel_outcome expected = run(work);
      voxel_setup how;
      how.output = random_output(random);
      how.counts = random_counts(random);
      const voxel_outcome got = run(work, how);
      INFO(title(types) << ", number " << i);
      REQUIRE(std::string(got.status.message()) == "");
      CHECK(got.padding_intact);
      CHECK(same_results(expected, got));
    }
  });
}

TEST_CASE("one allocation for several grids: planes of a channel-first tensor", "[voxel][layout]") {
  // [F, nz, ny, nx] as networks want it, a view of the same output.
  for_all_feature_types(545, [](random_source& random, const voxel_types& types) {
    random_voxel_shape shape;
    shape.channels = 5;
    const voxel_problem work = random_voxel_problem(random, types, shape);
    voxel_setup how;
    how.output.order = {3, 0, 1, 2};
    CHECK(check(work, how) == "");
    how.output.order = {3, 2, 1, 0};
    how.counts.order = {2, 1, 0};
    CHECK(check(work, how) == "");
  });
}
