// SPDX-License-Identifier: Apache-2.0
#include "../reference/stamps.hpp"
#include "series.hpp"

// Nothing to do, in every dimension; and streams without samples among others.

using namespace robocache_test;
using robocache::row_status;

namespace {

const std::vector<stamp> targets = {0, 5, 12};

}  // namespace

TEST_CASE("a stream without samples is filled and says so, the others do not care", "[empty]") {
  for_all_sets(281, [](random_source&, const fuse_types& types) {
    for (std::size_t hollow = 0; hollow < 3; ++hollow) {
      std::vector<fuse_stream> streams;
      for (std::size_t n = 0; n < 3; ++n) {
        streams.push_back(ramp(types.in.back(), n == hollow ? 0 : 4, 3, 8));
        streams.back().policy.fill_value = 42;
      }
      const fuse_problem work = problem_of(types, streams, targets);
      CHECK(check(tested(), work) == "");
      const fuse_outcome got = run(tested(), work);
      for (std::int64_t t = 0; t < 3; ++t) {
        const std::size_t report = static_cast<std::size_t>(3 * t) + hollow;
        CHECK(value_at(work, got, hollow, t, 2) == 42);
        CHECK(+got.statuses[report] == row_status::empty);
        CHECK(got.ages[report] == unlimited_bits(types.time));
      }
      // Null pointers are fine where there is nothing.
      prepared_fuse ready(tested(), work);
      ready.call.streams[hollow].values.data = nullptr;
      ready.call.streams[hollow].times.data = nullptr;
      CHECK(same_results(got, ready.collect(ready.launch(tested().where()))));
    }
  });
}

TEST_CASE("items without samples, in ragged and packed streams", "[empty]") {
  for_all_sets(282, [](random_source&, const fuse_types& types) {
    for (const batch_form form : {batch_form::padded_lengths, batch_form::packed}) {
      std::vector<fuse_stream> streams;
      for (std::size_t n = 0; n < 2; ++n) {
        streams.push_back(ramp(types.in.front(), 4, 3, 8, 3));
        streams.back().layout.form = form;
        streams.back().items[n + 1] = {};
      }
      CHECK(check(tested(), problem_of(types, streams, targets, 3)) == "");
    }
  });
}

TEST_CASE("one sample holds everywhere", "[empty]") {
  for_all_sets(283, [](random_source&, const fuse_types& types) {
    const fuse_problem work = problem_of(
        types, {ramp(types.in.front(), 1, 2, 1), ramp(types.in.back(), 5, 3, 4)}, {-3, 0, 3});
    CHECK(check(tested(), work) == "");
  });
}

TEST_CASE("no items, no targets: a successful no-op", "[empty]") {
  for_all_sets(284, [](random_source&, const fuse_types& types) {
    const fuse_stream stream = ramp(types.in.front(), 4, 3, 8);
    for (const bool separate : {false, true}) {
      fuse_setup how;
      how.separate = separate;
      fuse_problem no_rows = problem_of(types, {stream, stream}, {});
      const fuse_outcome got = run(tested(), no_rows, how);
      CHECK(std::string(got.status.message()) == "");
      CHECK(got.padding_intact);
      fuse_problem no_items = problem_of(types, {stream, stream}, targets);
      no_items.targets.clear();
      for (fuse_stream& each : no_items.streams) each.items.clear();
      CHECK(std::string(run(tested(), no_items, how).status.message()) == "");
    }
  });
}

TEST_CASE("no streams: nothing is written", "[empty]") {
  for_all_sets(285, [](random_source&, const fuse_types& types) {
    fuse_setup how;
    how.extra_channels = 4;
    const fuse_problem work = problem_of(types, {}, targets);
    if (find_fuse(tested(), work) == nullptr) return;
    const fuse_outcome got = run(tested(), work, how);
    CHECK(std::string(got.status.message()) == "");
    CHECK(got.outputs_untouched);
    how.extra_channels = 0;
    how.separate = true;
    CHECK(std::string(run(tested(), work, how).status.message()) == "");
  });
}

TEST_CASE("a stream without channels writes its reports alone", "[empty]") {
  for_all_sets(286, [](random_source&, const fuse_types& types) {
    fuse_stream hollow = ramp(types.in.front(), 4, 0, 8);
    for (int i = 0; i < 4; ++i) {
      hollow.items[0].values.clear();
      std::vector<fuse_stream> streams{ramp(types.in.front(), 4, 2, 8)};
      streams.insert(streams.begin() + i % 2, hollow);
      if (i >= 2) streams = {hollow};  // and no channel at all
      for (const bool separate : {false, true}) {
        fuse_setup how;
        how.separate = separate;
        const fuse_problem work = problem_of(types, streams, {-4, 0, 5, 90});
        const fuse_outcome got = run(tested(), work, how);
        CHECK(difference(work, got) == "");
      }
    }
  });
}
