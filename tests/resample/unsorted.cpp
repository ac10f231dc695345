// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

// Source times that decrease or are NaN: any result, but safe, and reported where noticed.

using namespace robocache_test;
using robocache::row_status;

namespace {

constexpr stamp not_a_time = std::numeric_limits<stamp>::quiet_NaN();

problem series(time_kind kind, const std::vector<stamp>& times, const std::vector<stamp>& targets) {
  problem work;
  work.types = {scalar_kind::f32, scalar_kind::f32, kind};
  work.items.resize(1);
  work.items[0].times = times;
  for (std::size_t s = 0; s < times.size(); ++s) {
    work.items[0].values.push_back(encode(scalar_kind::f32, static_cast<double>(s)));
  }
  work.targets = {targets};
  return work;
}

bool is_reported(std::uint8_t status) {
  return (status & row_status::unsorted) != 0;
}

/// Every row with the bit?
void check_reported(time_kind kind, const std::vector<stamp>& times,
                    const std::vector<stamp>& targets) {
  for (int inside = 0; inside < 4; ++inside) {
    problem work = series(kind, times, targets);
    work.policy.interpolation = static_cast<robocache::interpolation>(inside);
    const outcome got = run(tested(), work);
    REQUIRE(got.status.ok());
    CHECK(got.padding_intact);
    for (std::size_t t = 0; t < targets.size(); ++t) {
      INFO(name_of(kind) << " target " << targets[t] << " status " << +got.statuses[t]);
      CHECK(is_reported(got.statuses[t]));
    }
  }
}

}  // namespace

TEST_CASE("disorder at the bracket is reported", "[unsorted]") {
  for (const time_kind kind : {time_kind::f32, time_kind::f64, time_kind::i64, time_kind::u64}) {
    check_reported(kind, {20, 10}, {15, 5, 25});  // nothing but disorder
    check_reported(kind, {30, 20, 10}, {5, 15, 25, 35});
    check_reported(kind, {10, 20, 40, 30}, {25});  // the stamp after the right one
    check_reported(kind, {10, 20, 40, 30}, {20});  // for a sample, too
    check_reported(kind, {10, 30, 20, 40}, {15});
    check_reported(kind, {50, 20, 30, 10}, {5, 60});  // outside: the ends in the wrong order
  }
}

TEST_CASE("NaN stamps next to the bracket are reported", "[unsorted]") {
  for (const time_kind kind : {time_kind::f32, time_kind::f64}) {
    check_reported(kind, {not_a_time}, {0, 5});
    check_reported(kind, {not_a_time, not_a_time, not_a_time}, {0, 5});
    check_reported(kind, {not_a_time, 1, 2}, {0});
    check_reported(kind, {0, 1, not_a_time}, {5, 1.5L});
    check_reported(kind, {0, 1, not_a_time, 3, 4}, {1.5L, 2});
    check_reported(kind, {0, not_a_time}, {0.5L, 1});
  }
}

TEST_CASE("sorted stamps are never called unsorted", "[unsorted]") {
  for (const operations& entry : tested().all()) {
    random_source random(31);
    for (int i = 0; i < 10; ++i) {
      random_shape shape;
      shape.samples = random.between(1, 60);
      shape.duplicates = random.unit();
      const outcome got = run(tested(), random_problem(random, entry.types, shape));
      for (const std::uint8_t status : got.statuses) REQUIRE(!is_reported(status));
    }
  }
}

TEST_CASE("random disorder is safe on every path", "[unsorted]") {
  for (const operations& entry : tested().all()) {
    random_source random(32);
    for (int i = 0; i < 40; ++i) {
      random_shape shape;
      shape.batch = 2;
      shape.samples = random.between(1, 90);
      shape.rows = 50;
      shape.channels = random.between(1, 9);
      problem work = random_problem(random, entry.types, shape);
      for (recording& item : work.items) {
        for (stamp& t : item.times) {
          if (random.chance(0.3))
            t = item.times[static_cast<std::size_t>(
                random.between(0, static_cast<std::int64_t>(item.times.size()) - 1))];
          if (!is_integer(entry.types.time) && random.chance(0.1)) {
            const stamp specials[] = {not_a_time, std::numeric_limits<stamp>::infinity(),
                                      -std::numeric_limits<stamp>::infinity()};
            t = specials[random.between(0, 2)];
          }
        }
      }
      if (i % 3 == 0) {  // rising targets: a search may start where the one before ended
        const auto earlier = [](stamp a, stamp b) { return b != b ? a == a : a < b; };
        for (auto& targets : work.targets) std::sort(targets.begin(), targets.end(), earlier);
      }
      for (const call_path path : {call_path::resample, call_path::brackets}) {
        setup how;
        how.path = path;
        for (placement* each :
             {&how.values, &how.times, &how.targets, &how.output, &how.statuses}) {
          each->guard = i % 2 == 0 ? 0 : 8;
        }
        const outcome got = run(tested(), work, how);
        REQUIRE(got.status.ok());
        REQUIRE(got.padding_intact);
        if (path != call_path::brackets) continue;
        for (std::size_t row = 0; row < got.left.size(); ++row) {
          const auto size = static_cast<std::int64_t>(
              work.items[row / static_cast<std::size_t>(work.rows())].times.size());
          REQUIRE(got.left[row] >= -1);
          REQUIRE(got.left[row] < size);
          REQUIRE(got.right[row] >= -1);
          REQUIRE(got.right[row] < size);
        }
      }
    }
  }
}

TEST_CASE("reversed stamps of any number are safe", "[unsorted]") {
  for (const time_kind kind : {time_kind::f64, time_kind::i64}) {
    for (int size = 1; size <= 70; ++size) {
      std::vector<stamp> times;
      std::vector<stamp> targets;
      for (int s = 0; s < size; ++s) times.push_back(1000 - 4 * s);
      for (int t = -2; t < size + 2; ++t) targets.push_back(1002 - 4 * t);
      const outcome got = run(tested(), series(kind, times, targets));
      REQUIRE(got.status.ok());
      REQUIRE(got.padding_intact);
      if (size < 2) continue;
      for (const std::uint8_t status : got.statuses) REQUIRE(is_reported(status));
    }
  }
}
