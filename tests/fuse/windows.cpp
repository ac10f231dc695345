// SPDX-License-Identifier: Apache-2.0
#include "series.hpp"

#include <limits>

// Targets as windows around anchors: the bits of the same targets written out.

using namespace robocache_test;
using robocache::row_status;

namespace {

/// `fuse`, and `resample` for each stream, with windows and with the targets written out.
void check_windows(const fuse_problem& work, const fuse_setup& how = {}) {
  REQUIRE(work.windowed);
  const fuse_problem plain = without_windows(work);
  const fuse_outcome got = run(tested(), work, how);
  CHECK(difference(work, got) == "");
  fuse_setup each = how;
  each.targets = {};
  CHECK(same_results(run(tested(), plain, each), got));
  for (std::size_t n = 0; n < work.streams.size(); ++n) {
    const fuse_outcome windowed = run_resample(tested(), work, n);
    REQUIRE(std::string(windowed.status.message()) == "");
    CHECK(same_results(run_resample(tested(), plain, n), windowed));
  }
}

stamp unit_of(time_kind kind) {
  return is_integer(kind) ? 4.0L : 0.25L;
}

}  // namespace

TEST_CASE("random windows are their targets written out", "[windows]") {
  for_all_sets(261, [](random_source& random, const fuse_types& types) {
    for (int i = 0; i < 25; ++i) {
      random_fuse_shape shape;
      shape.streams = random.between(1, 4);
      shape.rows = random.between(1, 12);
      fuse_problem work = random_fuse_problem(random, types, shape);
      work.windowed = true;
      const stamp interval = is_integer(types.time) ? 1.0e7L : 0.01L;
      const std::int64_t count = random.between(1, 9);
      for (std::int64_t k = 0; k < count; ++k) {
        const long double delta = interval * (8.0L * random.unit() - 4);
        work.deltas.push_back(types.time == time_kind::u64 ? to_stamp(time_kind::i64, delta)
                                                           : to_stamp(types.time, delta));
      }
      fuse_setup how;
      how.separate = random.chance(0.3);
      check_windows(work, how);
    }
  });
}

TEST_CASE("shared anchors", "[windows]") {
  for_all_sets(262, [](random_source& random, const fuse_types& types) {
    random_fuse_shape shape;
    shape.batch = 3;
    shape.rows = 5;
    fuse_problem work = random_fuse_problem(random, types, shape);
    for (auto& targets : work.targets) targets = work.targets[0];
    work.windowed = true;
    work.deltas = {0, is_integer(types.time) ? 1000 : 0.5L};
    const fuse_outcome each = run(tested(), work);
    fuse_setup how;
    how.shared_grid = true;
    const fuse_outcome shared = run(tested(), work, how);
    REQUIRE(shared.status.ok());
    CHECK(same_results(each, shared));
  });
}

TEST_CASE("windows beyond the recording: the statuses are the padding mask", "[windows]") {
  for_all_sets(263, [](random_source&, const fuse_types& types) {
    const stamp unit = unit_of(types.time);
    fuse_stream stream = ramp(types.in.front(), 10, 2, unit);  // 0 .. 9 units
    for (stamp& t : stream.items[0].times) t += 8 * unit;      // history must not fall below 0
    fuse_problem work = problem_of(types, {stream}, {8 * unit, 9 * unit, 13 * unit, 17 * unit});
    work.windowed = true;
    work.deltas = {-3 * unit, -1 * unit, 0, 2 * unit};
    check_windows(work);
    const std::vector<std::uint8_t> b{row_status::before}, a{row_status::after};
    const std::vector<std::uint8_t> mask = {b[0], b[0], 0, 0,      // the first sample
                                            b[0], 0,    0, 0,      // the second
                                            0,    0,    0, 0,      // the sixth
                                            0,    0,    0, a[0]};  // the last
    const fuse_outcome got = run(tested(), work);
    CHECK(got.statuses == mask);
    // Row a * K + k: the third anchor at its deltas.
    for (std::int64_t k = 0; k < 4; ++k) {
      const double expected[] = {2, 4, 5, 7};
      CHECK(value_at(work, got, 0, 8 + k, 0) == expected[k]);
    }
  });
}

TEST_CASE("integer targets stop at the ends of their type", "[windows]") {
  for_all_sets(264, [](random_source&, const fuse_types& types) {
    if (!is_integer(types.time)) return;
    const bool is_signed = types.time == time_kind::i64;
    const stamp low = is_signed ? -0x1p63L : 0;
    const stamp high = is_signed ? 0x1p63L - 1 : 0x1p64L - 1;
    constexpr stamp most = 0x1p63L - 1;
    const fuse_stream stream =
        series(types.in.front(), {low, low + 8, 1000, high - 8, high}, {{1}, {2}, {3}, {4}, {5}});
    fuse_problem work =
        problem_at_zero(types, {stream}, {low, low + 3, 500, 1000, high - 4, high - 1, high});
    work.windowed = true;
    work.deltas = {-most - 1, -most, -100, -1, 0, 1, 100, most};
    check_windows(work);
    const fuse_outcome got = run(tested(), work);
    for (const std::uint8_t status : got.statuses) REQUIRE(+status == 0);  // never outside
    CHECK(value_at(work, got, 0, 0, 0) == 1);          // the lowest, less 2^63: stays there
    CHECK(value_at(work, got, 0, 6 * 8 + 7, 0) == 5);  // the highest
    CHECK(value_at(work, got, 0, 5 * 8 + 6, 0) == 5);
  });
}

TEST_CASE("anchors that are not finite, and deltas that make them so", "[windows]") {
  for_all_sets(265, [](random_source&, const fuse_types& types) {
    if (is_integer(types.time)) return;
    constexpr stamp infinity = std::numeric_limits<stamp>::infinity();
    constexpr stamp not_a_time = std::numeric_limits<stamp>::quiet_NaN();
    fuse_problem work = problem_of(types, {ramp(types.in.front(), 4, 2, 1)},
                                   {not_a_time, infinity, -infinity, 1, 2.5L});
    work.windowed = true;
    work.deltas = {0, 0.5L, infinity, -infinity, not_a_time};
    check_windows(work);
    const fuse_outcome got = run(tested(), work);
    for (std::size_t row = 0; row < 25; ++row) {
      const bool finite = row >= 15 && row % 5 < 2;
      CHECK(+got.statuses[row] == (finite ? 0 : row_status::not_finite));
    }
  });
}

TEST_CASE("no anchors, no deltas", "[windows]") {
  for_all_sets(266, [](random_source&, const fuse_types& types) {
    fuse_problem work = problem_of(types, {ramp(types.in.front(), 4, 2, 1)}, {1, 2});
    work.windowed = true;
    const fuse_outcome no_deltas = run(tested(), work);
    CHECK(std::string(no_deltas.status.message()) == "");
    CHECK(no_deltas.outputs_untouched);
    work.deltas = {0, 1};
    work.targets[0].clear();
    CHECK(std::string(run(tested(), work).status.message()) == "");
  });
}

TEST_CASE("strided anchors and many windows", "[windows]") {
  for_all_sets(267, [](random_source& random, const fuse_types& types) {
    for (int i = 0; i < 8; ++i) {
      random_fuse_shape shape;
      shape.rows = 7;
      fuse_problem work = random_fuse_problem(random, types, shape);
      work.windowed = true;
      for (int k = -20; k < 30; ++k) {
        work.deltas.push_back(is_integer(types.time) ? 1.0e6L * k : 0.0078125L * k);
      }
      fuse_setup how;
      how.targets = random_placement(random, 2);
      check_windows(work, how);
    }
  });
}
