// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

// Time where arithmetic that is merely plausible breaks: epochs, the ends of the types, overflow.

using namespace robocache_test;
using robocache::extrapolation;
using robocache::gap_policy;
using robocache::interpolation;
using robocache::row_status;

namespace {

constexpr stamp infinity = std::numeric_limits<stamp>::infinity();
constexpr stamp not_a_time = std::numeric_limits<stamp>::quiet_NaN();
const stamp int64_high = static_cast<stamp>(std::numeric_limits<std::int64_t>::max());
const stamp int64_low = static_cast<stamp>(std::numeric_limits<std::int64_t>::min());
const stamp uint64_high = static_cast<stamp>(std::numeric_limits<std::uint64_t>::max());

/// One recording with one float channel, value 10 s + 1.
problem series(time_kind kind, const std::vector<stamp>& times, const std::vector<stamp>& targets) {
  problem work;
  work.types = {scalar_kind::f32, scalar_kind::f32, kind};
  work.items.resize(1);
  work.items[0].times = times;
  for (std::size_t s = 0; s < times.size(); ++s) {
    work.items[0].values.push_back(encode(scalar_kind::f32, 10.0 * static_cast<double>(s) + 1));
  }
  work.targets = {targets};
  return work;
}

double value(const outcome& got, std::size_t row) {
  return decode(scalar_kind::f32, got.output.at(row));
}

/// All policies inside and outside against the reference.
void check_policies(problem work, stamp horizon) {
  for (int inside = 0; inside < 4; ++inside) {
    for (int outside = 0; outside < 4; ++outside) {
      work.policy.interpolation = static_cast<interpolation>(inside);
      work.policy.extrapolation = static_cast<extrapolation>(outside);
      work.policy.horizon = outside == 3 ? horizon : 0;
      INFO("interpolation " << inside << " extrapolation " << outside);
      CHECK(check(tested(), work) == "");
    }
  }
}

}  // namespace

TEST_CASE("int64 epoch nanoseconds: one nanosecond counts", "[time]") {
  const stamp epoch = 1700000000123456789.0L;
  problem work = series(time_kind::i64, {epoch, epoch + 1, epoch + 3},
                        {epoch, epoch + 1, epoch + 2, epoch + 3, epoch - 1, epoch + 4});
  const outcome got = run(tested(), work);
  REQUIRE(got.status.ok());
  CHECK(value(got, 0) == 1);
  CHECK(value(got, 1) == 11);
  CHECK(value(got, 2) == 16);
  CHECK(value(got, 3) == 21);
  CHECK(got.statuses ==
        std::vector<std::uint8_t>{0, 0, 0, 0, row_status::before, row_status::after});
  check_policies(work, 1);
  work.policy.max_gap = 1;
  work.policy.gap = gap_policy::fill;
  CHECK(+run(tested(), work).statuses[2] == row_status::gap);
}

TEST_CASE("double epoch seconds: a microsecond counts", "[time]") {
  const double epoch = 1.7e9;
  const double step = std::nextafter(epoch, 2e9) - epoch;  // 0.24 us
  check_policies(series(time_kind::f64, {epoch, epoch + step, epoch + 5 * step},
                        {epoch + 2 * step, epoch + 4 * step, epoch + 6 * step, epoch - step}),
                 step);
  const outcome got =
      run(tested(), series(time_kind::f64, {epoch, epoch + 4 * step}, {epoch + step}));
  CHECK(value(got, 0) == 3.5);  // a quarter of the way, although step is 2^-22 s
}

TEST_CASE("float stamps: neighbours in the type", "[time]") {
  const float t = 1.7e9f;  // 128 s apart, and still sound
  const float up = std::nextafter(t, 2e9f);
  check_policies(series(time_kind::f32, {t, up}, {t, up, std::nextafter(up, 2e9f)}), 64);
}

