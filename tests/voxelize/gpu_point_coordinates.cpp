// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "coordinate_problem.hpp"

#include <cstdint>
#include <string>

// Features that are coordinates of the points, bit for bit as on the CPU.

using namespace robocache_test;

namespace {

/// The same on the CPU.
const coordinate_operations& on_cpu_of(const coordinate_operations& entry) {
  for (const coordinate_operations& each : cpu_coordinates()) {
    if (each.to == entry.to && each.run.types == entry.run.types) return each;
  }
  FAIL("not compiled for the CPU");
  return entry;
}

void check_equal(const coordinate_operations& entry, const voxel_problem& work, voxel_setup how) {
  how.threads = 1;  // several of these programs may run at once
  const voxel_outcome expected = run(cpu(), on_cpu_of(entry), work, how);
  const voxel_outcome got = run(tested(), entry, work, how);
  INFO(title(work.types) << ", to " << static_cast<int>(entry.to) << ", " << work.size()
                         << " points, " << work.channels << " channels from " << how.features.first
                         << " on, " << work.grid.extents[0] << " x " << work.grid.extents[1]
                         << " x " << work.grid.extents[2]);
  REQUIRE(std::string(expected.status.message()) == "");
  REQUIRE(std::string(got.status.message()) == "");
  REQUIRE(got.padding_intact);
  REQUIRE((got.output == expected.output));
  REQUIRE((got.counts == expected.counts));
  REQUIRE(got.fates == expected.fates);
}

}  // namespace

TEST_CASE("the GPU gives the CPU's coordinates", "[gpu]") {
  REQUIRE(!tested_coordinates().empty());
  for (const coordinate_operations& entry : tested_coordinates()) {
    random_source random(951);
    for (int i = 0; i < 32; ++i) {
      random_voxel_shape shape;
      shape.points = random.between(1, 3000);
      shape.where = static_cast<cloud>(i % 4);
      shape.random_options = true;
      if (random.chance(0.3)) shape.extents[0] = random.between(1, 200);
      const coordinate_problem made = random_coordinates(random, entry, shape);
      check_equal(entry, made.work, made.how);
    }
  }
}

TEST_CASE("the GPU gives the CPU's coordinates of crowds", "[gpu][shared]") {
  // Voxels that a warp, a block, or many blocks share.
  for (const coordinate_operations& entry : tested_coordinates()) {
    random_source random(952);
    for (int i = 0; i < 4; ++i) {
      random_voxel_shape shape;
      shape.points = random.between(10000, 20000);
      shape.where = i % 2 == 0 ? cloud::crowded : cloud::one_voxel;
      shape.random_options = true;
      const coordinate_problem made = random_coordinates(random, entry, shape);
      check_equal(entry, made.work, made.how);
    }
  }
}

TEST_CASE("the GPU gives the CPU's coordinates when they accumulate", "[gpu]") {
  for (const coordinate_operations& entry : tested_coordinates()) {
    if (!accumulates(entry.run.types)) continue;
    random_source random(953);
    for (int i = 0; i < 4; ++i) {
      random_voxel_shape shape;
      shape.points = random.between(100, 20000);
      shape.where = static_cast<cloud>(i);
      coordinate_problem made = random_coordinates(random, entry, shape);
      made.how.count = -1;
      voxel_problem start = part_of(made.work, 0, made.work.size() / 3);
      voxel_problem second = part_of(made.work, made.work.size() / 3, made.work.size());
      carry_on(second, run(cpu(), on_cpu_of(entry), start, made.how));
      check_equal(entry, second, made.how);
    }
  }
}

TEST_CASE("the GPU gives the CPU's coordinates in grids of several slabs", "[gpu][heavy]") {
  for (const coordinate_operations& entry : tested_coordinates()) {
    random_source random(954);
    random_voxel_shape shape;
    shape.points = 20000;
    shape.far_origin = 0;
    for (std::int64_t& extent : shape.extents) extent = 260;  // 17,576,000 voxels
    voxel_problem work = random_voxel_problem(random, entry.run.types, shape);
    work.channels = 1;
    work.options.transform = tilted(0.1, -0.2, 0.3);
    expect_coordinates(work, entry.to, 2);
    voxel_setup how;
    how.features.first = 2;
    how.with_counts = false;
    check_equal(entry, work, how);
    break;  // of any one: slabs do not know what features are
  }
}
