// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "../support/digest.hpp"
#include "../support/random_problem.hpp"

#include <cstdint>
#include <cstdlib>
#include <fstream>

#if defined(_OPENMP)
#include <omp.h>
#endif

using namespace robocache_test;

TEST_CASE("any number of threads gives the same bits", "[threads]") {
#if defined(_OPENMP)
  omp_set_dynamic(0);
#endif
  for (const operations& entry : cpu().all()) {
    random_source random(51);
    // Large enough to be worth threads, with an odd number of rows, and one row that is not.
    for (const std::int64_t rows : {1, 997, 3001}) {
      random_shape shape;
      shape.batch = 3;
      shape.rows = rows;
      shape.channels = 17;
      const problem work = random_problem(random, entry.types, shape);
      for (const call_path path : {call_path::resample, call_path::brackets}) {
        setup how;
        how.path = path;
        how.threads = 1;
        const outcome one = run(cpu(), work, how);
        REQUIRE(one.status.ok());
        for (int threads = 0; threads <= 4; ++threads) {
          if (threads == 1) continue;
          how.threads = threads;
          const outcome many = run(cpu(), work, how);
          REQUIRE(many.status.ok());
          REQUIRE(many.padding_intact);
          CHECK(same_results(one, many));
        }
      }
    }
  }
}

TEST_CASE("writes a hash of many results to the file ROBOCACHE_TEST_DIGEST", "[.][digest]") {
  const char* const path = std::getenv("ROBOCACHE_TEST_DIGEST");
  REQUIRE(path != nullptr);
  std::ofstream file(path);
  write_resample_digest(file);
  REQUIRE(file.good());
}
