// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample/collective/stencil_rows.hpp>

#include "../reference/cubic_reference.hpp"
#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

// The cubic: which samples a row is made of, and how much each of them counts.

using namespace robocache;
using robocache_test::cubic_reference;
using robocache_test::expected_cubic;
using robocache_test::expected_row;
using robocache_test::random_source;
using robocache_test::stamp;
using robocache_test::time_kind;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t epoch = 1'700'000'000'000'000'000;  // ns

template <class Time>
constexpr time_kind kind_of() {
  if constexpr (std::is_same_v<Time, float>) return time_kind::f32;
  if constexpr (std::is_same_v<Time, double>) return time_kind::f64;
  if constexpr (std::is_same_v<Time, std::int64_t>) return time_kind::i64;
  return time_kind::u64;
}

template <class Time>
time_axis<Time> axis_of(const std::vector<Time>& times, duration_t<Time> offset = 0) {
  return {times.data(), 1, static_cast<std::int32_t>(times.size()), offset};
}

template <class Real>
bool same_bits(Real a, Real b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}

template <class Real, int K>
bool same_stencil(const sample_stencil<Real, K>& a, const sample_stencil<Real, K>& b) {
  bool same = a.form == b.form && a.count == b.count && a.status == b.status;
  for (int k = 0; k < a.count; ++k) same = same && a.sample[k] == b.sample[k];
  const int numbers = a.form == stencil_form::constant ? 1 : a.count;
  for (int k = 0; k < numbers; ++k) same = same && same_bits(a.coefficient[k], b.coefficient[k]);
  return same;
}

/// The row of one channel.
template <class Time>
double value_at(const std::vector<Time>& times, const std::vector<double>& values, Time t,
                const resample_policy<Time, double>& policy = {}) {
  double result = 0;
  resample_row(
      serial_group{}, axis_of(times, policy.offset), t,
      tensor_view<const double, 2>(values.data(), {static_cast<std::int64_t>(values.size()), 1}),
      stencils::cubic{}, policy, channel_affine<double>{}, tensor_view<double, 1>(&result, {1}));
  return result;
}

template <class Time>
bool is_line(const std::vector<Time>& times, Time t, const resample_policy<Time, double>& policy) {
  return same_stencil(cubic_stencil(axis_of(times, policy.offset), t, policy),
                      stencil_of<4>(bracket(axis_of(times, policy.offset), t, policy)));
}

/// Uneven stamps with duplicates, from `from` on.
template <class Time>
std::vector<Time> random_times(random_source& random, std::int64_t size, Time from, double unit,
                               double duplicates) {
  std::vector<Time> times;
  double t = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    times.push_back(static_cast<Time>(from + static_cast<Time>(t)));
    if (random.chance(duplicates)) continue;
    const double factor = random.chance(0.1) ? 300 : random.chance(0.1) ? 0.03125 : 1;
    t += std::ceil(unit * factor * (1 + 8 * random.unit()));
  }
  std::sort(times.begin(), times.end());
  return times;
}

template <class Time>
Time random_target(random_source& random, const std::vector<Time>& times, double unit) {
  if (times.empty()) return Time{5};
  const std::int64_t last = static_cast<std::int64_t>(times.size()) - 1;
  const Time at = times[static_cast<std::size_t>(random.between(0, last))];
  const double part = random.unit();
  if (part < 0.1) return at;
  const Time between = static_cast<Time>(at + static_cast<Time>(std::floor(part * 9 * unit)));
  return part < 0.15 ? static_cast<Time>(times[0] - static_cast<Time>(unit)) : between;
}

template <class Time, class Real>
resample_policy<Time, Real> random_policy(random_source& random, double unit) {
  resample_policy<Time, Real> policy;
  policy.extrapolation = static_cast<extrapolation>(random.between(0, 3));
  policy.gap = static_cast<gap_policy>(random.between(0, 3));
  policy.horizon = static_cast<duration_t<Time>>(unit * 3);
  policy.fill_value = Real{-7};
  if (random.chance(0.5)) policy.max_gap = static_cast<duration_t<Time>>(unit * 6);
  if (random.chance(0.3)) policy.offset = static_cast<duration_t<Time>>(-unit);
  return policy;
}

template <class Time, class Real>
robocache_test::any_policy erased(const resample_policy<Time, Real>& policy) {
  robocache_test::any_policy result;
  result.extrapolation = policy.extrapolation;
  result.gap = policy.gap;
  result.offset = static_cast<stamp>(policy.offset);
  if (policy.max_gap != unlimited<Time>) result.max_gap = static_cast<stamp>(policy.max_gap);
  result.horizon = static_cast<stamp>(policy.horizon);
  result.fill_value = static_cast<double>(policy.fill_value);
  return result;
}

