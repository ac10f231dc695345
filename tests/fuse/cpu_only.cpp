// SPDX-License-Identifier: Apache-2.0
#include <robocache/fuse.hpp>
#include <robocache/fuse/table.hpp>

#include "../support/digest.hpp"
#include "series.hpp"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

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

TEST_CASE("a table takes only the streams that it has room and code for", "[table]") {
  using stream = robocache::sensor_stream<double, float>;
  const std::vector<double> times = {0, 1};
  const std::vector<float> values = {1, 2};
  const float scale = 2;
  const auto source =
      robocache::padded_source(robocache::tensor_view<const float, 3>(values.data(), {1, 2, 1}),
                               robocache::tensor_view<const double, 2>(times.data(), {1, 2}));
  const robocache::target_view<double> targets(
      robocache::tensor_view<const double, 1>(times.data(), {2}));
  const auto tiles = [&](std::size_t count, bool normalized, bool grouped) {
    robocache::resample_options<double> options;
    if (normalized) options.scale = robocache::tensor_view<const float, 1>(&scale, {1});
    const std::vector<stream> streams(count, stream(source, options));
    std::vector<float> output(2 * count);
    const auto call = robocache::make_fuse_call(
        streams, targets,
        robocache::tensor_view<float, 3>(output.data(), {1, 2, static_cast<std::int64_t>(count)}),
        robocache::fuse_reports<double>{});
    REQUIRE(std::string(call.check().message()) == "");
    robocache::fuse_table<robocache::few_streams, stream, float> table(call.targets, call.reports);
    const bool made = robocache::make_fuse_table(call, grouped, table);
    return made ? static_cast<int>(table.tiles) : -1;
  };
  CHECK(tiles(1, false, false) > 0);
  CHECK(tiles(robocache::few_streams, false, false) > 0);
  CHECK(tiles(robocache::few_streams + 1, false, false) == -1);
  CHECK(tiles(1, true, true) > 0);
  CHECK(tiles(1, true, false) == -1);
}

TEST_CASE("writes a hash of many fusions to the file ROBOCACHE_TEST_DIGEST", "[.][digest]") {
  const char* const path = std::getenv("ROBOCACHE_TEST_DIGEST");
  REQUIRE(path != nullptr);
  std::ofstream file(path);
  write_fuse_digest(file);
  REQUIRE(file.good());
}