TEST_CASE("the ends of int64 and uint64", "[time]") {
  problem work =
      series(time_kind::i64, {int64_low, 0, int64_high},
             {int64_low, int64_low + 1, -0x1p62L, -1, 0, 1, 0x1p62L, int64_high - 1, int64_high});
  check_policies(work, int64_high);
  const outcome got = run(tested(), work);
  CHECK(value(got, 2) == 6);
  CHECK(value(got, 6) == 16);

  // The whole range in one interval: a difference of 2^64 - 1.
  problem whole = series(time_kind::i64, {int64_low, int64_high},
                         {int64_low, -1, 0, int64_high, int64_high - 1, int64_low + 1});
  check_policies(whole, 5);
  whole.policy.max_gap = int64_high - 1;  // any limit but "none" is exceeded
  CHECK(+run(tested(), whole).statuses[1] == row_status::gap);
  whole.policy.max_gap = infinity;
  CHECK(+run(tested(), whole).statuses[1] == row_status::ok);

  check_policies(
      series(time_kind::u64, {0, uint64_high}, {0, 1, 0x1p63L, uint64_high - 1, uint64_high}), 5);
  check_policies(series(time_kind::u64, {0x1p63L - 1, 0x1p63L, 0x1p63L + 4},
                        {0, 0x1p63L - 2, 0x1p63L - 1, 0x1p63L + 1, 0x1p63L + 3, uint64_high}),
                 9);

  // One stamp at one end, the target at the other.
  problem held = series(time_kind::i64, {int64_high}, {int64_low});
  held.policy.interpolation = interpolation::nearest;
  held.policy.tolerance = 1000;
  CHECK(check(tested(), held) == "");
  CHECK(+run(tested(), held).statuses[0] == (row_status::before | row_status::stale));
}

TEST_CASE("extrapolation at the ends of the integers", "[time]") {
  problem work = series(time_kind::i64, {-2, 2}, {int64_low, int64_high, 5, -5});
  work.policy.extrapolation = extrapolation::linear;
  for (const stamp horizon : {1.0L, 3.0L, int64_high, infinity}) {
    work.policy.horizon = horizon;
    CHECK(check(tested(), work) == "");
  }
}

TEST_CASE("the offset of integers stops at the ends of the type", "[time]") {
  problem work = series(time_kind::i64, {int64_high - 10, int64_high - 5, int64_high - 1},
                        {int64_high - 6, int64_high - 5, int64_high - 3, int64_high});
  work.policy.offset = 4;
  check_policies(work, 5);
  CHECK(value(run(tested(), work), 3) == 21);  // two stamps fell together: the last wins
  work = series(time_kind::i64, {int64_low + 1, int64_low + 5, int64_low + 10},
                {int64_low, int64_low + 2, int64_low + 6});
  work.policy.offset = -4;
  check_policies(work, 5);
  work.policy.offset = int64_low;  // the most negative offset there is
  check_policies(work, 5);
  work = series(time_kind::u64, {1, 5, 10}, {0, 2, 6});
  work.policy.offset = -4;
  check_policies(work, 5);
  work.policy.offset = int64_low;
  check_policies(work, 5);
  work =
      series(time_kind::u64, {uint64_high - 10, uint64_high - 1}, {uint64_high - 6, uint64_high});
  work.policy.offset = 4;
  check_policies(work, 5);
  work.policy.offset = int64_high;
  check_policies(work, 5);
}

TEST_CASE("the offset is added in the native type", "[time]") {
  // 2^53 + 1 is not a double: an offset added in floating point would lose it.
  const stamp far = 0x1p53L;
  problem work = series(time_kind::i64, {far, far + 8}, {far + 1, far + 5});
  work.policy.offset = 1;
  const outcome got = run(tested(), work);
  CHECK(value(got, 0) == 1);
  CHECK(value(got, 1) == 6);
  CHECK(+got.statuses[0] == 0);

  problem seconds = series(time_kind::f64, {1.7e9L, 1.7e9L + 1}, {1.7e9L + 0.25L});
  seconds.policy.offset = 0.125L;
  CHECK(check(tested(), seconds) == "");
  CHECK(value(run(tested(), seconds), 0) == 2.25);
}

TEST_CASE("floating stamps whose difference overflows", "[time]") {
  for (const time_kind kind : {time_kind::f32, time_kind::f64}) {
    const stamp most = kind == time_kind::f32
                           ? static_cast<stamp>(std::numeric_limits<float>::max())
                           : static_cast<stamp>(std::numeric_limits<double>::max());
    problem work = series(kind, {-most, most}, {-most / 2, 0, most / 2, most, -most});
    CHECK(check(tested(), work) == "");
    const outcome got = run(tested(), work);
    CHECK(value(got, 0) == 3.5);
    CHECK(value(got, 1) == 6);
    CHECK(value(got, 2) == 8.5);
    work.policy.interpolation = interpolation::nearest;
    CHECK(check(tested(), work) == "");
    work.policy.interpolation = interpolation::linear;
    work.policy.max_gap = most;  // the interval is longer than any finite limit
    CHECK(+run(tested(), work).statuses[1] == row_status::gap);
  }
}