/// How many cubics were seen, and what differs from the reference.
struct tally {
  int rows = 0, cubics = 0, one_sided = 0, wrong = 0;
  long double worst = 0;  ///< error of a coefficient in units of what is allowed
};

template <class Real>
void compare(const sample_stencil<Real, 4>& got, const expected_cubic& expected, tally& seen) {
  ++seen.rows;
  const auto fail = [&](bool right) { seen.wrong += right ? 0 : 1; };
  fail(got.status == expected.row.status);
  if (!expected.is_cubic) {
    const auto& row = expected.row;
    if (row.is == expected_row::kind::constant) {
      fail(got.form == stencil_form::constant && got.count == 0);
      const auto value = static_cast<double>(got.coefficient[0]);
      fail(std::isnan(row.constant) ? std::isnan(value) : value == row.constant);
    } else if (row.is == expected_row::kind::sample) {
      fail(got.form == stencil_form::sample && got.count == 1 && got.sample[0] == row.left);
    } else {
      fail(got.form == stencil_form::blend && got.count == 2 && got.sample[0] == row.left &&
           got.sample[1] == row.right);
    }
    return;
  }
  ++seen.cubics;
  seen.one_sided += got.count == 3;
  fail(got.form == stencil_form::blend &&
       got.count == static_cast<std::int32_t>(expected.coefficients.size()));
  fail(got.sample[0] == expected.row.left && got.sample[1] == expected.row.right);
  long double size = 1;
  for (const auto& [sample, count] : expected.coefficients) size += std::fabs(count);
  const long double unit = std::is_same_v<Real, float> ? 0x1p-24L : 0x1p-53L;
  long double sum = 0;
  for (int k = 0; k < got.count; ++k) {
    sum += static_cast<long double>(got.coefficient[k]);
    const auto match =
        std::find_if(expected.coefficients.begin(), expected.coefficients.end(),
                     [&](const auto& entry) { return entry.first == got.sample[k]; });
    fail(match != expected.coefficients.end());
    if (match == expected.coefficients.end()) continue;
    const long double allowed = unit * std::fabs(match->second) + 16 * 0x1p-53L * size + 0x1p-149L;
    seen.worst =
        std::max(seen.worst,
                 std::fabs(static_cast<long double>(got.coefficient[k]) - match->second) / allowed);
  }
  fail(std::fabs(sum - 1) <= 4 * unit * size);
}

template <class Time, class Real>
tally compare_with_reference(random_source& random, Time from, double unit) {
  tally seen;
  for (int i = 0; i < 400; ++i) {
    const auto times = random_times<Time>(random, random.between(0, 12), from, unit, 0.2);
    const auto policy = random_policy<Time, Real>(random, unit);
    std::vector<stamp> stamps;
    for (const Time time : times) stamps.push_back(static_cast<stamp>(time));
    cubic_reference reference(kind_of<Time>(), stamps, erased(policy),
                              std::is_same_v<Real, double>);
    const auto axis = axis_of(times, policy.offset);
    for (int j = 0; j < 30; ++j) {
      const Time t = random_target(random, times, unit);
      const auto got = cubic_stencil(axis, t, policy);
      compare(got, reference.row(static_cast<stamp>(t)), seen);
      seen.wrong +=
          same_stencil(got, stencils::cubic{}(axis, t, upper_bound(axis, t, 0, axis.size), policy))
              ? 0
              : 1;
    }
  }
  return seen;
}

}  // namespace

TEST_CASE("the cubic is the reference's, for all types of stamps", "[cubic]") {
  random_source random(701);
  const auto check = [&](const char* name, const tally& seen) {
    INFO(name << ": " << seen.rows << " rows, " << seen.cubics << " cubics");
    CHECK(seen.wrong == 0);
    CHECK(seen.worst <= 1);
    CHECK(seen.cubics > 2000);
    CHECK(seen.one_sided > 500);
    CHECK(seen.rows - seen.cubics > 2000);
  };
  check("int64", compare_with_reference<std::int64_t, float>(random, epoch, 1e7));
  check("int64, double", compare_with_reference<std::int64_t, double>(random, epoch, 1e7));
  check("small int64", compare_with_reference<std::int64_t, double>(random, -50, 32));
  check("uint64",
        compare_with_reference<std::uint64_t, float>(random, std::uint64_t{1} << 63, 1e7));
  check("uint64, double", compare_with_reference<std::uint64_t, double>(random, 1u << 20, 1e7));
  check("double", compare_with_reference<double, float>(random, 0.0, 64.0));
  check("double, epoch", compare_with_reference<double, double>(random, 1.7e9, 64.0));
  check("float", compare_with_reference<float, float>(random, 100.0f, 64.0));
  check("float, double", compare_with_reference<float, double>(random, 0.0f, 64.0));
}

