// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

using namespace robocache_test;

namespace {

std::string title(const combination& types) {
  return std::string(name_of(types.in)) + " to " + name_of(types.out) + ", " + name_of(types.time);
}

/// Runs `body(random, types)` for all combinations of types.
template <class Body>
void for_all_types(std::uint64_t seed, const Body& body) {
  for (const operations& entry : tested().all()) {
    random_source random(seed);
    INFO(title(entry.types));
    body(random, entry.types);
  }
}

/// Rows of `from` in the order `order`.
std::vector<std::uint64_t> permuted(const outcome& from, const std::vector<std::size_t>& order) {
  std::vector<std::uint64_t> to;
  const auto channels = static_cast<std::ptrdiff_t>(from.channels);
  for (const std::size_t row : order) {
    const auto first = from.output.begin() + static_cast<std::ptrdiff_t>(row) * channels;
    to.insert(to.end(), first, first + channels);
  }
  return to;
}

}  // namespace

TEST_CASE("random problems match the reference", "[property]") {
  for_all_types(1, [](random_source& random, const combination& types) {
    for (int policy = 0; policy < 48; ++policy) {
      random_shape shape;
      shape.policy = policy;
      shape.batch = random.between(1, 3);
      shape.samples = random.between(1, 40);
      shape.ragged = random.chance(0.5);
      shape.channels = random.between(1, 9);
      shape.affine = random.chance(0.3);
      CHECK(check(tested(), random_problem(random, types, shape)) == "");
    }
  });
}

TEST_CASE("random problems match the reference, many", "[property][heavy]") {
  for_all_types(2, [](random_source& random, const combination& types) {
    for (int i = 0; i < 300; ++i) {
      random_shape shape;
      shape.samples = random.between(1, 12);
      shape.rows = 40;
      shape.channels = 2;
      shape.duplicates = random.unit();
      shape.affine = random.chance(0.2);
      const std::string wrong = check(tested(), random_problem(random, types, shape));
      if (!wrong.empty()) CHECK(wrong == "");
    }
    SUCCEED();
  });
}

TEST_CASE("shuffled targets give shuffled rows", "[property]") {
  for_all_types(3, [](random_source& random, const combination& types) {
    random_shape shape;
    shape.samples = 50;
    shape.rows = 97;
    shape.special_targets = false;
    problem sorted = random_problem(random, types, shape);
    std::sort(sorted.targets[0].begin(), sorted.targets[0].end());
    std::vector<std::size_t> order(sorted.targets[0].size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = order.size() - 1; i > 0; --i) {
      std::swap(order[i],
                order[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(i)))]);
    }
    problem shuffled = sorted;
    for (std::size_t i = 0; i < order.size(); ++i) {
      shuffled.targets[0][i] = sorted.targets[0][order[i]];
    }
    const outcome a = run(tested(), sorted);
    const outcome b = run(tested(), shuffled);
    REQUIRE(a.status.ok());
    REQUIRE(b.status.ok());
    CHECK(b.output == permuted(a, order));
    CHECK(difference(tested(), sorted, a) == "");
    for (std::size_t i = 0; i < order.size(); ++i) REQUIRE(b.statuses[i] == a.statuses[order[i]]);
  });
}

TEST_CASE("rising and falling targets, near and far apart, match the reference", "[property]") {
  // A search may start where the one before ended.
  for_all_types(31, [](random_source& random, const combination& types) {
    for (const std::int64_t samples : {1, 2, 5, 40, 300}) {
      for (const std::int64_t rows : {4, 40, 400}) {
        random_shape shape;
        shape.batch = 2;
        shape.samples = samples;
        shape.rows = rows;
        shape.channels = 2;
        problem work = random_problem(random, types, shape);
        const auto earlier = [](stamp a, stamp b) { return b != b ? a == a : a < b; };  // NaN last
        for (auto& targets : work.targets) std::sort(targets.begin(), targets.end(), earlier);
        CHECK(check(tested(), work) == "");
        for (auto& targets : work.targets) std::reverse(targets.begin(), targets.end());
        CHECK(check(tested(), work) == "");
      }
    }
  });
}

TEST_CASE("a batch is its items one by one, in every form", "[property]") {
  for_all_types(4, [](random_source& random, const combination& types) {
    for (const bool ragged : {false, true}) {
      random_shape shape;
      shape.batch = 5;
      shape.samples = 30;
      shape.rows = 33;
      shape.channels = 5;
      shape.ragged = ragged;
      const problem work = random_problem(random, types, shape);
      outcome single;
      for (std::int64_t b = 0; b < work.batch(); ++b) {
        const outcome one = run(tested(), item_of(work, b));
        REQUIRE(one.status.ok());
        single.output.insert(single.output.end(), one.output.begin(), one.output.end());
        single.statuses.insert(single.statuses.end(), one.statuses.begin(), one.statuses.end());
      }
      for (const batch_form form :
           {batch_form::automatic, batch_form::padded_lengths, batch_form::packed}) {
        for (const call_path path : {call_path::resample, call_path::brackets}) {
          setup how;
          how.form = form;
          how.path = path;
          how.extra_samples = form == batch_form::padded_lengths ? 3 : 0;
          const outcome whole = run(tested(), work, how);
          REQUIRE(whole.status.ok());
          CHECK(whole.padding_intact);
          CHECK(whole.output == single.output);
          CHECK(whole.statuses == single.statuses);
        }
      }
    }
  });
}

