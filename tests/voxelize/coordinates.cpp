// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_voxel_problem.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

// Coordinates that are no ordinary numbers, and numbers far from zero.

using namespace robocache_test;
using robocache::reduction;

namespace {

/// Bits of coordinates that matter, in either format.
std::vector<std::uint64_t> special_bits(scalar_kind kind) {
  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<std::uint64_t> bits;
  for (const double x : {0.0, -0.0, infinity, -infinity, 1e38, -1e38, 3.4e38, -3.4e38}) {
    bits.push_back(encode(kind, x));
  }
  const bool single = kind == scalar_kind::f32;
  const std::uint64_t sign = single ? 0x80000000u : 0x8000000000000000u;
  const std::uint64_t infinite = single ? 0x7f800000u : 0x7ff0000000000000u;
  const std::uint64_t quiet = single ? 0x00400000u : 0x0008000000000000u;
  // Denormals, quiet and signalling NaNs, the largest number, the smallest normal one.
  for (const std::uint64_t each : {std::uint64_t{1}, std::uint64_t{0x1234}, infinite + 1,
                                   infinite + quiet, infinite + quiet + 7, infinite - 1,
                                   single ? std::uint64_t{0x00800000} : 0x0010000000000000u}) {
    bits.push_back(each);
    bits.push_back(sign | each);
  }
  return bits;
}

}  // namespace

TEST_CASE("special numbers in one coordinate or in several", "[voxel][conformance]") {
  for_all_voxel_types(521, [](random_source& random, const voxel_types& types) {
    const std::vector<std::uint64_t> special = special_bits(types.point);
    for (const double origin : {0.0, -0.5, 1e-42, -3e38}) {
      voxel_problem work;
      work.types = types;
      work.grid = {{origin, 0, origin}, {0.25, 0.25, 0.25}, {4, 4, 4}};
      for (const std::uint64_t bits : special) {
        for (unsigned axes = 1; axes < 8; ++axes) {
          for (unsigned axis = 0; axis < 3; ++axis) {
            const double fine = work.grid.origin[axis] + 0.3;
            work.points.push_back((axes >> axis & 1) != 0 ? bits : encode(types.point, fine));
          }
        }
      }
      if (work.featured()) {
        work.channels = 1;
        for (std::int64_t i = 0; i < work.size(); ++i) {
          work.features.push_back(random_value(random, types.in, false));
        }
      }
      INFO("origin " << origin);
      CHECK(check(work) == "");
    }
  });
}

TEST_CASE("the smallest number below the origin is outside, -0 is in", "[voxel][conformance]") {
  for_all_voxel_types(522, [](random_source&, const voxel_types& types) {
    voxel_problem work;
    work.types = types;
    work.grid.voxel_size[0] = 8;
    const std::uint64_t sign = types.point == scalar_kind::f32 ? 0x80000000u : 0x8000000000000000u;
    for (const std::uint64_t x :
         {std::uint64_t{0}, sign, std::uint64_t{1}, sign | 1, sign | 0x10, sign | 0x1000}) {
      work.points.insert(work.points.end(), {x, 0, 0});
    }
    CHECK(check(work) == "");
    // -1, -16 and -4096 denormals: -1/8 of one rounds to -0, whose floor is voxel 0.
    const std::uint64_t used = run(work).fates.used;
    CHECK(used == 4);
  });
}

TEST_CASE("origins as far away as UTM coordinates", "[voxel][conformance]") {
  for_all_voxel_types(523, [](random_source& random, const voxel_types& types) {
    for (const double size : {0.1, 0.25, 1.0}) {
      voxel_problem work;
      work.types = types;
      work.grid = {{448262.25, 5411932.5, 112.3}, {size, size, size}, {64, 64, 8}};
      if (work.featured()) work.channels = 2;
      for (int i = 0; i < 2000; ++i) {
        work.add(448262.25 + (random.unit() * 70 - 3) * size,
                 5411932.5 + (random.unit() * 70 - 3) * size,
                 112.3 + (random.unit() * 10 - 1) * size);
        for (std::int64_t c = 0; c < work.channels; ++c) {
          work.features.push_back(random_value(random, types.in, false));
        }
      }
      INFO("voxels of " << size);
      CHECK(check(work) == "");
    }
  });
}

TEST_CASE("double points lose nothing far from zero", "[voxel][conformance]") {
  const voxel_types types{scalar_kind::f64, reduction::count};
  if (find(tested_voxel(), types) == nullptr) return;
  voxel_problem work;
  work.types = types;
  work.grid = {{448262.25, 5411932.5, 0}, {0.125, 0.125, 1}, {100, 100, 1}};
  for (int i = 0; i < 100; ++i) {  // one point in the middle of each voxel of the diagonal
    work.add(448262.25 + 0.125 * i + 0.06, 5411932.5 + 0.125 * i + 0.06, 0.5);
  }
  const voxel_outcome got = run(work);
  REQUIRE(got.status.ok());
  for (std::size_t y = 0; y < 100; ++y) {
    for (std::size_t x = 0; x < 100; ++x) REQUIRE(got.output[100 * y + x] == (x == y ? 1 : 0));
  }
}
