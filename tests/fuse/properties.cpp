// SPDX-License-Identifier: Apache-2.0
#include "series.hpp"

// Random fusions of every set of types: against the reference, against `resample` bit for bit, and
// against themselves run in another way.

using namespace robocache_test;

TEST_CASE("random fusions match the reference, and resample bit for bit", "[property]") {
  for_all_sets(201, [](random_source& random, const fuse_types& types) {
    for (int i = 0; i < 60; ++i) {
      random_fuse_shape shape;
      shape.streams = random.between(1, 6);
      shape.batch = random.between(1, 3);
      shape.samples = random.between(1, 60);
      INFO("number " << i);
      CHECK(check(tested(), random_fuse_problem(random, types, shape)) == "");
    }
  });
}

TEST_CASE("random fusions match the reference, many", "[property][heavy]") {
  for_all_sets(202, [](random_source& random, const fuse_types& types) {
    for (int i = 0; i < 40; ++i) {
      random_fuse_shape shape;
      shape.streams = random.between(1, 9);
      shape.batch = random.between(1, 5);
      shape.samples = random.between(1, 500);
      shape.rows = random.between(1, 150);
      shape.channels = random.between(1, 40);
      INFO("number " << i);
      CHECK(check(tested(), random_fuse_problem(random, types, shape)) == "");
    }
  });
}

TEST_CASE("any number of streams up to 64", "[property]") {
  for_all_sets(203, [](random_source& random, const fuse_types& types) {
    for (const std::int64_t streams : {1, 2, 3, 16, 63, 64}) {
      random_fuse_shape shape;
      shape.streams = streams;
      shape.channels = 7;
      shape.samples = 12;
      INFO(streams << " streams");
      CHECK(check(tested(), random_fuse_problem(random, types, shape)) == "");
    }
  });
}

TEST_CASE("an output per stream has the same bits", "[property]") {
  for_all_sets(204, [](random_source& random, const fuse_types& types) {
    for (int i = 0; i < 10; ++i) {
      random_fuse_shape shape;
      shape.streams = random.between(1, 5);
      const fuse_problem work = random_fuse_problem(random, types, shape);
      const fuse_outcome side_by_side = run(tested(), work);
      fuse_setup how;
      how.separate = true;
      const fuse_outcome apart = run(tested(), work, how);
      REQUIRE(std::string(apart.status.message()) == "");
      CHECK(apart.padding_intact);
      CHECK(same_results(side_by_side, apart));
    }
  });
}

TEST_CASE("a batch is its items one by one", "[property]") {
  for_all_sets(205, [](random_source& random, const fuse_types& types) {
    random_fuse_shape shape;
    shape.batch = 4;
    const fuse_problem work = random_fuse_problem(random, types, shape);
    const fuse_outcome whole = run(tested(), work);
    std::vector<std::vector<std::uint64_t>> outputs(work.streams.size());
    std::vector<std::uint8_t> statuses;
    std::vector<std::uint64_t> ages;
    for (std::int64_t b = 0; b < work.batch(); ++b) {
      const fuse_outcome one = run(tested(), only_item(work, b));
      for (std::size_t n = 0; n < outputs.size(); ++n) {
        outputs[n].insert(outputs[n].end(), one.outputs[n].begin(), one.outputs[n].end());
      }
      statuses.insert(statuses.end(), one.statuses.begin(), one.statuses.end());
      ages.insert(ages.end(), one.ages.begin(), one.ages.end());
    }
    CHECK(whole.outputs == outputs);
    CHECK(whole.statuses == statuses);
    CHECK(whole.ages == ages);
  });
}

TEST_CASE("padded, with lengths or packed: the same bits", "[property]") {
  for_all_sets(206, [](random_source& random, const fuse_types& types) {
    random_fuse_shape shape;
    shape.batch = 3;
    fuse_problem work = random_fuse_problem(random, types, shape);
    const fuse_outcome expected = run(tested(), work);
    for (const batch_form form : {batch_form::padded_lengths, batch_form::packed}) {
      for (std::size_t n = 0; n < work.streams.size(); ++n) {  // mixed, then all alike
        work.streams[n].layout.form = form;
        work.streams[n].layout.extra_samples = form == batch_form::padded_lengths ? 4 : 0;
        const fuse_outcome got = run(tested(), work);
        REQUIRE(got.status.ok());
        CHECK(got.padding_intact);
        CHECK(same_results(expected, got));
      }
    }
  });
}

TEST_CASE("one shared grid is the same grid for every item", "[property]") {
  for_all_sets(207, [](random_source& random, const fuse_types& types) {
    random_fuse_shape shape;
    shape.batch = 4;
    fuse_problem work = random_fuse_problem(random, types, shape);
    for (auto& targets : work.targets) targets = work.targets[0];
    fuse_setup how;
    how.shared_grid = true;
    CHECK(same_results(run(tested(), work), run(tested(), work, how)));
  });
}

TEST_CASE("with or without reports the values are the same bits", "[property]") {
  for_all_sets(208, [](random_source& random, const fuse_types& types) {
    const fuse_problem work = random_fuse_problem(random, types, {});
    const fuse_outcome expected = run(tested(), work);
    for (const bool with_statuses : {false, true}) {
      for (const bool with_ages : {false, true}) {
        fuse_setup how;
        how.with_statuses = with_statuses;
        how.with_ages = with_ages;
        const fuse_outcome got = run(tested(), work, how);
        REQUIRE(got.status.ok());
        CHECK(same_results(expected, got));
      }
    }
  });
}

TEST_CASE("level 1 gives the launcher's bits, with every group", "[property]") {
  for_all_sets_with_rows(209, [](random_source& random, const fuse_types& types) {
    for (int i = 0; i < 12; ++i) {
      random_fuse_shape shape;
      shape.streams = static_cast<std::int64_t>(types.in.size());  // one of each type, in order
      shape.samples = i < 6 ? 9 : 200;
      shape.channels = i % 4 == 0 ? 70 : 9;
      shape.ragged = false;
      shape.columns = false;
      const fuse_problem work = random_fuse_problem(random, types, shape);
      const fuse_outcome launched = run(tested(), work);
      for (const group_kind group : tested().groups()) {
        fuse_setup how;
        how.path = fuse_path::rows;
        how.group = group;
        how.with_ages = false;
        INFO("number " << i << " group " << static_cast<int>(group));
        const fuse_outcome got = run(tested(), work, how);
        CHECK(got.padding_intact);
        CHECK(same_results(launched, got));
      }
    }
  });
}

TEST_CASE("rebasing integer stamps changes no bit of values, statuses and ages", "[property]") {
  for_all_sets(210, [](random_source& random, const fuse_types& types) {
    if (!is_integer(types.time)) return;
    for (int i = 0; i < 10; ++i) {
      const fuse_problem work = random_fuse_problem(random, types, {});
      fuse_problem moved = work;
      const stamp low = types.time == time_kind::i64 ? -0x1p62L : 0x1p61L;
      const stamp move = low - (work.targets[0][0] > 1e18L ? 1.7e18L : 0.0L);
      for (auto& targets : moved.targets) {
        for (stamp& t : targets) t += move;
      }
      for (fuse_stream& stream : moved.streams) {
        for (recording& item : stream.items) {
          for (stamp& t : item.times) t += move;
        }
      }
      const fuse_outcome expected = run(tested(), work);
      REQUIRE(expected.status.ok());
      CHECK(same_results(expected, run(tested(), moved)));
    }
  });
}
