// SPDX-License-Identifier: Apache-2.0
#include "series.hpp"

// Strided, shifted, reversed and transposed: the bits do not change, the padding stays untouched.

using namespace robocache_test;

TEST_CASE("any placement of inputs, outputs and reports", "[layout]") {
  for_all_sets(291, [](random_source& random, const fuse_types& types) {
    for (int i = 0; i < 30; ++i) {
      random_fuse_shape shape;
      shape.batch = random.between(1, 3);
      fuse_problem work = random_fuse_problem(random, types, shape);
      const fuse_outcome expected = run(tested(), work);
      for (fuse_stream& stream : work.streams) {
        stream.layout.values = random_placement(random, 3);
        stream.layout.times = random_placement(random, 2);
      }
      fuse_setup how;
      how.separate = random.chance(0.3);
      how.extra_channels = random.between(0, 2);
      how.targets = random_placement(random, 2);
      how.output = random_placement(random, 3);
      how.statuses = random_placement(random, 3);
      how.ages = random_placement(random, 3);
      const fuse_outcome got = run(tested(), work, how);
      INFO("number " << i);
      REQUIRE(std::string(got.status.message()) == "");
      CHECK(got.padding_intact);
      CHECK(same_results(expected, got));
    }
  });
}

TEST_CASE("outputs and values at every misalignment", "[layout]") {
  for_all_sets(292, [](random_source&, const fuse_types& types) {
    std::vector<fuse_stream> streams;
    for (const scalar_kind in : types.in) streams.push_back(ramp(in, 6, 32, 10));
    fuse_problem work = problem_of(types, streams, {-1, 0, 3, 17, 20, 44});
    const fuse_outcome expected = run(tested(), work);
    CHECK(difference(work, expected) == "");
    for (std::int64_t shift = 0; shift < 16; ++shift) {
      fuse_setup how;
      how.output.shift = shift;
      how.ages.shift = shift;
      for (fuse_stream& stream : work.streams) stream.layout.values.shift = (7 * shift) % 16;
      const fuse_outcome got = run(tested(), work, how);
      CHECK(got.padding_intact);
      CHECK(same_results(expected, got));
    }
  });
}

TEST_CASE("values that all items share", "[layout]") {
  for_all_sets(293, [](random_source&, const fuse_types& types) {
    // Stride 0 over the batch: one recording, different targets.
    fuse_problem work = problem_of(types, {ramp(types.in.front(), 6, 5, 10, 3)}, {3, 17, 44}, 3);
    for (std::size_t b = 0; b < 3; ++b) {
      for (stamp& t : work.targets[b]) t += static_cast<stamp>(b);
    }
    const fuse_outcome expected = run(tested(), work);
    prepared_fuse ready(tested(), work);
    ready.call.streams[0].values.strides[0] = 0;
    ready.call.streams[0].times.strides[0] = 0;
    CHECK(same_results(expected, ready.collect(ready.launch(tested().where()))));
  });
}
