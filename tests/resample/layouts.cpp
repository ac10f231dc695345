// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <cstdint>
#include <string>
#include <vector>

using namespace robocache_test;

namespace {

/// The types whose data movement differs: one per pair of element sizes.
bool moves_differently(const combination& types) {
  return types.time == time_kind::i64;
}

random_shape small_shape(random_source& random, std::int64_t channels) {
  random_shape shape;
  shape.batch = random.between(1, 3);
  shape.samples = random.between(2, 9);
  shape.rows = random.between(1, 7);
  shape.channels = channels;
  shape.policy = static_cast<int>(random.between(0, 3)) * 4;  // linear, all extrapolations
  return shape;
}

void check_same(const outcome& expected, const outcome& got) {
  REQUIRE(std::string(got.status.message()) == "");
  REQUIRE(got.status.ok());
  CHECK(got.padding_intact);
  CHECK(same_results(expected, got));
}

}  // namespace

TEST_CASE("1 to 600 channels, any pitch and base, padding untouched", "[layout]") {
  for (const operations& entry : tested().all()) {
    if (!moves_differently(entry.types)) continue;
    random_source random(21);
    const bool both =
        entry.types == combination{scalar_kind::bf16, scalar_kind::bf16, time_kind::i64} ||
        entry.types == combination{scalar_kind::f32, scalar_kind::f32, time_kind::i64};
    // All numbers of channels for the common types; for the others those around vector widths.
    for (std::int64_t channels = 1; channels <= 600;
         channels += both || channels < 40 ? 1 : random.between(1, 97)) {
      const problem work = random_problem(random, entry.types, small_shape(random, channels));
      INFO(name_of(entry.types.in) << " to " << name_of(entry.types.out) << ", D " << channels);
      const outcome dense = run(tested(), work);
      if (channels % 8 == 1) CHECK(difference(tested(), work, dense) == "");
      setup how;
      how.values.shift = random.between(0, 17);
      how.values.padding = {random.between(0, 5), random.between(0, 9), 0};
      how.output.shift = random.between(0, 17);
      how.output.padding = {random.between(0, 5), random.between(0, 9), 0};
      how.targets.shift = random.between(0, 1);
      how.times.padding = {random.between(0, 3), random.between(0, 2)};
      how.statuses.padding = {random.between(0, 3), random.between(0, 2)};
      check_same(dense, run(tested(), work, how));
    }
  }
}

TEST_CASE("a base or a pitch one element off changes nothing", "[layout]") {
  // Each alone: a vector access chosen from the others must not be used.
  for (const operations& entry : tested().all()) {
    if (!moves_differently(entry.types)) continue;
    for (const std::int64_t channels : {8, 16, 32, 64, 256}) {
      random_source random(22);
      random_shape shape;
      shape.batch = 2;
      shape.rows = 9;
      shape.channels = channels;
      const problem work = random_problem(random, entry.types, shape);
      const outcome dense = run(tested(), work);
      INFO(name_of(entry.types.in) << " to " << name_of(entry.types.out) << ", D " << channels);
      for (int what = 0; what < 6; ++what) {
        setup how;
        how.values.guard = how.output.guard = 16;  // so that shift alone decides the alignment
        if (what == 0) how.values.shift = 1;
        if (what == 1) how.output.shift = 1;
        if (what == 2) how.values.padding = {0, 1, 0};
        if (what == 3) how.output.padding = {0, 1, 0};
        if (what == 4) how.values.padding = {1, 0, 0};
        if (what == 5) how.output.padding = {1, 0, 0};
        INFO("what is off: " << what);
        check_same(dense, run(tested(), work, how));
      }
    }
  }
}

