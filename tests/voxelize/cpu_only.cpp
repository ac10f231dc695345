// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "../support/random_voxel_problem.hpp"

#include <cstdint>
#include <cstdlib>
#include <fstream>

#if defined(_OPENMP)
#include <omp.h>
#endif

using namespace robocache_test;

TEST_CASE("any number of threads gives the same bits of voxelize", "[voxel][threads]") {
#if defined(_OPENMP)
  omp_set_dynamic(0);
#endif
  for (const voxel_operations& entry : cpu_voxel()) {
    random_source random(611);
    // Large enough to be worth threads, in points or in voxels, and one that is not.
    for (const std::int64_t points : {10, 5000, 60000}) {
      random_voxel_shape shape;
      shape.points = points;
      shape.where = points == 60000 ? cloud::crowded : cloud::uniform;
      shape.extents[0] = shape.extents[1] = shape.extents[2] = points == 5000 ? 67 : 9;
      shape.channels = 2;
      const voxel_problem work = random_voxel_problem(random, entry.types, shape);
      voxel_setup how;
      how.threads = 1;
      const voxel_outcome one = run(cpu(), cpu_voxel(), work, how);
      REQUIRE(one.status.ok());
      for (const int threads : {0, 2, 3, 4}) {
        how.threads = threads;
        const voxel_outcome many = run(cpu(), cpu_voxel(), work, how);
        REQUIRE(many.status.ok());
        REQUIRE(many.padding_intact);
        CHECK(same_results(one, many));
      }
    }
  }
}

TEST_CASE("writes a hash of many grids to the file ROBOCACHE_TEST_DIGEST", "[.][digest]") {
  const char* const path = std::getenv("ROBOCACHE_TEST_DIGEST");
  REQUIRE(path != nullptr);
  std::ofstream file(path);
  for (const voxel_operations& entry : cpu_voxel()) {
    std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a, over the bytes' words
    const auto add = [&](std::uint64_t word) { hash = (hash ^ word) * 0x100000001b3u; };
    random_source random(612);
    for (int i = 0; i < 60; ++i) {
      random_voxel_shape shape;
      shape.points = random.between(1, 1000);
      shape.where = static_cast<cloud>(random.between(0, 3));
      shape.decades = i % 3 == 0 ? 20 : 0;
      shape.random_options = true;
      voxel_problem work = random_voxel_problem(random, entry.types, shape);
      if (i % 2 == 0) {  // by 30 degrees
        work.options.transform.rotation[0] = work.options.transform.rotation[4] =
            0.8660254037844387;
        work.options.transform.rotation[1] = -0.5;
        work.options.transform.rotation[3] = 0.5;
      }
      const voxel_outcome got = run(cpu(), cpu_voxel(), work);
      REQUIRE(got.status.ok());
      for (const std::uint64_t bits : got.output) add(bits);
      for (const std::uint32_t count : got.counts) add(count);
      add(got.fates.used);
      add(got.fates.outside);
      add(got.fates.not_finite);
    }
    file << title(entry.types) << ' ' << hash << '\n';
  }
  REQUIRE(file.good());
}