// SciPy 1.17: CubicHermiteSpline(x, y, numpy.gradient(y, x, edge_order=2))(t); the quotients are
// the same formula in Python's exact fractions.
TEST_CASE("the cubic has the values of SciPy's Hermite spline", "[cubic]") {
  const std::vector<double> x{0, 1, 1.5, 3, 3.25, 5};
  const std::vector<double> y{1, 2, 0.5, -1, 4, 2};
  const double t[] = {0.25, 0.5, 1.25, 2, 2.75, 3.125, 4, 4.75};
  const double expected[] = {7.0 / 4,     13.0 / 6,    125.0 / 96, -7.0 / 3,
                             -377.0 / 96, 667.0 / 448, 155.0 / 14, 25.0 / 4};
  for (int i = 0; i < 8; ++i) CHECK(value_at(x, y, t[i]) == Approx(expected[i]).epsilon(1e-14));
}

TEST_CASE("evenly spaced: the coefficients of Catmull and Rom", "[cubic]") {
  const std::vector<std::int64_t> times{0, 4, 8, 12, 16};
  const auto found =
      cubic_stencil(axis_of(times), std::int64_t{6}, resample_policy<std::int64_t>{});
  CHECK(+found.status == row_status::ok);
  REQUIRE(found.count == 4);
  CHECK(found.form == stencil_form::blend);
  const std::int32_t samples[] = {1, 2, 0, 3};  // left, right, before, behind
  const float coefficients[] = {0.5625f, 0.5625f, -0.0625f, -0.0625f};
  for (int k = 0; k < 4; ++k) {
    CHECK(found.sample[k] == samples[k]);
    CHECK(found.coefficient[k] == coefficients[k]);
  }
}

TEST_CASE("polynomials of degree two are reproduced on uneven stamps", "[cubic]") {
  random_source random(702);
  const auto p = [](double t) { return 3 - 2 * t + 0.75 * t * t; };
  double worst = 0;
  for (int i = 0; i < 200; ++i) {
    std::vector<double> times, values;
    double t = -5;
    for (int k = 0; k < 9; ++k) {
      times.push_back(t);
      values.push_back(p(t));
      t += 0.01 + random.unit() * random.unit();
    }
    for (int k = 0; k < 40; ++k) {
      const double at = times[0] + random.unit() * (times[8] - times[0]);
      worst = std::max(worst, std::fabs(value_at(times, values, at) - p(at)));
    }
  }
  CHECK(worst < 1e-12);  // values up to 32, intervals of 1 beside intervals of 0.01
}