TEST_CASE("transposed, repeated-stride and reversed views", "[layout]") {
  const std::vector<std::vector<int>> orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                                {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (const operations& entry : tested().all()) {
    random_source random(23);
    random_shape shape;
    shape.batch = 3;
    shape.samples = 11;
    shape.rows = 37;
    shape.channels = 18;
    const problem work = random_problem(random, entry.types, shape);
    const outcome dense = run(tested(), work);
    REQUIRE(dense.status.ok());
    for (const std::vector<int>& in_order : orders) {
      for (const std::vector<int>& out_order : orders) {
        setup how;
        how.values.order = in_order;
        how.output.order = out_order;
        how.times.order = random.chance(0.5) ? std::vector<int>{1, 0} : std::vector<int>{};
        how.targets.order = random.chance(0.5) ? std::vector<int>{1, 0} : std::vector<int>{};
        how.statuses.order = random.chance(0.5) ? std::vector<int>{1, 0} : std::vector<int>{};
        for (int d = 0; d < 3; ++d) {
          if (random.chance(0.3)) how.values.reversed.push_back(d);
          if (random.chance(0.3)) how.output.reversed.push_back(d);
          if (d < 2 && random.chance(0.3)) how.times.reversed.push_back(d);
          if (d < 2 && random.chance(0.3)) how.targets.reversed.push_back(d);
          if (d < 2 && random.chance(0.3)) how.statuses.reversed.push_back(d);
        }
        how.path = random.chance(0.3) ? call_path::brackets : call_path::resample;
        check_same(dense, run(tested(), work, how));
      }
    }
  }
}

TEST_CASE("buffers without slack: nothing outside them is read", "[layout]") {
  // For the address sanitizer and compute-sanitizer; each array is its own allocation.
  for (const operations& entry : tested().all()) {
    random_source random(24);
    for (const std::int64_t channels : {1, 3, 7, 8, 33}) {
      for (const batch_form form : {batch_form::automatic, batch_form::packed}) {
        random_shape shape = small_shape(random, channels);
        shape.ragged = random.chance(0.5);
        const problem work = random_problem(random, entry.types, shape);
        setup how;
        how.form = form;
        for (placement* each :
             {&how.values, &how.times, &how.targets, &how.output, &how.statuses}) {
          each->guard = 0;
        }
        const outcome got = run(tested(), work, how);
        CHECK(difference(tested(), work, got) == "");
      }
    }
  }
}

TEST_CASE("the status bytes are optional", "[layout]") {
  for (const operations& entry : tested().all()) {
    random_source random(25);
    const problem work = random_problem(random, entry.types, small_shape(random, 6));
    const outcome with = run(tested(), work);
    for (const call_path path : {call_path::resample, call_path::brackets}) {
      setup how;
      how.with_statuses = false;
      how.path = path;
      check_same(with, run(tested(), work, how));
    }
  }
}

TEST_CASE("zero items, rows or channels: success, null pointers, statuses alone", "[layout]") {
  for (const operations& entry : tested().all()) {
    random_source random(26);
    for (const int what : {0, 1, 2, 3}) {
      random_shape shape = small_shape(random, 4);
      if (what == 0) shape.batch = 0;
      if (what == 1) shape.rows = 0;
      if (what == 2) shape.channels = 0;
      if (what == 3) shape.samples = 0;
      const problem work = random_problem(random, entry.types, shape);
      for (const call_path path : {call_path::resample, call_path::brackets}) {
        for (const batch_form form :
             {batch_form::automatic, batch_form::padded_lengths, batch_form::packed}) {
          setup how;
          how.form = form;
          how.path = path;
          const outcome got = run(tested(), work, how);
          INFO("what is zero: " << what);
          REQUIRE(std::string(got.status.message()) == "");
          CHECK(got.status.ok());
          if (what == 3 || (what == 2 && path == call_path::resample)) {
            CHECK(difference(tested(), work, got) == "");  // rows without channels have statuses
          }
        }
      }
    }
  }
}

TEST_CASE("extents around tile sizes", "[layout]") {
  // Batches, rows and channels at and next to powers of two, so that every cut of the work occurs.
  for (const operations& entry : tested().all()) {
    if (!moves_differently(entry.types)) continue;
    random_source random(27);
    for (int i = 0; i < 40; ++i) {
      const std::int64_t sizes[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 65, 127, 129};
      const auto any = [&](std::int64_t most) {
        std::int64_t size = most + 1;
        while (size > most) size = sizes[random.between(0, 15)];
        return size;
      };
      random_shape shape;
      shape.batch = any(9);
      shape.rows = any(129);
      shape.samples = any(129);
      shape.channels = any(129);
      const problem work = random_problem(random, entry.types, shape);
      INFO("B " << shape.batch << " S " << shape.samples << " T " << shape.rows << " D "
                << shape.channels);
      CHECK(check(tested(), work) == "");
    }
  }
}

TEST_CASE("many rows, one channel; one row, many channels", "[layout][heavy]") {
  for (const operations& entry : tested().all()) {
    if (!moves_differently(entry.types)) continue;
    random_source random(28);
    random_shape shape;
    shape.batch = 70;
    shape.rows = 1000;
    shape.channels = 1;
    CHECK(check(tested(), random_problem(random, entry.types, shape)) == "");
    shape.batch = 1;
    shape.rows = 1;
    shape.samples = 2;
    shape.channels = 100003;
    CHECK(check(tested(), random_problem(random, entry.types, shape)) == "");
    shape.channels = 65536;
    shape.rows = 3;
    CHECK(check(tested(), random_problem(random, entry.types, shape)) == "");
  }
}

TEST_CASE("the longest axis, by strides of zero", "[layout]") {
  problem work;
  work.types = {scalar_kind::f32, scalar_kind::f32, time_kind::i64};
  const std::uint64_t three = encode(scalar_kind::f32, 3);
  work.items.assign(64, {{7}, {three}});  // enough rows that the GPU searches several together
  work.targets.assign(64, std::vector<stamp>(64, 9));
  for (const stamp target : {stamp{9}, stamp{7}, stamp{5}}) {
    for (auto& row : work.targets) row.assign(64, target);
    prepared ready(tested(), work, {});
    ready.call.times.extents[1] = ready.call.values.extents[1] = 2147483647;
    ready.call.times.strides[1] = ready.call.values.strides[1] = 0;
    const outcome got = ready.collect(ready.launch(tested().where()));
    REQUIRE(std::string(got.status.message()) == "");
    std::size_t wrong = 0;
    for (const std::uint64_t bits : got.output) wrong += bits != three;
    const std::uint8_t expected = target > 7   ? robocache::row_status::after
                                  : target < 7 ? robocache::row_status::before
                                               : robocache::row_status::ok;
    for (const std::uint8_t status : got.statuses) wrong += status != expected;
    CHECK(wrong == 0);
  }
}
