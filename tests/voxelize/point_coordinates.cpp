// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "coordinate_problem.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

// Features that are coordinates of the points: after the transform, or from the centre of the
// voxel.

using namespace robocache_test;
using robocache::reduction;
using robocache::relative_to;

namespace {

/// The first entry with such coordinates of such points.
const coordinate_operations& entry_of(relative_to to, scalar_kind point) {
  for (const coordinate_operations& each : tested_coordinates()) {
    if (each.to == to && each.run.types.point == point) return each;
  }
  FAIL("no such coordinates were compiled");
  return tested_coordinates().front();
}

/// What is in voxels that are not empty.
std::vector<double> of_points(const coordinate_operations& entry, voxel_problem work, int first,
                              std::int64_t channels) {
  work.types = entry.run.types;
  work.channels = channels;
  work.features.assign(static_cast<std::size_t>(channels), 0);
  work.options.empty_value = -77;
  voxel_setup how;
  how.features.first = first;
  const voxel_outcome got = run(tested(), entry, work, how);
  REQUIRE(std::string(got.status.message()) == "");
  REQUIRE(got.padding_intact);
  std::vector<double> values;
  for (const std::uint64_t bits : got.output) {
    const double x = decode(work.types.out, bits);
    if (x != -77) values.push_back(x);
  }
  return values;
}

/// Whether the value of a single point is what its voxel holds.
bool is_itself(const coordinate_operations& entry) {
  return entry.run.types.reduce != reduction::variance && entry.run.types.out == scalar_kind::f32;
}

}  // namespace

TEST_CASE("coordinates are those after the transform, by hand", "[voxel][conformance]") {
  voxel_problem work;
  work.grid = {{0, 0, -5}, {1, 1, 10}, {2, 2, 1}};
  work.options.transform = {{0, -1, 0, 1, 0, 0, 0, 0, 1}, {0.25, 0, 1.75}};  // a quarter turn
  int tried = 0;
  for (const coordinate_operations& entry : tested_coordinates()) {
    if (!is_itself(entry)) continue;
    ++tried;
    work.types = entry.run.types;
    work.points.clear();
    work.add(1.125, -0.5, 0);  // to (0.75, 1.125, 1.75), in voxel (0, 1, 0)
    INFO(title(work.types) << ", to " << static_cast<int>(entry.to));
    using values = std::vector<double>;
    if (entry.to == relative_to::frame) {
      CHECK(of_points(entry, work, 0, 3) == values{0.75, 1.125, 1.75});
      CHECK(of_points(entry, work, 2, 1) == values{1.75});
      CHECK(of_points(entry, work, 1, 2) == values{1.125, 1.75});
    } else {  // the centre is at (0.5, 1.5, 0)
      CHECK(of_points(entry, work, 0, 3) == values{0.25, -0.375, 1.75});
      CHECK(of_points(entry, work, 2, 1) == values{1.75});
      CHECK(of_points(entry, work, 0, 1) == values{0.25});
    }
    CHECK(of_points(entry, work, 1, 0).empty());
  }
  CHECK(tried >= 4);
}

TEST_CASE("coordinates from the centre lose nothing of a centimetre far away",
          "[voxel][conformance]") {
  // UTM: 0.2 m voxels, the centre of the point's at origin + 0.1 + 250 * 0.2.
  int tried = 0;
  for (const coordinate_operations& each : tested_coordinates()) {
    if (each.to != relative_to::voxel_centre || each.run.types.point != scalar_kind::f64 ||
        !is_itself(each)) {
      continue;
    }
    ++tried;
    voxel_problem work;
    work.types = each.run.types;
    work.grid = {{5330000, 690000, 0}, {0.2, 0.2, 0.2}, {300, 300, 1}};
    work.add(5330050.1123, 690050.0877, 0.1);
    const std::vector<double> got = of_points(each, work, 0, 3);
    REQUIRE(got.size() == 3);
    CHECK(std::fabs(got[0] - 0.0123) < 1e-9);  // a double there is 9e-10 m apart
    CHECK(std::fabs(got[1] + 0.0123) < 1e-9);
    CHECK(std::fabs(got[2]) < 1e-16);
  }
  CHECK(tried == 1);
}