TEST_CASE("equal samples come back exactly", "[cubic]") {
  random_source random(703);
  int wrong = 0;
  for (int i = 0; i < 200; ++i) {
    const auto times = random_times<std::int64_t>(random, 9, epoch, 1e6, 0.1);
    const std::vector<double> values(times.size(), 0.1 + static_cast<double>(i));
    for (int k = 0; k < 20; ++k) {
      const std::int64_t t = random_target(random, times, 1e6);
      wrong += value_at(times, values, t) == values[0] ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("value and slope are continuous at samples", "[cubic]") {
  const std::vector<std::int64_t> times{epoch,
                                        epoch + 1'000'000'000,
                                        epoch + 1'300'000'000,
                                        epoch + 3'000'000'000,
                                        epoch + 3'900'000'000,
                                        epoch + 5'000'000'000};
  const std::vector<double> values{1, 4, -2, 0, 7, 3};
  constexpr std::int64_t step = 1000;  // ns
  for (std::size_t i = 1; i + 1 < times.size(); ++i) {
    const double before = value_at(times, values, times[i] - step);
    const double at = value_at(times, values, times[i]);
    const double behind = value_at(times, values, times[i] + step);
    CHECK(at == values[i]);
    CHECK(std::fabs(before - at) < 1e-4);
    CHECK(std::fabs(behind - at) < 1e-4);
    const double slope = (at - before) / static_cast<double>(step) * 1e9;  // per second
    const double next = (behind - at) / static_cast<double>(step) * 1e9;
    CHECK(std::fabs(slope - next) < 1e-3);
    CHECK(std::fabs(value_at(times, values, times[i] - 1) - at) < 1e-7);
  }
}

TEST_CASE("a hit is the sample bit for bit, its neighbours not read", "[cubic]") {
  const std::vector<double> times{0, 1, 2, 3, 4};
  const std::vector<double> values{not_a_number, infinity, 0.1, not_a_number, -infinity};
  CHECK(value_at(times, values, 2.0) == 0.1);
  CHECK(value_at(times, values, 1.0) == infinity);
  const auto found = cubic_stencil(axis_of(times), 2.0, resample_policy<double>{});
  CHECK(found.form == stencil_form::sample);
  CHECK(found.count == 1);
  CHECK(found.sample[0] == 2);
}

TEST_CASE("a NaN in any of its samples is a NaN in the row, and in no other", "[cubic]") {
  const std::vector<double> times{0, 1, 2, 3, 4, 5};
  for (std::size_t bad = 0; bad < 6; ++bad) {
    std::vector<double> values{1, 2, 3, 4, 5, 6};
    values[bad] = not_a_number;
    for (int i = 0; i < 5; ++i) {
      const bool used = static_cast<int>(bad) >= i - 1 && static_cast<int>(bad) <= i + 2;
      CHECK(std::isnan(value_at(times, values, i + 0.5)) == used);
    }
  }
}

TEST_CASE("of equal stamps the last counts, and none is divided by", "[cubic]") {
  const std::vector<std::int64_t> times{0, 10, 10, 20, 20, 20, 30, 30, 50, 50};
  const std::vector<std::int64_t> distinct{0, 10, 20, 30, 50};
  const std::vector<std::int32_t> last{0, 2, 5, 7, 9};
  const resample_policy<std::int64_t, double> policy;
  for (std::int64_t t = -3; t <= 53; ++t) {
    const auto got = cubic_stencil(axis_of(times), t, policy);
    auto expected = cubic_stencil(axis_of(distinct), t, policy);
    for (int k = 0; k < expected.count; ++k) {
      expected.sample[k] = last[static_cast<std::size_t>(expected.sample[k])];
    }
    CHECK(same_stencil(got, expected));
  }
  // Nothing but one stamp.
  const std::vector<std::int64_t> one(7, 10);
  CHECK(cubic_stencil(axis_of(one), std::int64_t{10}, policy).sample[0] == 6);
  CHECK(cubic_stencil(axis_of(one), std::int64_t{11}, policy).form == stencil_form::sample);
}

TEST_CASE("few samples: what linear has, or the parabola", "[cubic]") {
  const resample_policy<double, double> policy;
  for (const std::vector<double>& times :
       {std::vector<double>{}, std::vector<double>{1}, std::vector<double>{1, 3},
        std::vector<double>{1, 1, 3, 3, 3}}) {
    for (const double t : {0.0, 1.0, 2.5, 3.0, 9.0}) CHECK(is_line(times, t, policy));
  }
  const std::vector<double> three{1, 2, 4};
  const std::vector<double> parabola{1, 4, 16};
  CHECK(cubic_stencil(axis_of(three), 1.5, policy).count == 3);
  CHECK(cubic_stencil(axis_of(three), 3.0, policy).count == 3);
  CHECK(value_at(three, parabola, 1.5) == Approx(2.25).epsilon(1e-15));
  CHECK(value_at(three, parabola, 3.0) == Approx(9.0).epsilon(1e-15));
  CHECK(value_at({1.0, 2.0}, {1.0, 4.0}, 1.5) == 2.5);
}

TEST_CASE("outside, in gaps and without a time the cubic is what linear is", "[cubic]") {
  const std::vector<double> times{0, 1, 2, 10, 11, 12};
  resample_policy<double, double> policy;
  policy.max_gap = 3;
  policy.horizon = 2;
  policy.fill_value = 9;
  policy.tolerance = 0;
  for (const auto outside :
       {extrapolation::hold, extrapolation::fill, extrapolation::nan, extrapolation::linear}) {
    policy.extrapolation = outside;
    for (const auto gap :
         {gap_policy::hold, gap_policy::fill, gap_policy::nan, gap_policy::interpolate}) {
      policy.gap = gap;
      for (const double t :
           {-9.0, -0.5, 0.0, 2.5, 9.5, 12.5, 99.0, not_a_number, infinity, -infinity}) {
        CHECK(is_line(times, t, policy));
        CHECK(is_line({}, t, policy));
      }
    }
  }
  const auto in_gap = cubic_stencil(axis_of(times), 4.0, policy);
  CHECK(+in_gap.status == row_status::gap);
}

TEST_CASE("the other interpolations and the tolerance do not matter", "[cubic]") {
  const std::vector<double> times{0, 1, 2, 3};
  resample_policy<double, double> policy;
  const auto expected = cubic_stencil(axis_of(times), 1.25, policy);
  policy.interpolation = interpolation::nearest;
  policy.tolerance = 0;
  CHECK(same_stencil(cubic_stencil(axis_of(times), 1.25, policy), expected));
  CHECK(+cubic_stencil(axis_of(times), 9.0, policy).status == row_status::after);
}

TEST_CASE("no sample across a gap is used", "[cubic]") {
  const std::vector<std::int64_t> times{0, 10, 20, 120, 130, 140, 240, 250};
  for (const auto gap : {gap_policy::hold, gap_policy::interpolate}) {
    resample_policy<std::int64_t, double> policy;
    policy.max_gap = 99;
    policy.gap = gap;
    const auto before = cubic_stencil(axis_of(times), std::int64_t{15}, policy);
    CHECK(before.count == 3);
    CHECK(before.sample[2] == 0);
    CHECK(+before.status == row_status::ok);
    const auto behind = cubic_stencil(axis_of(times), std::int64_t{125}, policy);
    CHECK(behind.count == 3);
    CHECK(behind.sample[2] == 5);
    // A gap on either side: a line.
    CHECK(is_line(times, std::int64_t{245}, policy));
    policy.max_gap = 100;  // exactly as long is none
    CHECK(cubic_stencil(axis_of(times), std::int64_t{15}, policy).count == 4);
    CHECK(cubic_stencil(axis_of(times), std::int64_t{60}, policy).count == 4);
  }
}

TEST_CASE("disorder beside a bracket is reported, and its stamps are not used", "[cubic]") {
  const resample_policy<double, double> policy;
  // Behind: linear's rule sees the step backward first, and the row is linear's.
  const std::vector<double> backward{0, 1, 2, 1.5, 3};
  CHECK(is_line(backward, 1.25, policy));
  CHECK(+cubic_stencil(axis_of(backward), 1.25, policy).status == row_status::unsorted);
  // Before.
  const std::vector<double> early{7, 1, 2, 3};
  const auto found = cubic_stencil(axis_of(early), 1.5, policy);
  CHECK(+found.status == row_status::unsorted);
  CHECK(found.count == 3);
  CHECK(found.sample[2] == 3);
  for (const double bad : {not_a_number, infinity, -infinity}) {
    for (const std::vector<double>& times :
         {std::vector<double>{bad, 1, 2}, std::vector<double>{bad, bad, 1, 2}}) {
      const auto row = cubic_stencil(axis_of(times), 1.5, policy);
      CHECK(row.count <= 2);
      if (bad < 0) CHECK(+row.status == row_status::unsorted);
    }
    const std::vector<double> end{0, 1, 2, bad};
    const auto row = cubic_stencil(axis_of(end), 1.5, policy);
    CHECK(row.count <= 3);
    CHECK(+row.status == row_status::unsorted);
    for (int k = 0; k < row.count; ++k) CHECK(row.sample[k] < 3);
  }
}

TEST_CASE("any stamps at all: samples of the recording, finite coefficients", "[cubic]") {
  random_source random(704);
  int wrong = 0;
  for (int i = 0; i < 20000; ++i) {
    // Of its exact size, so that a sanitizer sees a step beyond it.
    std::vector<double> times(static_cast<std::size_t>(random.between(1, 9)));
    for (double& t : times) {
      const double special[] = {not_a_number, infinity, -infinity, 0.0,
                                -0.0,         5e-324,   1.7e308,   -1.7e308};
      t = random.chance(0.3) ? special[random.between(0, 7)]
                             : static_cast<double>(random.between(-4, 4));
    }
    if (random.chance(0.3)) std::sort(times.begin(), times.end());
    times.shrink_to_fit();
    auto policy = random_policy<double, float>(random, 1.0);
    if (random.chance(0.5)) policy.extrapolation = extrapolation::hold;
    const auto axis = axis_of(times);
    const double t = random.chance(0.2) ? times[0] : random.unit() * 8 - 4;
    const auto found = cubic_stencil(axis, t, policy);
    for (int k = 0; k < found.count; ++k) {
      wrong += found.sample[k] >= 0 && found.sample[k] < axis.size ? 0 : 1;
      for (int j = 0; j < k; ++j) wrong += found.sample[k] != found.sample[j] ? 0 : 1;
      // Linear's weight may be what it is where nothing is sorted.
      if (found.count > 2) wrong += std::isfinite(found.coefficient[k]) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("stamps at the limits of their type", "[cubic]") {
  constexpr auto low = std::numeric_limits<std::int64_t>::min();
  constexpr auto high = std::numeric_limits<std::int64_t>::max();
  const resample_policy<std::int64_t, double> policy;
  const auto wide = cubic_stencil(axis_of<std::int64_t>({low, 0, high}), high / 2, policy);
  REQUIRE(wide.count == 3);
  CHECK(wide.coefficient[1] == Approx(0.375));  // t (t + 1) / 2 and t (t - 1) / 2 of t = 1/2
  CHECK(wide.coefficient[2] == Approx(-0.125));
  const auto near =
      cubic_stencil(axis_of<std::int64_t>({low, low + 1, high}), std::int64_t{0}, policy);
  REQUIRE(near.count == 3);
  CHECK(std::isfinite(near.coefficient[2]));
  const std::vector<double> huge{-1.7e308, 0.0, 1.7e308};
  CHECK(cubic_stencil(axis_of(huge), 1e308, resample_policy<double, double>{}).count == 2);
  // Far beyond what float holds as a quotient: the neighbour does not count.
  const std::vector<double> close{0.0, 1e-300, 1.0, 2.0};
  const auto row = cubic_stencil(axis_of(close), 0.5, resample_policy<double, float>{});
  CHECK(row.count == 3);
  CHECK(row.sample[2] == 3);
  CHECK(+row.status == row_status::ok);
}

TEST_CASE("rebasing integer stamps changes no bit", "[cubic]") {
  random_source random(705);
  int wrong = 0;
  int cubics = 0;
  for (int i = 0; i < 300; ++i) {
    const auto times = random_times<std::int64_t>(random, 12, 0, 1e7, 0.15);
    std::vector<std::int64_t> far;
    std::vector<std::uint64_t> far_unsigned;
    for (const std::int64_t t : times) {
      far.push_back(t + epoch);
      far_unsigned.push_back(static_cast<std::uint64_t>(t + epoch));
    }
    const auto policy = random_policy<std::int64_t, float>(random, 1e7);
    resample_policy<std::uint64_t, float> same_policy;
    same_policy.extrapolation = policy.extrapolation;
    same_policy.gap = policy.gap;
    same_policy.max_gap = policy.max_gap;
    same_policy.horizon = policy.horizon;
    same_policy.fill_value = policy.fill_value;
    for (int k = 0; k < 30; ++k) {
      const std::int64_t t = random_target(random, times, 1e7);
      const auto near = cubic_stencil(axis_of(times), t, policy);
      wrong += same_stencil(near, cubic_stencil(axis_of(far), t + epoch, policy)) ? 0 : 1;
      wrong += same_stencil(near, cubic_stencil(axis_of(far_unsigned),
                                                static_cast<std::uint64_t>(t + epoch), same_policy))
                   ? 0
                   : 1;
      cubics += near.count > 2;
    }
  }
  CHECK(wrong == 0);
  CHECK(cubics > 3000);
}

// The same number under any flags that contract sums and products, and any compiler.
TEST_CASE("the bits of many cubics", "[cubic]") {
  random_source random(706);
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a, over words
  const auto add = [&](std::uint64_t word) { hash = (hash ^ word) * 0x100000001b3u; };
  for (int i = 0; i < 500; ++i) {
    const auto times = random_times<std::int64_t>(random, 10, epoch, 1e7, 0.1);
    const auto policy = random_policy<std::int64_t, double>(random, 1e7);
    std::vector<double> values;
    for (std::size_t k = 0; k < times.size(); ++k) values.push_back(random.unit() * 2 - 1);
    for (int k = 0; k < 20; ++k) {
      const std::int64_t t = random_target(random, times, 1e7);
      const auto found = cubic_stencil(axis_of(times, policy.offset), t, policy);
      add(found.status);
      for (const double c : found.coefficient) add(detail::bit_copy<std::uint64_t>(c));
      add(detail::bit_copy<std::uint64_t>(value_at(times, values, t, policy)));
    }
  }
  CHECK(hash == 0x2846af2c14a06680u);
}
