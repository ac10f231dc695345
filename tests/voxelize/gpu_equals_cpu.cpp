// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "../support/random_voxel_problem.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

// Bit for bit, for every reduction, type, cloud and layout.

using namespace robocache_test;
using robocache::reduction;

namespace {

void check_equal(const voxel_problem& work, voxel_setup how = {}) {
  how.threads = 1;  // several of these programs may run at once
  const voxel_outcome expected = run(cpu(), cpu_voxel(), work, how);
  const voxel_outcome got = run(work, how);
  INFO(title(work.types) << ", " << work.size() << " points, " << work.channels << " channels, "
                         << work.grid.extents[0] << " x " << work.grid.extents[1] << " x "
                         << work.grid.extents[2]);
  REQUIRE(expected.status.ok());
  REQUIRE(std::string(got.status.message()) == "");
  REQUIRE(got.padding_intact);
  REQUIRE((got.output == expected.output));
  REQUIRE((got.counts == expected.counts));
  REQUIRE(got.fates == expected.fates);
}

voxel_setup random_setup(random_source& random, const voxel_problem& work) {
  voxel_setup how;
  const auto real = static_cast<std::int64_t>(size_of(work.types.point));
  if (random.chance(0.5)) {
    const std::int64_t gap = random.between(0, 5);
    how.points = {3 * real + gap, {0, real, 2 * real}, random.between(0, 9), random.chance(0.3)};
    how.features.shift = random.between(0, 9);
    how.output.shift = random.between(0, 8);
    how.output.padding = {0, random.between(0, 3), random.between(0, 2), 0};
  }
  if (random.chance(0.2)) how.output.order = {3, 0, 1, 2};
  if (random.chance(0.2)) how.output.reversed = {1, 2};
  if (random.chance(0.3)) how.counts.padding = {0, 1, 1};
  if (random.chance(0.3)) how.count = random.between(0, work.size() + 5);
  return how;
}

}  // namespace

TEST_CASE("the GPU gives the CPU's voxels", "[gpu]") {
  for_all_voxel_types(621, [](random_source& random, const voxel_types& types) {
    for (int i = 0; i < 32; ++i) {
      random_voxel_shape shape;
      shape.points = random.between(1, 3000);
      shape.where = static_cast<cloud>(i % 4);
      shape.channels = random.between(1, 40);
      shape.decades = random.chance(0.3) ? 40 : 0;
      shape.random_options = true;
      if (random.chance(0.3)) shape.extents[0] = random.between(1, 200);
      const voxel_problem work = random_voxel_problem(random, types, shape);
      check_equal(work, random_setup(random, work));
    }
  });
}

TEST_CASE("the GPU gives the CPU's voxels for any number of points", "[gpu][heavy]") {
  for_all_voxel_types(622, [](random_source& random, const voxel_types& types) {
    random_voxel_shape shape;
    shape.points = 5000;
    shape.channels = 3;
    shape.extents[0] = shape.extents[1] = shape.extents[2] = 8;
    for (const cloud where : {cloud::uniform, cloud::crowded}) {
      shape.where = where;
      const voxel_problem all = random_voxel_problem(random, types, shape);
      for (std::int64_t points = 0; points <= 5000; points += points < 66 ? 1 : 97) {
        check_equal(part_of(all, 0, points));
      }
    }
  });
}

TEST_CASE("the GPU gives the CPU's voxels, many and large", "[gpu][heavy]") {
  for_all_voxel_types(623, [](random_source& random, const voxel_types& types) {
    for (int i = 0; i < 8; ++i) {
      random_voxel_shape shape;
      const bool large = i < 4;
      shape.points = random.between(1, large ? 200000 : 20000);
      shape.where = static_cast<cloud>(i % 4);
      shape.channels = large ? random.between(1, 2) : random.between(1, 70);
      shape.decades = random.chance(0.3) ? 40 : 0;
      for (std::int64_t& extent : shape.extents) extent = random.between(1, large ? 70 : 20);
      check_equal(random_voxel_problem(random, types, shape));
    }
  });
}

TEST_CASE("the GPU gives the CPU's voxels where many blocks share one", "[gpu][shared]") {
  // Few tiles of points, so few slots for the units of channels, which then take turns.
  for_all_feature_types(626, [](random_source& random, const voxel_types& types) {
    for (const std::int64_t channels : {1, 15, 16, 17, 300}) {
      random_voxel_shape shape;
      shape.points = channels > 100 ? 5500 : random.between(10000, 20000);
      shape.where = random.chance(0.5) ? cloud::crowded : cloud::one_voxel;
      shape.channels = channels;
      shape.decades = random.chance(0.5) ? 40 : 0;
      shape.random_options = true;
      const voxel_problem work = random_voxel_problem(random, types, shape);
      check_equal(work, random_setup(random, work));
      if (channels == 300 || !accumulates(types)) continue;
      // And with what is there already.
      voxel_problem second = part_of(work, work.size() / 10, work.size());
      second.options.nans = robocache::nan_policy::propagate;
      voxel_problem start = part_of(work, 0, work.size() / 10);
      start.options.nans = robocache::nan_policy::propagate;
      carry_on(second, run(cpu(), cpu_voxel(), start));
      check_equal(second, random_setup(random, second));
    }
  });
}

