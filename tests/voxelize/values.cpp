// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_voxel_problem.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

// What features become: special values, exact sums, the order of numbers.

using namespace robocache_test;
using robocache::nan_policy;
using robocache::reduction;

namespace {

const double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// One voxel per list of values, one channel.
voxel_problem voxels_of(const voxel_types& types, const std::vector<std::vector<double>>& lists) {
  voxel_problem work;
  work.types = types;
  work.channels = 1;
  work.grid.extents[0] = static_cast<std::int64_t>(lists.size());
  for (std::size_t voxel = 0; voxel < lists.size(); ++voxel) {
    for (const double value : lists[voxel]) {
      work.add(static_cast<double>(voxel) + 0.5, 0.5, 0.5);
      work.features.push_back(encode(types.in, value));
    }
  }
  return work;
}

}  // namespace

TEST_CASE("NaN, infinities, zeros and negative values alone", "[voxel][conformance]") {
  const std::vector<std::vector<double>> lists = {
      {-3, -1, -2},
      {-infinity, -5},
      {infinity, 5},
      {infinity, -infinity, 1},
      {not_a_number},
      {not_a_number, 4, 8},
      {4, not_a_number, not_a_number},
      {not_a_number, not_a_number},
      {not_a_number, infinity},
      {-0.0},
      {-0.0, -0.0},
      {0.0, -0.0},
      {-0.0, 0.0},
      {1, -1},
      {},
      {0x1p-24, -0x1p-24, 0x1p-20},
  };
  for_all_feature_types(531, [&](random_source&, const voxel_types& types) {
    voxel_problem work = voxels_of(types, lists);
    for (const nan_policy nans : {nan_policy::propagate, nan_policy::ignore}) {
      for (const float empty : {0.0f, -0.0f, 7.25f, std::nanf(""), -HUGE_VALF, 1e30f, 0.1f}) {
        work.options.nans = nans;
        work.options.empty_value = empty;
        INFO("NaN policy " << static_cast<int>(nans) << ", empty value " << empty);
        CHECK(check(work) == "");
      }
    }
    // By hand, so that the reference is not alone: voxels 0, 4, 5 and 9.
    work.options = {};
    work.options.nans = nan_policy::ignore;
    const voxel_outcome got = run(work);
    REQUIRE(got.status.ok());
    const reduction r = types.reduce;
    const double three = r == reduction::sum        ? -6
                         : r == reduction::min      ? -3
                         : r == reduction::first    ? -3
                         : r == reduction::max      ? -1
                         : r == reduction::variance ? 2.0 / 3
                                                    : -2;
    const double five = r == reduction::sum        ? 12
                        : r == reduction::min      ? 4
                        : r == reduction::first    ? 4
                        : r == reduction::max      ? 8
                        : r == reduction::variance ? 4
                                                   : 6;
    const bool as_it_is = r == reduction::min || r == reduction::max || r == reduction::first;
    const double nine = as_it_is ? -0.0 : 0.0;
    CHECK(got.output[0] == encode(types.out, three));
    CHECK(got.output[4] == encode(types.out, not_a_number));
    CHECK(got.output[5] == encode(types.out, five));
    CHECK(got.output[9] == encode(types.out, nine));
    CHECK(got.output[14] == 0);
  });
}

TEST_CASE("a NaN stays in its voxel and its channel", "[voxel][conformance]") {
  for_all_feature_types(532, [](random_source& random, const voxel_types& types) {
    random_voxel_shape shape;
    shape.channels = 5;
    shape.points = 300;
    shape.special_points = shape.special_values = false;
    voxel_problem work = random_voxel_problem(random, types, shape);
    const voxel_outcome clean = run(work);
    const std::uint64_t nan = encode(types.in, not_a_number);
    const std::size_t victim = 140;
    work.features[5 * victim + 2] = nan;
    const voxel_outcome got = run(work);
    REQUIRE(got.status.ok());
    std::size_t changed = 0;
    for (std::size_t i = 0; i < got.output.size(); ++i) {
      if (got.output[i] == clean.output[i]) continue;
      ++changed;
      CHECK(i % 5 == 2);
      CHECK(is_nan_bits(types.out, got.output[i]));
    }
    const bool inside = cell_reference(types.point, &work.points[3 * victim], work.grid, {}).is ==
                        reference_cell::fate::inside;
    if (types.reduce == reduction::first) {  // of several, only one counts
      CHECK(changed <= (inside ? 1u : 0u));
    } else {
      CHECK(changed == (inside ? 1 : 0));
    }
  });
}

TEST_CASE("any bit pattern as a feature", "[voxel]") {
  for_all_feature_types(533, [](random_source& random, const voxel_types& types) {
    for (const nan_policy nans : {nan_policy::propagate, nan_policy::ignore}) {
      random_voxel_shape shape;
      shape.points = 500;
      shape.channels = 4;
      shape.extents[0] = shape.extents[1] = 12;  // about one point per voxel
      voxel_problem work = random_voxel_problem(random, types, shape);
      const std::uint64_t mask = size_of(types.in) == 4 ? 0xffffffffu : 0xffffu;
      for (std::uint64_t& bits : work.features) bits = random.bits() & mask;
      work.options.nans = nans;
      CHECK(check(work) == "");
    }
  });
}

