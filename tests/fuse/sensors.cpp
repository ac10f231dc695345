// SPDX-License-Identifier: Apache-2.0
#include "series.hpp"

// The three classic streams by their own function.

using namespace robocache_test;

TEST_CASE("fuse_sensors is fuse with default options", "[sensors]") {
  std::size_t compiled = 0;
  for (const fuse_operations& entry : tested_fuse()) {
    if (entry.fuse_sensors == nullptr) continue;
    ++compiled;
    random_source random(301);
    for (int i = 0; i < 10; ++i) {
      fuse_problem work;
      work.time = entry.types.time;
      work.out = entry.types.out;
      random_shape shape;
      shape.batch = 2;
      shape.epoch = 1;
      shape.ragged = i % 2 == 1;
      for (const scalar_kind in : {scalar_kind::bf16, scalar_kind::f32, scalar_kind::f32}) {
        shape.samples = random.between(2, 40);
        shape.channels = random.between(1, 33);
        const problem alone = random_problem(random, {in, work.out, work.time}, shape);
        fuse_stream stream;
        stream.in = in;
        stream.channels = alone.channels;
        stream.items = alone.items;
        work.streams.push_back(stream);
        if (work.targets.empty()) work.targets = alone.targets;
      }
      fuse_setup how;
      how.with_statuses = how.with_ages = false;
      const fuse_outcome expected = run(tested(), work, how);
      CHECK(check(tested(), work) == "");
      prepared_fuse ready(tested(), work, how);
      const fuse_outcome got = ready.collect(entry.fuse_sensors(ready.call, tested().where()));
      REQUIRE(std::string(got.status.message()) == "");
      CHECK(got.padding_intact);
      CHECK(same_results(expected, got));
    }
  }
  CHECK((compiled > 0 || !all_fuse_sets_compiled()));
}
