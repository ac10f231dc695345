// SPDX-License-Identifier: Apache-2.0
#include "series.hpp"

#include <cstdlib>
#include <fstream>

#if defined(_OPENMP)
#include <omp.h>
#endif

using namespace robocache_test;

TEST_CASE("any number of threads gives the same bits of fuse", "[threads]") {
#if defined(_OPENMP)
  omp_set_dynamic(0);
#endif
  for (const fuse_operations& entry : cpu_fuse()) {
    random_source random(311);
    // Large enough to be worth threads, with an odd number of rows, and one row that is not.
    for (const std::int64_t rows : {1, 997}) {
      random_fuse_shape shape;
      shape.batch = 3;
      shape.rows = rows;
      shape.channels = 17;
      const fuse_problem work = random_fuse_problem(random, entry.types, shape);
      fuse_setup how;
      how.threads = 1;
      const fuse_outcome one = run(cpu(), work, how);
      REQUIRE(one.status.ok());
      for (const int threads : {0, 2, 3, 4}) {
        how.threads = threads;
        const fuse_outcome many = run(cpu(), work, how);
        REQUIRE(many.status.ok());
        REQUIRE(many.padding_intact);
        CHECK(same_results(one, many));
      }
    }
  }
}

TEST_CASE("writes a hash of many fusions to the file ROBOCACHE_TEST_DIGEST", "[.][digest]") {
  const char* const path = std::getenv("ROBOCACHE_TEST_DIGEST");
  REQUIRE(path != nullptr);
  std::ofstream file(path);
  for (const fuse_operations& entry : cpu_fuse()) {
    std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a, over the bytes' words
    const auto add = [&](std::uint64_t word) { hash = (hash ^ word) * 0x100000001b3u; };
    random_source random(312);
    for (int i = 0; i < 100; ++i) {
      random_fuse_shape shape;
      shape.samples = random.between(1, 50);
      shape.rows = 50;
      const fuse_outcome got = run(cpu(), random_fuse_problem(random, entry.types, shape));
      REQUIRE(got.status.ok());
      for (const auto& output : got.outputs) {
        for (const std::uint64_t bits : output) add(bits);
      }
      for (const std::uint8_t status : got.statuses) add(status);
      for (const std::uint64_t age : got.ages) add(age);
    }
    file << title(entry.types) << ' ' << hash << '\n';
  }
  REQUIRE(file.good());
}
