// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize/rules/cell.hpp>

#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_voxel_problem.hpp"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

// `voxelize_points` in the user's own loop or kernel, `cell_of` for a single point.

using namespace robocache_test;
using robocache::grid_update;
using robocache::point_fate;

namespace {

std::vector<voxel_group> groups() {
  if (!tested().on_device()) return {voxel_group::serial};
  return {voxel_group::serial, voxel_group::block, voxel_group::grid, voxel_group::tiles};
}

/// Level 1 adds to counters, so they must begin at 0.
void clear_counters(prepared_voxels& ready) {
  for (std::int64_t i = 0; i < 4; ++i) ready.counters.set({i}, 0);
  ready.counters.upload();
}

template <class Real>
void check_cells(scalar_kind kind) {
  random_source random(592);
  for (int i = 0; i < 40; ++i) {
    random_voxel_shape shape;
    shape.points = 300;
    const voxel_problem work =
        random_voxel_problem(random, {kind, robocache::reduction::count}, shape);
    robocache::voxel_grid<Real> grid{};
    for (int k = 0; k < 3; ++k) {
      grid.origin[k] = static_cast<Real>(work.grid.origin[k]);
      grid.voxel_size[k] = static_cast<Real>(work.grid.voxel_size[k]);
      grid.extents[k] = work.grid.extents[k];
    }
    for (std::int64_t n = 0; n < work.size(); ++n) {
      const std::uint64_t* const bits = &work.points[static_cast<std::size_t>(3 * n)];
      Real p[3];
      for (int k = 0; k < 3; ++k) std::memcpy(&p[k], &bits[k], sizeof(Real));
      const robocache::voxel_cell got = robocache::cell_of(p[0], p[1], p[2], grid);
      const reference_cell expected = cell_reference(kind, bits, work.grid, {});
      REQUIRE(static_cast<int>(got.fate) == static_cast<int>(expected.is));
      if (got.fate != point_fate::inside) continue;
      REQUIRE(got.x == expected.x);
      REQUIRE(got.y == expected.y);
      REQUIRE(got.z == expected.z);
    }
  }
}

}  // namespace

TEST_CASE("level 1 with every group adds what the launcher adds", "[voxel][conformance]") {
  for (const voxel_operations& entry : tested_voxel()) {
    if (entry.add_points == nullptr) continue;
    random_source random(591);
    for (const std::int64_t points : {0, 1, 5, 100, 3000}) {
      random_voxel_shape shape;
      shape.points = points;
      shape.extents[0] = 37;
      const voxel_problem work = random_voxel_problem(random, entry.types, shape);
      voxel_problem more = part_of(work, 0, points / 2);
      carry_on(more, run(work));
      const voxel_outcome expected = run(more);  // to a grid that holds something
      for (const voxel_group group : groups()) {
        voxel_setup how;
        how.output.padding = {0, 3, 1};
        prepared_voxels ready(tested(), tested_voxel(), more, how);
        clear_counters(ready);
        const voxel_outcome got =
            ready.collect(entry.add_points(ready.call, group, tested().where()));
        INFO(title(entry.types) << ", " << points << " points, group " << static_cast<int>(group));
        REQUIRE(std::string(got.status.message()) == "");
        CHECK(got.padding_intact);
        CHECK(got.output == expected.output);
        CHECK(got.fates == expected.fates);
      }
    }
  }
}

TEST_CASE("cell_of is the rule", "[voxel][conformance]") {
  check_cells<float>(scalar_kind::f32);
  check_cells<double>(scalar_kind::f64);
}