TEST_CASE("one shared grid is the same grid for every item", "[property]") {
  for_all_types(5, [](random_source& random, const combination& types) {
    random_shape shape;
    shape.batch = 4;
    shape.ragged = true;
    problem work = random_problem(random, types, shape);
    for (auto& targets : work.targets) targets = work.targets[0];
    for (const call_path path : {call_path::resample, call_path::brackets}) {
      setup how;
      how.path = path;
      const outcome each = run(tested(), work, how);
      how.shared_grid = true;
      const outcome shared = run(tested(), work, how);
      REQUIRE(each.status.ok());
      REQUIRE(shared.status.ok());
      CHECK(same_results(each, shared));
    }
  });
}

TEST_CASE("find_brackets and apply_brackets give resample's bits", "[property]") {
  for_all_types(6, [](random_source& random, const combination& types) {
    for (int i = 0; i < 12; ++i) {
      random_shape shape;
      shape.batch = 2;
      shape.ragged = i % 2 == 0;
      shape.affine = i % 3 == 0;
      shape.channels = random.between(1, 20);
      const problem work = random_problem(random, types, shape);
      setup how;
      how.path = call_path::brackets;
      CHECK(same_results(run(tested(), work), run(tested(), work, how)));
    }
  });
}

TEST_CASE("level 1 gives resample's bits, with every group", "[property]") {
  for_all_types(7, [](random_source& random, const combination& types) {
    for (int i = 0; i < 12; ++i) {
      random_shape shape;
      shape.batch = 2;
      shape.samples = i < 6 ? random.between(1, 9) : random.between(30, 200);
      shape.affine = i % 3 == 0;
      shape.channels = i % 4 == 0 ? 70 : 5;
      const problem work = random_problem(random, types, shape);
      const outcome launched = run(tested(), work);
      for (const group_kind group : tested().groups()) {
        setup how;
        how.path = call_path::rows;
        how.group = group;
        INFO("group " << static_cast<int>(group));
        CHECK(same_results(launched, run(tested(), work, how)));
      }
    }
  });
}

TEST_CASE("rebasing integer stamps changes no bit", "[property]") {
  for_all_types(8, [](random_source& random, const combination& types) {
    if (!is_integer(types.time)) return;
    for (int i = 0; i < 10; ++i) {
      random_shape shape;
      shape.samples = 30;
      problem work = random_problem(random, types, shape);
      // To 0, and to the two ends of the type.
      stamp low = work.items[0].times.front();
      stamp high = work.items[0].times.back();
      for (const stamp t : work.targets[0]) {
        low = std::min(low, t);
        high = std::max(high, t);
      }
      const bool is_signed = types.time == time_kind::i64;
      const stamp room = 0x1p40L;  // for the offset
      const stamp lowest = (is_signed ? -0x1p63L : 0.0L) + room;
      const stamp highest = (is_signed ? 0x1p63L : 0x1p64L) - room;
      const outcome original = run(tested(), work);
      REQUIRE(original.status.ok());
      for (const stamp move : {-low, lowest - low, highest - high}) {
        problem moved = work;
        if (!is_signed && low + move - 1.0e9L < 0) continue;
        for (stamp& t : moved.items[0].times) t += move;
        for (stamp& t : moved.targets[0]) t += move;
        CHECK(same_results(original, run(tested(), moved)));
      }
    }
  });
}

TEST_CASE("int64 epoch nanoseconds and their float32 seconds from 0 agree", "[property]") {
  // Dyadic steps that both types hold exactly: the weights must then be the same bits.
  const combination whole{scalar_kind::f32, scalar_kind::f32, time_kind::i64};
  const combination small{scalar_kind::f32, scalar_kind::f32, time_kind::f32};
  if (tested().find(whole) == nullptr || tested().find(small) == nullptr) return;
  random_source random(9);
  problem ns;
  ns.types = whole;
  ns.channels = 4;
  ns.items.resize(1);
  ns.targets.resize(1);
  std::int64_t tick = 0;
  for (int s = 0; s < 64; ++s) {
    tick += random.between(1, 100);
    ns.items[0].times.push_back(static_cast<stamp>(tick));
    for (int d = 0; d < 4; ++d) {
      ns.items[0].values.push_back(random_value(random, scalar_kind::f32, false));
    }
  }
  for (int t = 0; t < 500; ++t) {
    ns.targets[0].push_back(static_cast<stamp>(random.between(-20, tick + 20)));
  }
  problem seconds = ns;
  seconds.types = small;
  for (stamp& t : seconds.items[0].times) t *= 0x1p-9L;
  for (stamp& t : seconds.targets[0]) t *= 0x1p-9L;
  for (stamp& t : ns.items[0].times) t = t * 1953125 + 1.7e18L;  // 2^-9 s
  for (stamp& t : ns.targets[0]) t = t * 1953125 + 1.7e18L;
  const outcome a = run(tested(), ns);
  const outcome b = run(tested(), seconds);
  REQUIRE(a.status.ok());
  REQUIRE(b.status.ok());
  CHECK(a.output == b.output);
  CHECK(a.statuses == b.statuses);
}
