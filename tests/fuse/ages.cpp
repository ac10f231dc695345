// SPDX-License-Identifier: Apache-2.0
#include "../reference/stamps.hpp"
#include "series.hpp"

#include <cmath>
#include <limits>

// Ages: the target less the stamp of the newest sample that a row was made from.

using namespace robocache_test;
using robocache::extrapolation;
using robocache::gap_policy;
using robocache::interpolation;

namespace {

/// Samples at 100, 110, 120, 150; one age per target.
void check_ages(const fuse_types& types, const any_policy& policy,
                const std::vector<stamp>& targets, const std::vector<stamp>& ages) {
  fuse_stream stream =
      series(types.in.front(), {100, 110, 120, 150}, {{1, 2}, {3, 4}, {5, 6}, {7, 8}});
  stream.policy = policy;
  const fuse_problem work = problem_of(types, {stream}, targets);
  const fuse_outcome got = run(tested(), work);
  CHECK(difference(work, got) == "");
  for (std::size_t t = 0; t < targets.size(); ++t) {
    INFO("target " << targets[t]);
    const time_kind duration = is_integer(types.time) ? time_kind::i64 : types.time;
    const std::uint64_t expected =
        std::isinf(ages[t]) ? unlimited_bits(types.time) : stamp_bits(duration, ages[t]);
    CHECK(got.ages[t] == expected);
  }
}

constexpr stamp none = std::numeric_limits<stamp>::infinity();

}  // namespace

TEST_CASE("ages by interpolation", "[age]") {
  for_all_sets(271, [](random_source&, const fuse_types& types) {
    // Before, hit, between (early, late), hit, between the last two, last, after.
    const std::vector<stamp> targets = {98, 100, 102, 108, 110, 140, 150, 153};
    any_policy policy;
    const auto with = [&](interpolation inside, const std::vector<stamp>& ages) {
      policy.interpolation = inside;
      check_ages(types, policy, targets, ages);
    };
    with(interpolation::linear, {-2, 0, -8, -2, 0, -10, 0, 3});
    with(interpolation::nearest, {-2, 0, 2, -2, 0, -10, 0, 3});
    with(interpolation::previous, {-2, 0, 2, 8, 0, 20, 0, 3});
    with(interpolation::next, {-2, 0, -8, -2, 0, -10, 0, 3});
  });
}

TEST_CASE("ages with an offset, in a gap, and where there is no sample", "[age]") {
  for_all_sets(272, [](random_source&, const fuse_types& types) {
    any_policy policy;
    policy.offset = 5;  // stamps 105, 115, 125, 155
    check_ages(types, policy, {105, 110, 160}, {0, -5, 5});
    policy.offset = 0;
    policy.max_gap = 20;
    check_ages(types, policy, {115, 125, 149}, {-5, 5, 29});  // a gap holds the sample before it
    policy.gap = gap_policy::interpolate;
    check_ages(types, policy, {125}, {-25});
    for (const gap_policy constant : {gap_policy::fill, gap_policy::nan}) {
      policy.gap = constant;
      check_ages(types, policy, {115, 125}, {-5, none});
    }
    for (const extrapolation constant : {extrapolation::fill, extrapolation::nan}) {
      policy.extrapolation = constant;
      check_ages(types, policy, {99, 100, 151}, {none, 0, none});
    }
    policy.extrapolation = extrapolation::linear;  // made from two samples, the newer counts
    policy.horizon = 50;
    check_ages(types, policy, {95, 160, 300}, {-15, 10, 150});
    if (is_integer(types.time)) return;
    check_ages(types, policy, {std::numeric_limits<stamp>::quiet_NaN(), none}, {none, none});
  });
}

TEST_CASE("ages of uint64 stamps are signed", "[age]") {
  for_all_sets(273, [](random_source&, const fuse_types& types) {
    if (types.time != time_kind::u64) return;
    const fuse_problem work = problem_of(types, {series(types.in.front(), {100, 110}, {{1}, {2}})},
                                         {98, 100, 102, 108, 113});
    const fuse_outcome got = run(tested(), work);
    const std::int64_t expected[] = {-2, 0, -8, -2, 3};
    for (std::size_t t = 0; t < 5; ++t) {
      CHECK(static_cast<std::int64_t>(got.ages[t]) == expected[t]);
    }
  });
}

TEST_CASE("ages that no int64 holds stop at its ends", "[age]") {
  for_all_sets(274, [](random_source&, const fuse_types& types) {
    if (!is_integer(types.time)) return;
    const bool is_signed = types.time == time_kind::i64;
    const stamp low = is_signed ? -0x1p63L : 0;
    const stamp high = is_signed ? 0x1p63L - 1 : 0x1p64L - 1;
    constexpr std::int64_t int64_low = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t int64_high = std::numeric_limits<std::int64_t>::max();
    const auto age_of = [&](stamp sample, stamp target) {
      const fuse_problem work =
          problem_at_zero(types, {series(types.in.front(), {sample}, {{1}})}, {target});
      const fuse_outcome got = run(tested(), work);
      CHECK(difference(work, got) == "");
      return static_cast<std::int64_t>(got.ages[0]);
    };
    CHECK(age_of(low, high) == int64_high);
    CHECK(age_of(high, low) == int64_low);
    CHECK(age_of(high, high - 0x1p63L) == int64_low);
    CHECK(age_of(high, high - (0x1p63L - 1)) == int64_low + 1);
    CHECK(age_of(low, low + (0x1p63L - 2)) == int64_high - 1);
    CHECK(age_of(low, low + (0x1p63L - 1)) == int64_high);
    CHECK(age_of(high - 1, high) == 1);
    CHECK(age_of(low + 1, low) == -1);
  });
}

TEST_CASE("ages of groups: the newest sample of all", "[age]") {
  for_all_sets(275, [](random_source&, const fuse_types& types) {
    fuse_stream stream = series(types.in.front(), {100, 110}, {{1, 2}, {3, 4}});
    robocache::channel_group group;
    group.first = 1;
    group.count = 1;
    group.mode = robocache::channel_mode::previous;
    stream.groups = {group};
    stream.policy.interpolation = interpolation::previous;
    fuse_problem work = problem_of(types, {stream}, {104});
    CHECK(run(tested(), work).ages[0] == duration_bits(types.time, 100, 104));
    work.streams[0].policy.interpolation = interpolation::next;  // the first channel: 110
    CHECK(run(tested(), work).ages[0] == duration_bits(types.time, 110, 104));
    CHECK(check(tested(), work) == "");
  });
}

TEST_CASE("each stream has its own age", "[age]") {
  for_all_sets(276, [](random_source&, const fuse_types& types) {
    std::vector<fuse_stream> streams;
    for (int n = 0; n < 5; ++n) {
      streams.push_back(ramp(types.in.front(), 3 + n, 1 + n, 16));
      streams.back().policy.interpolation = interpolation::previous;
    }
    const fuse_problem work = problem_of(types, streams, {40, 70, 500});
    const fuse_outcome got = run(tested(), work);
    CHECK(difference(work, got) == "");
    for (std::size_t n = 0; n < 5; ++n) {  // the last sample of stream n is at 16 (2 + n)
      CHECK(got.ages[10 + n] == duration_bits(types.time, 16 * (2 + stamp(n)), 500));
    }
  });
}
