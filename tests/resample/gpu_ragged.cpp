// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <cstdint>
#include <limits>
#include <vector>

// Lengths and offsets that lie in device memory, where the launcher cannot look at them.

using namespace robocache_test;
using robocache::row_status;

namespace {

problem three_items(random_source& random) {
  random_shape shape;
  shape.batch = 3;
  shape.samples = 7;
  shape.rows = 9;
  shape.special_values = false;
  shape.special_targets = false;
  shape.policy = 0;
  problem work =
      random_problem(random, {scalar_kind::f32, scalar_kind::f32, time_kind::i64}, shape);
  work.policy.fill_value = 42;
  return work;
}

/// Item 1 has no samples any more, its neighbours are what they were.
void check_only_item_1_empty(const outcome& expected, const outcome& got) {
  REQUIRE(got.status.ok());
  CHECK(got.padding_intact);
  const std::size_t rows = static_cast<std::size_t>(got.rows);
  const std::size_t per_item = rows * static_cast<std::size_t>(got.channels);
  for (std::size_t i = 0; i < got.output.size(); ++i) {
    const bool in_item_1 = i / per_item == 1;
    REQUIRE(got.output[i] == (in_item_1 ? encode(scalar_kind::f32, 42) : expected.output[i]));
  }
  for (std::size_t i = 0; i < got.statuses.size(); ++i) {
    REQUIRE(+got.statuses[i] == (i / rows == 1 ? row_status::empty : +expected.statuses[i]));
  }
}

}  // namespace

TEST_CASE("a length out of range makes an item without samples", "[gpu]") {
  random_source random(95);
  const problem work = three_items(random);
  const outcome expected = run(tested(), work);
  for (const std::int64_t length :
       {std::int64_t{-1}, std::int64_t{8}, std::int64_t{1} << 31, (std::int64_t{1} << 32) + 3,
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    for (const call_path path : {call_path::resample, call_path::brackets}) {
      setup how;
      how.form = batch_form::padded_lengths;
      how.path = path;
      prepared ready(tested(), work, how);
      ready.lengths.set({1}, static_cast<std::uint64_t>(length));
      ready.lengths.upload();
      INFO("length " << length);
      check_only_item_1_empty(expected, ready.collect(ready.launch(tested().where())));
    }
  }
}

TEST_CASE("offsets out of range make items without samples", "[gpu]") {
  random_source random(96);
  const problem work = three_items(random);
  const outcome expected = run(tested(), work);
  // Item 1 lies between offsets 1 and 2; its neighbours use them too, so only the far ends are
  // moved in a batch where item 1 is the first or the last.
  for (const bool last : {false, true}) {
    problem reordered = work;
    std::swap(reordered.items[1], reordered.items[last ? 2 : 0]);
    std::swap(reordered.targets[1], reordered.targets[last ? 2 : 0]);
    const std::int64_t bad[] = {-1, std::int64_t{1} << 40,
                                std::numeric_limits<std::int64_t>::min()};
    for (const std::int64_t offset : bad) {
      setup how;
      how.form = batch_form::packed;
      prepared ready(tested(), reordered, how);
      ready.offsets.set({last ? 3 : 0}, static_cast<std::uint64_t>(offset));
      ready.offsets.upload();
      outcome got = ready.collect(ready.launch(tested().where()));
      // Back to the order of `expected`.
      const std::size_t rows = static_cast<std::size_t>(got.rows);
      const std::size_t per_item = rows * static_cast<std::size_t>(got.channels);
      const std::size_t other = last ? 2 : 0;
      for (std::size_t i = 0; i < per_item; ++i) {
        std::swap(got.output[per_item + i], got.output[other * per_item + i]);
      }
      for (std::size_t i = 0; i < rows; ++i) {
        std::swap(got.statuses[rows + i], got.statuses[other * rows + i]);
      }
      INFO("offset " << offset << (last ? " at the end" : " at the start"));
      check_only_item_1_empty(expected, got);
    }
  }
}