TEST_CASE("coordinates from the centre of a float cell are rounded once", "[voxel][conformance]") {
  // What float arithmetic would lose: the centre of cell 12,345 of 0.1 m is not a float.
  const coordinate_operations& entry = entry_of(relative_to::voxel_centre, scalar_kind::f32);
  REQUIRE(is_itself(entry));
  voxel_problem work;
  work.types = entry.run.types;
  work.grid = {{-3.3, 0, 0}, {0.1, 1, 1}, {20000, 1, 1}};
  work.add(1231.25, 0.5, 0.75);
  const std::vector<double> got = of_points(entry, work, 0, 3);
  REQUIRE(got.size() == 3);
  const double origin = static_cast<double>(-3.3f);
  const double size = static_cast<double>(0.1f);
  CHECK(got[0] == static_cast<double>(static_cast<float>(1231.25 - origin - 12345.5 * size)));
  CHECK(got[1] == 0);
  CHECK(got[2] == 0.25);
}

TEST_CASE("two coordinates have all the bits of floats", "[voxel][conformance]") {
  // Their mean is 2^-33 above the middle of two bfloat16; a float of their sum is not.
  int tried = 0;
  for (const coordinate_operations& entry : tested_coordinates()) {
    if (entry.run.types.reduce != reduction::mean || entry.run.types.out != scalar_kind::bf16 ||
        entry.to != relative_to::frame) {
      continue;
    }
    ++tried;
    voxel_problem work;
    work.types = entry.run.types;
    work.grid = {{0, 0, 0}, {1, 1, 8}, {1, 1, 1}};
    work.add(0.5, 0.5, 4 + 0x1p-6 - 0x1p-9);
    work.add(0.5, 0.5, 0x1p-9 + 0x1p-32);
    CHECK(of_points(entry, work, 2, 1) == std::vector<double>{2 + 0x1p-6});
  }
  CHECK(tried == 1);
}

TEST_CASE("coordinates as features give what the reference says", "[voxel][conformance]") {
  REQUIRE(tested_coordinates().size() >= 6);
  for (const coordinate_operations& entry : tested_coordinates()) {
    random_source random(941);
    for (int i = 0; i < 60; ++i) {
      random_voxel_shape shape;
      shape.points = random.between(1, 600);
      shape.where = static_cast<cloud>(i % 4);
      shape.random_options = true;
      coordinate_problem made = random_coordinates(random, entry, shape);
      INFO(title(made.work.types) << ", to " << static_cast<int>(entry.to) << ", first "
                                  << made.how.features.first << ", problem " << i);
      const voxel_outcome got = run(tested(), entry, made.work, made.how);
      REQUIRE(difference(made.work, expect(made.work, made.how.count), got) == "");
    }
  }
}

TEST_CASE("coordinates of two sweeps accumulate in the frame of the grid", "[voxel][conformance]") {
  for (const coordinate_operations& entry : tested_coordinates()) {
    if (!accumulates(entry.run.types)) continue;
    random_source random(942);
    random_voxel_shape shape;
    shape.points = 400;
    shape.channels = 3;
    voxel_problem work = random_voxel_problem(random, entry.run.types, shape);
    voxel_problem second = part_of(work, 150, 400);
    work = part_of(work, 0, 150);
    second.options.transform.translation[0] = 0.07;
    expect_coordinates(work, entry.to, 0);
    expect_coordinates(second, entry.to, 0);
    INFO(title(work.types) << ", to " << static_cast<int>(entry.to));
    const voxel_outcome before = run(tested(), entry, work, {});
    REQUIRE(difference(work, expect(work), before) == "");
    carry_on(second, before);
    CHECK(difference(second, expect(second), run(tested(), entry, second, {})) == "");
  }
}

TEST_CASE("coordinates of no points, or none of them, clear the grid and write the reports",
          "[voxel][conformance]") {
  for (const coordinate_operations& entry : tested_coordinates()) {
    random_source random(943);
    for (const std::int64_t points : {0, 50}) {
      random_voxel_shape shape;
      shape.points = points;
      shape.channels = points == 0 ? 2 : 0;
      const voxel_problem work = random_voxel_problem(random, entry.run.types, shape);
      CHECK(difference(work, expect(work), run(tested(), entry, work, {})) == "");
    }
  }
}
