// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_voxel_problem.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

// Points on the faces between voxels, where a division that is not IEEE's puts them one off.

using namespace robocache_test;
using robocache::reduction;

namespace {

constexpr double sizes[] = {0.1, 0.16, 0.32, 0.075, 0.15625};

/// The number and its neighbours.
void add_around(voxel_problem& work, double x, double y, double z) {
  const bool single = work.types.point == scalar_kind::f32;
  const auto next = [&](double from, double to) {
    if (single) {
      return static_cast<double>(std::nextafter(static_cast<float>(from), static_cast<float>(to)));
    }
    return std::nextafter(from, to);
  };
  const double infinity = std::numeric_limits<double>::infinity();
  const double at = single ? static_cast<double>(static_cast<float>(x)) : x;
  for (const double each : {at, next(at, infinity), next(at, -infinity)}) work.add(each, y, z);
}

/// Only counts: which voxel is all that matters.
template <class Test>
void for_count(const Test& test) {
  for (const scalar_kind point : {scalar_kind::f32, scalar_kind::f64}) {
    if (find(tested_voxel(), {point, reduction::count}) != nullptr) test(point);
  }
}

}  // namespace

TEST_CASE("points on faces and one unit beside them", "[voxel][conformance]") {
  for_count([](scalar_kind point) {
    for (const double size : sizes) {
      for (const double origin : {0.0, -51.2, -39.68, 500000.25, 0.1}) {
        voxel_problem work;
        work.types = {point, reduction::count};
        work.grid = {{origin, 0, 0}, {size, 1, 1}, {2000, 1, 1}};
        for (int k = -2; k <= 2002; ++k) {
          // As a user writes it, in float and in double.
          add_around(work, origin + k * size, 0.5, 0.5);
          const auto product = static_cast<float>(k) * static_cast<float>(size);
          add_around(work, static_cast<float>(origin) + product, 0.5, 0.5);
        }
        INFO("voxels of " << size << " from " << origin);
        CHECK(check(work) == "");
      }
    }
  });
}

TEST_CASE("faces along every axis", "[voxel][conformance]") {
  for_count([](scalar_kind point) {
    for (int axis = 0; axis < 3; ++axis) {
      voxel_problem work;
      work.types = {point, reduction::count};
      work.grid = {{-1, -1, -1}, {0.1, 0.16, 0.075}, {40, 30, 50}};
      const double size = work.grid.voxel_size[axis];
      for (std::int64_t k = -2; k <= work.grid.extents[axis] + 2; ++k) {
        voxel_problem one = work;
        one.points.clear();
        add_around(one, -1 + static_cast<double>(k) * size, 0.3, 0.4);
        for (std::size_t i = 0; i < one.points.size(); i += 3) {
          for (std::size_t j = 0; j < 3; ++j) {
            work.points.push_back(one.points[i + (j + 3 - static_cast<std::size_t>(axis)) % 3]);
          }
        }
      }
      CHECK(check(work) == "");
    }
  });
}

TEST_CASE("the last number before the far bound is inside, unless it divides to the bound",
          "[voxel][conformance]") {
  for_count([](scalar_kind point) {
    std::uint64_t inside = 0;
    for (const double size : sizes) {
      for (const std::int64_t extent : {1, 2, 3, 10, 512, 1000, 1023, 20000}) {
        voxel_problem work;
        work.types = {point, reduction::count};
        work.grid = {{0, 0, 0}, {size, 1, 1}, {extent, 1, 1}};
        const bool single = point == scalar_kind::f32;
        const double edge = single ? static_cast<float>(extent) * static_cast<float>(size)
                                   : static_cast<double>(extent) * size;
        add_around(work, edge, 0, 0);
        INFO("voxels of " << size << ", " << extent << " of them");
        CHECK(check(work) == "");
        inside += run(work).fates.used;
      }
    }
    CHECK(inside > 0);  // the cases are not all outside
  });
}

TEST_CASE("random sizes and quotients near whole numbers", "[voxel]") {
  for_count([](scalar_kind point) {
    random_source random(511);
    for (int i = 0; i < 300; ++i) {
      const double size =
          std::ldexp(0.5 + random.unit() / 2, static_cast<int>(random.between(-22, 22)));
      voxel_problem work;
      work.types = {point, reduction::count};
      work.grid = {{0, 0, 0}, {size, 1, 1}, {random.between(1, 100000), 1, 1}};
      const double exact = point == scalar_kind::f32 ? static_cast<float>(size) : size;
      for (int k = 0; k < 100; ++k) {
        add_around(work, static_cast<double>(random.between(-3, 100002)) * exact, 0.5, 0.5);
      }
      INFO("voxels of " << exact << ", " << work.grid.extents[0] << " of them");
      CHECK(check(work) == "");
    }
  });
}

TEST_CASE("voxels too small or large for the short division", "[voxel]") {
  for_count([](scalar_kind point) {
    random_source random(512);
    const double tiny = point == scalar_kind::f32 ? 1e-45 : 5e-324;
    const double smallest_normal = point == scalar_kind::f32 ? 0x1p-126 : 0x1p-1022;
    for (const double size : {tiny, 1e-40, smallest_normal, 1e-30, 0x1p-21, 0x1.fffffep-21, 0x1p-20,
                              0x1p20, 0x1.000002p20, 1e15, 1e30, 3e38}) {
      if (point == scalar_kind::f32 && static_cast<float>(size) == 0) continue;
      voxel_problem work;
      work.types = {point, reduction::count};
      work.grid = {{0, 0, 0}, {size, 1, 1}, {1000, 1, 1}};
      for (int k = 0; k < 300; ++k) {
        const double at = size * (random.unit() * 1200 - 100);
        if (std::fabs(at) < 3e38) add_around(work, at, 0.5, 0.5);
      }
      INFO("voxels of " << size);
      CHECK(check(work) == "");
    }
  });
}