namespace {

/// Points in a grid of 32 x 32 x 32 voxels, or deeper, in voxels that `pick(i)` numbers.
template <class Pick>
voxel_problem points_in(random_source& random, const voxel_types& types, std::int64_t points,
                        std::int64_t channels, const Pick& pick, std::int64_t depth = 32) {
  voxel_problem work;
  work.types = types;
  work.grid.extents[0] = work.grid.extents[1] = 32;
  work.grid.extents[2] = depth;
  for (double& size : work.grid.voxel_size) size = 1;
  work.channels = channels;
  for (std::int64_t i = 0; i < points; ++i) {
    const std::int64_t voxel = pick(i);
    work.add(static_cast<double>(voxel % 32) + 0.5, static_cast<double>(voxel / 32 % 32) + 0.5,
             static_cast<double>(voxel / 1024) + 0.5);
    for (std::int64_t c = 0; c < channels; ++c) {
      work.features.push_back(random_value(random, types.in, false));
    }
  }
  return work;
}

}  // namespace

TEST_CASE("the GPU gives the CPU's voxels where bins have too many points", "[gpu][shared]") {
  // Neighbours in x are in the same bin, which has room for 5104 points in shared memory.
  for_all_feature_types(628, [](random_source& random, const voxel_types& types) {
    const std::int64_t points = 24000;
    const std::int64_t channels = random.between(1, 9);
    const auto check = [&](const auto& pick) {
      const voxel_problem work = points_in(random, types, points, channels, pick);
      check_equal(work);
      voxel_setup fewer;
      fewer.count = points - points / 8;
      check_equal(work, fewer);
      if (!accumulates(types)) return;
      voxel_problem second = part_of(work, points / 20, points);
      carry_on(second, run(cpu(), cpu_voxel(), part_of(work, 0, points / 20)));
      check_equal(second);
    };
    check([](std::int64_t i) { return i % 3; });                      // heavy ones alternate
    check([](std::int64_t i) { return i < 12000 ? 7 : i % 32; });     // in runs, then not
    check([](std::int64_t i) { return i % 2 == 0 ? 31 : i % 997; });  // one among many
    check(
        [&](std::int64_t) { return random.between(0, 3) * 5000; });  // a heavy one in each of four
    check([](std::int64_t i) { return i / 6000 * 77; });             // all pieces are alike
    check([&](std::int64_t i) { return i / 8000 * 640 + random.between(0, 31); });  // none is heavy
  });
}

TEST_CASE("the GPU gives the CPU's voxels where bins of two slabs have too many points",
          "[gpu][heavy]") {
  const voxel_types types{scalar_kind::f32, reduction::mean, scalar_kind::f32, scalar_kind::f32};
  random_source random(630);
  constexpr std::int64_t voxels = std::int64_t{1} << 25;
  check_equal(points_in(
      random, types, 30'000, 3,
      [](std::int64_t i) { return i % 2 == 0 ? i % 3 : voxels - 1 - i % 64; }, voxels / 1024));
}

TEST_CASE("the GPU gives the CPU's voxels where all bins have too many points", "[gpu][heavy]") {
  // 1024 bins, more than run at a time.
  const voxel_types types{scalar_kind::f32, reduction::mean, scalar_kind::f32, scalar_kind::f32};
  random_source random(629);
  check_equal(points_in(random, types, 5'800'000, 1,
                        [&](std::int64_t) { return random.between(0, 32 * 32 * 32 - 1); }));
}

TEST_CASE("the GPU gives the CPU's voxels when they accumulate", "[gpu]") {
  for_all_voxel_types(624, [](random_source& random, const voxel_types& types) {
    if (!accumulates(types)) return;
    for (int i = 0; i < 10; ++i) {
      random_voxel_shape shape;
      shape.points = random.between(2, 20000);
      shape.where = static_cast<cloud>(i % 4);
      for (std::int64_t& extent : shape.extents) extent = random.between(1, 40);
      const voxel_problem both = random_voxel_problem(random, types, shape);
      const std::int64_t cut = random.between(0, both.size());
      voxel_problem second = part_of(both, cut, both.size());
      carry_on(second, run(cpu(), cpu_voxel(), part_of(both, 0, cut)));
      check_equal(second, random_setup(random, second));
    }
  });
}

TEST_CASE("blocks that share a bin accumulate on the same counts", "[gpu]") {
  // Few voxels and many channels: the more blocks a bin has, the fewer bins there are.
  for_all_feature_types(627, [](random_source& random, const voxel_types& types) {
    if (!accumulates(types)) return;
    for (const std::int64_t extent : {1, 3, 7}) {
      for (const std::int64_t channels : {5, 64, 1000}) {
        random_voxel_shape shape;
        shape.points = channels == 1000 ? 700 : 3000;
        shape.channels = channels;
        shape.where = extent == 1 ? cloud::one_voxel : cloud::crowded;
        for (std::int64_t& each : shape.extents) each = extent;
        const voxel_problem both = random_voxel_problem(random, types, shape);
        voxel_problem second = part_of(both, 200, both.size());
        carry_on(second, run(cpu(), cpu_voxel(), part_of(both, 0, 200)));
        check_equal(second, random_setup(random, second));
      }
    }
  });
}

