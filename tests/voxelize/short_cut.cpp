// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize/rules/cell.hpp>

#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

// Launchers find cells by multiplication with a reciprocal where that is certain. On the host, so
// many points can be tried that what is not certain must show.

using namespace robocache_test;
using robocache::cell_of;
using robocache::point_fate;
using robocache::voxel_cell;
using robocache::voxel_grid;
using robocache::detail::cell_scales;
using robocache::detail::make_cell_scales;

namespace {

float float_of(std::uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
}

bool same(const voxel_cell& a, const voxel_cell& b) {
  if (a.fate != b.fate) return false;
  return a.fate != point_fate::inside || (a.x == b.x && a.y == b.y && a.z == b.z);
}

/// Grids to try points in, and how often the short cut was wrong.
struct trial {
  voxel_grid<float> grid{};
  cell_scales<float> scales{};
  std::int64_t wrong = 0;

  void use(float size, std::int64_t extent, float origin = 0) {
    for (int i = 0; i < 3; ++i) {
      grid.origin[i] = origin;
      grid.voxel_size[i] = size;
      grid.extents[i] = extent;
    }
    scales = make_cell_scales(grid);
  }
  void point(float x, float y, float z) {
    const float p[3] = {x, y, z};
    wrong += same(robocache::detail::cell_in(p, scales), cell_of(x, y, z, grid)) ? 0 : 1;
  }
  /// Each coordinate with neighbours that are certainly inside.
  void coordinate(float x) {
    const float inside = grid.origin[0] + 0.5f * grid.voxel_size[0];
    point(x, inside, inside);
    point(inside, x, x);
  }
  void around(float x, int steps) {
    for (int i = 0; i < steps; ++i) x = std::nextafter(x, -3e38f);
    for (int i = -steps; i <= steps; ++i) {
      coordinate(x);
      x = std::nextafter(x, 3e38f);
    }
  }
};

/// Any mantissa, 2^low to 2^high.
float random_size(random_source& random, int low, int high) {
  const auto exponent = static_cast<std::uint32_t>(127 + random.between(low, high - 1));
  return float_of((exponent << 23) | static_cast<std::uint32_t>(random.bits() & 0x7fffff));
}

/// 1 to 2^31 - 1, of any number of digits, often just about what the short cut takes.
std::int64_t random_extent(random_source& random) {
  if (random.chance(0.2)) return (std::int64_t{1} << 20) + random.between(-2, 2);
  return 1 + static_cast<std::int64_t>((random.bits() & 0x7ffffffe) >> random.between(0, 30));
}

}  // namespace

TEST_CASE("the short cut gives the cell of the rule: random points", "[voxel][short_cut]") {
  random_source random(571);
  trial tried;
  for (int i = 0; i < 20000; ++i) {
    const std::int64_t extent = random_extent(random);
    const float size = random_size(random, -30, 30);
    const float reach = static_cast<float>(extent) * size;
    tried.use(size, extent,
              random.chance(0.5) ? 0 : (static_cast<float>(random.unit()) - 0.5f) * reach);
    for (int k = 0; k < 100; ++k) {
      const auto at = [&] {
        return tried.grid.origin[0] + (1.2f * static_cast<float>(random.unit()) - 0.1f) * reach;
      };
      tried.point(at(), at(), at());
    }
  }
  CHECK(tried.wrong == 0);
}

TEST_CASE("the short cut gives the cell of the rule: next to faces", "[voxel][short_cut]") {
  random_source random(572);
  trial tried;
  for (int i = 0; i < 20000; ++i) {
    const std::int64_t extent = random_extent(random);
    tried.use(random_size(random, -30, 30), extent);
    for (int k = 0; k < 20; ++k) {
      const auto face = static_cast<float>(random.between(-2, extent + 2));
      tried.around(face * tried.grid.voxel_size[0], 3);
    }
    for (const std::int64_t face :
         {std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, extent - 1, extent, extent + 1}) {
      tried.around(static_cast<float>(face) * tried.grid.voxel_size[0], 5);
    }
  }
  CHECK(tried.wrong == 0);
}

TEST_CASE("the short cut gives the cell of the rule: any numbers", "[voxel][short_cut]") {
  random_source random(573);
  trial tried;
  for (int i = 0; i < 20000; ++i) {
    // Sizes of every magnitude, denormal ones too.
    const float size = float_of(1 + static_cast<std::uint32_t>(random.bits() % 0x7f7fffff));
    const float origin =
        random.chance(0.5) ? 0 : float_of(static_cast<std::uint32_t>(random.bits()));
    if (!std::isfinite(origin)) continue;
    tried.use(size, random_extent(random), origin);
    for (int k = 0; k < 50; ++k)
      tried.coordinate(float_of(static_cast<std::uint32_t>(random.bits())));
  }
  CHECK(tried.wrong == 0);
}

TEST_CASE("estimates so large that they have no fraction", "[voxel][short_cut]") {
  trial tried;
  for (const std::int64_t extent : {1, 5, 1000, 1 << 20, (1 << 20) + 1, 0x7fffffff}) {
    for (const float size : {1.0f, 0.1f, 0.25f, 3.0f}) {
      tried.use(size, extent);
      for (int exponent = 15; exponent < 128; ++exponent) {
        for (const float sign : {1.0f, -1.0f}) {
          tried.around(sign * std::ldexp(1.0f, exponent) * std::min(size, 1.0f), 20);
          tried.around(sign * std::ldexp(1.5f, exponent) * std::min(size, 1.0f), 20);
        }
      }
    }
  }
  CHECK(tried.wrong == 0);
}

TEST_CASE("estimates are as near to the quotient as the short cut believes",
          "[voxel][short_cut][heavy]") {
  // Powers of two change nothing but exponents, so one binade of numerators is all.
  for (const float size : {0.1f, 0.16f, 0.32f, 0.075f, 0.2f, 0.05f, 3.3f, 1.9999999f}) {
    const float reciprocal = 1.0f / size;
    double worst = 0;
    for (std::uint32_t mantissa = 0; mantissa < (1u << 23); ++mantissa) {
      const float d = float_of((140u << 23) | mantissa);
      const auto estimate = static_cast<double>(d * reciprocal);
      const auto quotient = static_cast<double>(d / size);
      worst = std::max(worst, std::fabs(estimate - quotient) / std::min(estimate, quotient));
    }
    INFO("voxels of " << size);
    CHECK(worst < 0x1p-22);
    CHECK(worst > 0);
  }
}

TEST_CASE("the short cut is taken where voxels are what they usually are", "[voxel][short_cut]") {
  for (const float size : {0.05f, 0.1f, 0.5f, 2.0f}) {
    trial usual;
    usual.use(size, 512);
    int certain = 0;
    for (int i = 0; i < 10000; ++i) {
      float from_middle = 1;
      const float p = static_cast<float>(i) * 0.0512f * size;
      (void)robocache::detail::quick_cell(p, usual.scales.along[0], from_middle);
      certain += from_middle <= usual.scales.along[0].certain ? 1 : 0;
    }
    CHECK(certain > 9800);
  }
}
