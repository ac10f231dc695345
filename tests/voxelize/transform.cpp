// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize/rules/cell.hpp>

#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_voxel_problem.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

// Points that are moved before the grid is looked at.

using namespace robocache_test;
using robocache::reduction;
using robocache::rigid_transform;

namespace {

rigid_transform about_z(double degrees, double x, double y, double z) {
  const double angle = degrees * 3.14159265358979323846 / 180;
  rigid_transform by;
  by.rotation[0] = by.rotation[4] = std::cos(angle);
  by.rotation[1] = -std::sin(angle);
  by.rotation[3] = std::sin(angle);
  by.translation[0] = x;
  by.translation[1] = y;
  by.translation[2] = z;
  return by;
}

/// A rotation of any axis and angle, from a random quaternion.
rigid_transform random_rotation(random_source& random) {
  double q[4];
  double norm = 0;
  do {
    norm = 0;
    for (double& c : q) {
      c = random.unit() * 2 - 1;
      norm += c * c;
    }
  } while (norm < 0.01 || norm > 1);
  for (double& c : q) c /= std::sqrt(norm);
  const double x = q[0], y = q[1], z = q[2], w = q[3];
  return {{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y), 2 * (x * y + w * z),
           1 - 2 * (x * x + z * z), 2 * (y * z - w * x), 2 * (x * z - w * y), 2 * (y * z + w * x),
           1 - 2 * (x * x + y * y)},
          {random.unit() * 4 - 2, random.unit() * 4 - 2, random.unit() * 4 - 2}};
}

}  // namespace

TEST_CASE("moved clouds against the reference", "[voxel][conformance]") {
  for_all_voxel_types(581, [](random_source& random, const voxel_types& types) {
    for (int i = 0; i < 12; ++i) {
      random_voxel_shape shape;
      shape.points = 500;
      shape.far_origin = 0;
      shape.extents[0] = shape.extents[1] = shape.extents[2] = 9;
      voxel_problem work = random_voxel_problem(random, types, shape);
      work.options.transform = i == 0   ? about_z(30, 0.3, -0.2, 0.1)
                               : i == 1 ? about_z(90, 0, 0, 0)
                               : i == 2 ? about_z(0, 0, 0, 1e-3)
                                        : random_rotation(random);
      INFO("transform " << i);
      CHECK(check(work) == "");
    }
  });
}

TEST_CASE("a quarter turn, by hand", "[voxel][conformance]") {
  const voxel_types types{scalar_kind::f32, reduction::count};
  voxel_problem work;
  work.types = types;
  work.grid = {{-4, -4, 0}, {1, 1, 1}, {8, 8, 2}};
  work.options.transform = {{0, -1, 0, 1, 0, 0, 0, 0, 1}, {0.25, 0, 1}};
  work.add(2.5, 1.5, 0.5);  // to (-1.25, 2.5, 1.5)
  const voxel_outcome got = run(work);
  REQUIRE(got.status.ok());
  for (std::size_t i = 0; i < got.output.size(); ++i) {
    CHECK(got.output[i] == (i == (1 * 8 + 6) * 8 + 2 ? 1 : 0));
  }
}

TEST_CASE("points on faces after a transform: the order of its operations shows",
          "[voxel][conformance]") {
  for_all_voxel_types(582, [](random_source& random, const voxel_types& types) {
    if (has_features(types.reduce)) return;
    voxel_problem work;
    work.types = types;
    work.grid = {{-20, -20, -20}, {0.1, 0.1, 0.1}, {400, 400, 4}};
    work.grid.extents[2] = 2;
    work.grid.origin[2] = -0.1;
    work.options.transform = about_z(30, 0.1, 0.2, 0);
    const double c = std::cos(3.14159265358979323846 / 6);
    for (int i = 0; i < 4000; ++i) {  // in the world, on faces; back into the sensor's frame
      const double x = static_cast<double>(random.between(-190, 190)) * 0.1 - 0.1;
      const double y = static_cast<double>(random.between(-190, 190)) * 0.1 - 0.2;
      work.add(c * x + 0.5 * y, -0.5 * x + c * y, 0);
    }
    CHECK(check(work) == "");
  });
}

TEST_CASE("the identity moves nothing, -0 and a denormal included", "[voxel]") {
  for_all_voxel_types(583, [](random_source& random, const voxel_types& types) {
    voxel_problem work = random_voxel_problem(random, types, {});
    const voxel_outcome expected = run(work);
    work.options.transform = rigid_transform{};
    CHECK(same_results(expected, run(work)));
  });
}

TEST_CASE("a coordinate that the transform makes infinite is not finite", "[voxel][conformance]") {
  const voxel_types types{scalar_kind::f32, reduction::count};
  voxel_problem work;
  work.types = types;
  work.options.transform = about_z(-45, 0, 0, 0);
  work.add(3e38, 3e38, 0);
  work.add(3e38, 0, 0);
  const voxel_outcome got = run(work);
  CHECK(got.fates == point_fates{0, 1, 1, 0});
}

TEST_CASE("move_point is what the launcher does", "[voxel]") {
  random_source random(584);
  for (int i = 0; i < 1000; ++i) {
    const rigid_transform by = random_rotation(random);
    float p[3] = {};
    double exact[3] = {};
    for (int k = 0; k < 3; ++k) exact[k] = p[k] = static_cast<float>(random.unit() * 20 - 10);
    const float from[3] = {p[0], p[1], p[2]};
    robocache::move_point(p, by);
    robocache::move_point(exact, by);
    for (int k = 0; k < 3; ++k) {
      const double* const r = by.rotation + 3 * k;
      const float t = static_cast<float>(by.translation[k]);
      const float z = std::fma(static_cast<float>(r[2]), from[2], t);
      const float y = std::fma(static_cast<float>(r[1]), from[1], z);
      REQUIRE(p[k] == std::fma(static_cast<float>(r[0]), from[0], y));
      REQUIRE(std::fabs(exact[k] - static_cast<double>(p[k])) < 1e-5);
    }
  }
}

TEST_CASE("move_point leaves every bit where the transform is the exact identity", "[voxel]") {
  float p[3] = {-0.0f, 1e-45f, std::numeric_limits<float>::infinity()};
  robocache::move_point(p, robocache::rigid_transform{});
  CHECK(std::signbit(p[0]));
  CHECK(p[1] == 1e-45f);
  CHECK(p[2] == std::numeric_limits<float>::infinity());
}
