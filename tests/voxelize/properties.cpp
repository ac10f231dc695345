// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_voxel_problem.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

// What must hold for any input: no order of points, no earlier content, no other call shows.

using namespace robocache_test;
using robocache::reduction;

TEST_CASE("any order of the points gives the same bits", "[voxel][conformance]") {
  for_all_voxel_types(551, [](random_source& random, const voxel_types& types) {
    if (types.reduce == reduction::first) return;  // the order is what it is about
    for (const cloud where : {cloud::uniform, cloud::crowded, cloud::one_voxel}) {
      for (const int decades : {0, 12, 70}) {
        random_voxel_shape shape;
        shape.points = 900;
        shape.where = where;
        shape.decades = decades;
        shape.special_values = decades == 12;
        shape.extents[0] = shape.extents[1] = shape.extents[2] = 3;
        voxel_problem work = random_voxel_problem(random, types, shape);
        const voxel_outcome expected = run(work);
        REQUIRE(expected.status.ok());
        for (int i = 0; i < 4; ++i) {
          INFO(title(types) << ", " << decades << " decades");
          const voxel_outcome got = run(shuffled(random, work));
          REQUIRE(got.status.ok());
          CHECK(same_results(expected, got));
        }
      }
    }
  });
}

TEST_CASE("the same call twice gives the same bits, in a dirty grid too", "[voxel]") {
  for_all_voxel_types(552, [](random_source& random, const voxel_types& types) {
    const voxel_problem work = random_voxel_problem(random, types, {});
    prepared_voxels ready(tested(), tested_voxel(), work);
    const voxel_outcome first = ready.collect(ready.launch(tested().where()));
    CHECK(difference(work, expect(work), first) == "");
    // Into its own result, with its own workspace.
    const voxel_outcome second = ready.collect(ready.launch(tested().where()));
    CHECK(same_results(first, second));
    ready.reset();
    CHECK(same_results(first, ready.collect(ready.launch(tested().where()))));
  });
}

TEST_CASE("no ghosts of the frame before", "[voxel]") {
  for_all_voxel_types(553, [](random_source& random, const voxel_types& types) {
    random_voxel_shape shape;
    shape.points = 800;
    shape.extents[0] = shape.extents[1] = shape.extents[2] = 6;
    const voxel_problem full = random_voxel_problem(random, types, shape);
    voxel_problem sparse = part_of(full, 0, 5);
    prepared_voxels ready(tested(), tested_voxel(), full);
    REQUIRE(ready.launch(tested().where()).ok());
    ready.call.points.size = 5;
    if (full.featured()) ready.call.features.size = 5;
    const voxel_outcome got = ready.collect(ready.launch(tested().where()));
    CHECK(difference(sparse, expect(sparse), got) == "");
    ready.call.points.size = 0;
    ready.call.features.size = 0;
    sparse = part_of(full, 0, 0);
    CHECK(difference(sparse, expect(sparse), ready.collect(ready.launch(tested().where()))) == "");
  });
}

TEST_CASE("the counters add up to the number of points", "[voxel]") {
  for_all_voxel_types(554, [](random_source& random, const voxel_types& types) {
    for (int i = 0; i < 20; ++i) {
      random_voxel_shape shape;
      shape.points = random.between(0, 3000);
      voxel_problem work = random_voxel_problem(random, types, shape);
      const voxel_outcome got = run(work);
      REQUIRE(got.status.ok());
      const point_fates& fates = got.fates;
      CHECK(fates.used + fates.outside + fates.not_finite ==
            static_cast<std::uint64_t>(work.size()));
      CHECK(fates.beyond == 0);
      std::uint64_t sum = 0;
      for (const std::uint32_t n : got.counts) sum += n;
      if (types.reduce == reduction::count) {
        for (const std::uint64_t n : got.output) sum += n;
      }
      if (work.featured() || types.reduce == reduction::count) CHECK(sum == fates.used);
    }
  });
}

TEST_CASE("the number of points from points.count", "[voxel][conformance]") {
  for_all_voxel_types(555, [](random_source& random, const voxel_types& types) {
    random_voxel_shape shape;
    shape.points = 300;
    const voxel_problem work = random_voxel_problem(random, types, shape);
    for (const std::int64_t count :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{31}, std::int64_t{299}, std::int64_t{300},
          std::int64_t{301}, std::int64_t{100000}, std::int64_t{0xffffffff}}) {
      voxel_setup how;
      how.count = count;
      INFO("points.count is " << count);
      CHECK(check(work, how) == "");
      const voxel_problem part = part_of(work, 0, std::min<std::int64_t>(count, 300));
      voxel_outcome got = run(work, how);
      const std::uint64_t beyond = got.fates.beyond;
      CHECK(beyond == static_cast<std::uint64_t>(std::max<std::int64_t>(count - 300, 0)));
      got.fates.beyond = 0;
      CHECK(same_results(run(part), got));
    }
  });
}

TEST_CASE("no points: everything is cleared, null pointers are fine", "[voxel][conformance]") {
  for_all_voxel_types(556, [](random_source& random, const voxel_types& types) {
    for (const std::int64_t count : {-1, 0, 7}) {
      random_voxel_shape shape;
      shape.points = 0;
      voxel_problem work = random_voxel_problem(random, types, shape);
      work.options.empty_value = 2.5f;
      voxel_setup how;
      how.count = count;
      prepared_voxels ready(tested(), tested_voxel(), work, how);
      CHECK(ready.call.points.data == nullptr);
      CHECK(ready.call.features.data == nullptr);
      const voxel_outcome got = ready.collect(ready.launch(tested().where()));
      CHECK(difference(work, expect(work, count), got) == "");
    }
  });
}

TEST_CASE("no channels: the reports are written", "[voxel]") {
  for_all_feature_types(557, [](random_source& random, const voxel_types& types) {
    random_voxel_shape shape;
    shape.channels = 0;
    const voxel_problem work = random_voxel_problem(random, types, shape);
    const voxel_outcome got = run(work);
    CHECK(difference(work, expect(work), got) == "");
    CHECK(got.fates.used > 0);
    CHECK(*std::max_element(got.counts.begin(), got.counts.end()) > 0);
  });
}

TEST_CASE("an integer shift of grid and points changes nothing", "[voxel]") {
  for_all_voxel_types(558, [](random_source& random, const voxel_types& types) {
    voxel_problem near;
    near.types = types;
    near.grid = {{0, 0, 0}, {0.5, 0.25, 1}, {16, 8, 4}};
    voxel_problem far = near;
    for (int i = 0; i < 3; ++i) far.grid.origin[i] = 1024;
    near.channels = far.channels = near.featured() ? 1 : 0;
    for (int i = 0; i < 500; ++i) {
      double p[3];
      for (double& x : p) x = static_cast<double>(random.between(-40, 600)) / 64;
      near.add(p[0], p[1], p[2]);
      far.add(p[0] + 1024, p[1] + 1024, p[2] + 1024);
      if (near.featured()) near.features.push_back(random_value(random, types.in, false));
    }
    far.features = near.features;
    CHECK(same_results(run(near), run(far)));
    CHECK(check(near) == "");
  });
}
