// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "../support/digest.hpp"
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
  write_voxelize_digest(file);
  REQUIRE(file.good());
}