TEST_CASE("the GPU gives the CPU's voxels of moved points", "[gpu]") {
  for_all_voxel_types(625, [](random_source& random, const voxel_types& types) {
    random_voxel_shape shape;
    shape.points = 50000;
    shape.far_origin = 0;
    for (std::int64_t& extent : shape.extents) extent = 60;
    voxel_problem work = random_voxel_problem(random, types, shape);
    double* const r = work.options.transform.rotation;
    r[0] = r[4] = 0.8660254037844387;
    r[1] = -0.5;
    r[3] = 0.5;
    work.options.transform.translation[1] = 0.125;
    check_equal(work);
  });
}

TEST_CASE("the GPU gives the CPU's counts of scans", "[gpu][heavy][scan]") {
  // More points than are added one by one, in grids that have many voxels for each.
  for_all_voxel_types(628, [](random_source& random, const voxel_types& types) {
    if (types.reduce != reduction::count) return;
    for (int i = 0; i < 8; ++i) {
      random_voxel_shape shape;
      shape.points = random.between(200001, 204900);
      shape.where = static_cast<cloud>(i % 4);
      shape.extents[0] = random.between(160, 170);
      shape.extents[1] = 128;
      shape.extents[2] = 81;
      voxel_problem work = random_voxel_problem(random, types, shape);
      if (i == 1) work.options.transform.translation[1] = 0.125;
      check_equal(work, i == 0 ? voxel_setup{} : random_setup(random, work));
    }
    // Accumulated, and with a number of points that the device knows.
    random_voxel_shape shape;
    shape.points = 402000;
    shape.where = cloud::runs;
    shape.extents[0] = shape.extents[1] = shape.extents[2] = 60;
    const voxel_problem both = random_voxel_problem(random, types, shape);
    voxel_problem second = part_of(both, 200001, both.size());
    carry_on(second, run(cpu(), cpu_voxel(), part_of(both, 0, 200001)));
    check_equal(second);
    for (const std::int64_t count : {0, 1, 100000, 300000}) {
      voxel_setup how;
      how.count = count;
      check_equal(second, how);
    }
  });
}

TEST_CASE("the GPU gives the CPU's counts of scans up to the last of 2^26 voxels", "[gpu][heavy]") {
  for_all_voxel_types(629, [](random_source& random, const voxel_types& types) {
    if (types.reduce != reduction::count || types.point != scalar_kind::f32) return;
    for (const std::int64_t planes : {256, 257}) {  // at the limit of listed scans, and past it
      random_voxel_shape shape;
      shape.points = 250000;
      shape.extents[0] = shape.extents[1] = 512;
      shape.extents[2] = planes;
      shape.far_origin = 0;
      voxel_problem work = random_voxel_problem(random, types, shape);
      carry_on(work, run(cpu(), cpu_voxel(), part_of(work, 0, 1)));
      check_equal(work);
    }
  });
}

TEST_CASE("the GPU loses what is not finite on an axis of 10^9 voxels", "[gpu][heavy]") {
  for_all_voxel_types(627, [](random_source& random, const voxel_types& types) {
    if (types.reduce != reduction::occupancy_bits) return;
    random_voxel_shape shape;
    shape.points = 3000;
    shape.far_origin = 0;
    voxel_problem work = random_voxel_problem(random, types, shape);
    work.grid.extents[0] = 1'000'000'000;
    work.grid.extents[1] = work.grid.extents[2] = 1;
    check_equal(work);
  });
}

TEST_CASE("the GPU finds the CPU's cells near faces, for sizes of every mantissa", "[gpu][heavy]") {
  for (const voxel_operations& entry : tested_voxel()) {
    if (entry.types.reduce != reduction::count) continue;
    random_source random(626);
    for (int i = 0; i < 300; ++i) {
      voxel_problem work;
      work.types = entry.types;
      const double size =
          (1 + random.unit()) * std::pow(2.0, static_cast<double>(random.between(-25, 25)));
      work.grid.voxel_size[0] = work.grid.voxel_size[1] = size;
      const std::int64_t extent =
          random.chance(0.1) ? (1 << 20) + random.between(-1, 1) : random.between(1, 20000);
      work.grid.extents[random.between(0, 1)] = extent;
      for (int k = 0; k < 4000; ++k) {
        const auto whole = static_cast<double>(random.between(-2, extent + 2));
        const double x = whole * static_cast<float>(size) *
                         (1 + static_cast<double>(random.between(-4, 4)) * 0x1p-24);
        work.add(x, random.chance(0.5) ? x : 0, 0);
      }
      check_equal(work);
    }
  }
}