TEST_CASE("sums of whole numbers are exact", "[voxel][conformance]") {
  for_all_feature_types(534, [](random_source& random, const voxel_types& types) {
    if (types.reduce != reduction::sum && types.reduce != reduction::mean) return;
    std::vector<std::vector<double>> lists;
    for (const int n : {1, 2, 3, 7, 8, 100, 255, 256, 999, 1000}) {
      std::vector<double> list;
      for (int i = 0; i < n; ++i) {
        // As many bits as the format has, of both signs.
        const double x = static_cast<double>(random.between(-2000, 2000));
        list.push_back(decode(types.in, encode(types.in, x)));
      }
      lists.push_back(list);
    }
    // Values that cancel: what is left is far below the last place of the largest.
    lists.push_back({0x1p14, 1, -0x1p14});
    lists.push_back({0x1p13, 0x1p-13, -0x1p13, 0x1p-14});
    const voxel_problem work = voxels_of(types, lists);
    const voxel_outcome got = run(work);
    REQUIRE(got.status.ok());
    for (std::size_t i = 0; i < lists.size(); ++i) {
      double sum = 0;  // whole numbers and few bits: exact in double
      for (const double x : lists[i]) sum += x;
      if (types.reduce == reduction::mean) sum /= static_cast<double>(lists[i].size());
      INFO("voxel " << i);
      CHECK(got.output[i] == encode(types.out, sum));
    }
  });
}

TEST_CASE("what cancels leaves the rest exactly", "[voxel][conformance]") {
  for_all_feature_types(536, [](random_source& random, const voxel_types& types) {
    if (types.reduce != reduction::sum && types.reduce != reduction::mean) return;
    std::vector<std::vector<double>> lists;
    std::vector<double> rests;
    for (const int pairs : {1, 2, 3, 10, 100, 499}) {
      for (const int apart : {3, 12, 20, 27}) {
        const auto value = [&](int exponent) {  // all bits of the format, of either sign
          const double x = std::ldexp(1 + random.unit(), exponent);
          return decode(types.in, encode(types.in, random.chance(0.5) ? x : -x));
        };
        std::vector<double> list = {value(14 - apart)};
        rests.push_back(list[0]);
        for (int i = 0; i < pairs; ++i) {
          const double x = value(i == 0 ? 14 : 14 - static_cast<int>(random.between(0, apart)));
          list.insert(list.begin() + random.between(0, 2 * i), x);
          list.push_back(-x);
        }
        lists.push_back(list);
      }
    }
    const voxel_problem work = voxels_of(types, lists);
    const voxel_outcome got = run(work);
    REQUIRE(got.status.ok());
    for (std::size_t i = 0; i < lists.size(); ++i) {
      const bool mean = types.reduce == reduction::mean;
      INFO("voxel " << i << ", " << lists[i].size() << " values");
      CHECK(got.output[i] ==
            encode(types.out, mean ? rests[i] / static_cast<double>(lists[i].size()) : rests[i]));
    }
    CHECK(difference(work, expect(work), got) == "");
  });
}

TEST_CASE("sums that exceed float on the way do not overflow", "[voxel][conformance]") {
  for (const reduction r : {reduction::sum, reduction::mean}) {
    const voxel_types types{scalar_kind::f32, r, scalar_kind::f32, scalar_kind::f32};
    if (find(tested_voxel(), types) == nullptr) continue;
    const double big = std::numeric_limits<float>::max();
    std::vector<double> many(1000, big);
    std::vector<double> balanced = many;
    for (int i = 0; i < 999; ++i) balanced.push_back(-big);
    std::vector<double> small(1000, 0x1p-149);
    const voxel_problem work = voxels_of(types, {many, balanced, small, {big, big, -big}});
    const voxel_outcome got = run(work);
    const bool mean = r == reduction::mean;
    CHECK(got.output[0] == encode(scalar_kind::f32, mean ? big : infinity));
    CHECK(got.output[1] == encode(scalar_kind::f32, mean ? big / 1999 : big));
    CHECK(got.output[2] == encode(scalar_kind::f32, mean ? 0x1p-149 : 1000 * 0x1p-149));
    CHECK(got.output[3] == encode(scalar_kind::f32, mean ? big / 3 : big));
    CHECK(difference(work, expect(work), got) == "");
  }
}

TEST_CASE("sums of magnitudes far apart stay within their bound", "[voxel]") {
  for_all_feature_types(535, [](random_source& random, const voxel_types& types) {
    for (const int decades : {5, 15, 60}) {
      for (const std::int64_t points : {3, 100, 2000, 20000}) {
        random_voxel_shape shape;
        shape.points = points;
        shape.channels = 2;
        shape.decades = decades;
        shape.special_values = false;
        shape.extents[0] = shape.extents[1] = shape.extents[2] = 2;
        INFO(decades << " decades, " << points << " points");
        voxel_problem work = random_voxel_problem(random, types, shape);
        CHECK(check(work) == "");
        // And with most values cancelled, where an error would show.
        const voxel_problem positive = work;
        const std::uint64_t sign = size_of(types.in) == 4 ? 0x80000000u : 0x8000u;
        work.points.insert(work.points.end(), positive.points.begin(), positive.points.end());
        for (const std::uint64_t bits : positive.features) {
          work.features.push_back(random.chance(0.05) ? bits : bits ^ sign);
        }
        CHECK(check(shuffled(random, work)) == "");
      }
    }
  });
}