TEST_CASE("extrapolation over floating differences that overflow", "[time]") {
  for (const time_kind kind : {time_kind::f32, time_kind::f64}) {
    const stamp most = kind == time_kind::f32
                           ? static_cast<stamp>(std::numeric_limits<float>::max())
                           : static_cast<stamp>(std::numeric_limits<double>::max());
    problem work = series(kind, {-most / 4 * 3, most / 4 * 3}, {most, -most});
    work.policy.extrapolation = extrapolation::linear;
    work.policy.horizon = most;
    CHECK(check(tested(), work) == "");
  }
}

TEST_CASE("floating stamps that differ by denormals", "[time]") {
  const stamp least32 = static_cast<stamp>(std::numeric_limits<float>::denorm_min());
  check_policies(series(time_kind::f32, {0, 4 * least32, 8 * least32},
                        {least32, 2 * least32, 5 * least32, -least32, 9 * least32}),
                 least32);
  const stamp least64 = static_cast<stamp>(std::numeric_limits<double>::denorm_min());
  check_policies(series(time_kind::f64, {0, 4 * least64, 8 * least64},
                        {least64, 2 * least64, 5 * least64, -least64, 9 * least64}),
                 least64);
  problem work = series(time_kind::f32, {0, 4 * least32}, {3 * least32});
  work.policy.max_gap = 3 * least32;
  CHECK(+run(tested(), work).statuses[0] == row_status::gap);
}

TEST_CASE("minus zero is zero", "[time]") {
  for (const time_kind kind : {time_kind::f32, time_kind::f64}) {
    check_policies(series(kind, {-1, -0.0L, 1}, {0.0L, -0.0L, 0.5L, -0.5L}), 1);
    check_policies(series(kind, {-0.0L, 0.0L, 1}, {0.0L, -0.0L, 0.5L, -0.5L}), 1);
  }
}

TEST_CASE("targets that are no time", "[time]") {
  for (const time_kind kind : {time_kind::f32, time_kind::f64}) {
    for (const std::vector<stamp>& times :
         {std::vector<stamp>{0, 1, 2}, std::vector<stamp>{5}, std::vector<stamp>{}}) {
      problem work = series(kind, times, {not_a_time, infinity, -infinity, 1});
      work.policy.fill_value = 7;
      check_policies(work, 1);
      const outcome got = run(tested(), work);
      const std::uint8_t expected = static_cast<std::uint8_t>(
          row_status::not_finite | (times.empty() ? row_status::empty : 0));
      for (std::size_t t = 0; t < 3; ++t) {
        CHECK(+got.statuses[t] == +expected);
        CHECK(value(got, t) == 7);  // fill_value, although the policy is hold
      }
      work.policy.extrapolation = extrapolation::nan;
      CHECK(got.output.size() == 4);
      CHECK(run(tested(), work).output[0] == 0x7fffffffu);
    }
  }
}

TEST_CASE("an offset that carries stamps to infinity is safe", "[time]") {
  const stamp most = static_cast<stamp>(std::numeric_limits<float>::max());
  problem work = series(time_kind::f32, {0, most / 2, most}, {0, most / 2, most, 1});
  work.policy.offset = most;
  const outcome got = run(tested(), work);
  CHECK(got.status.ok());
  CHECK(got.padding_intact);
}

TEST_CASE("float32 steps of time do not leak into integer weights", "[time]") {
  // An interval of 2^40 ns and a target 1 ns before its end: the weight rounds to 1 in float, the
  // numerator must not have been rounded to float before.
  const stamp epoch = 1.7e18L;
  for (const stamp interval : {0x1p25L + 1, 0x1p40L, 0x1p54L + 1, 0x1p62L}) {
    check_policies(series(time_kind::i64, {epoch, epoch + interval},
                          {epoch + 1, epoch + 3, epoch + interval / 2, epoch + interval - 1}),
                   7);
  }
  // Numerator and denominator above 2^24, ratio exactly 1/3 before rounding.
  problem thirds = series(time_kind::i64, {0, 300000003}, {100000001});
  CHECK(check(tested(), thirds) == "");
}
