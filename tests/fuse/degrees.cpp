// SPDX-License-Identifier: Apache-2.0
#include "series.hpp"

#include <cmath>
#include <limits>

// Headings and joint angles in degrees. What is exact is compared as such, in every scalar type.

using namespace robocache_test;
using robocache::channel_mode;

namespace {

/// Samples 8 apart; the first channel is a number, the second an angle.
fuse_stream headings(scalar_kind in, const std::vector<double>& values) {
  std::vector<stamp> times;
  std::vector<std::vector<double>> rows;
  for (std::size_t s = 0; s < values.size(); ++s) {
    times.push_back(8 * static_cast<stamp>(s));
    rows.push_back({values[s], values[s]});
  }
  fuse_stream stream = series(in, times, rows);
  robocache::channel_group group;
  group.first = 1;
  group.count = 1;
  group.mode = channel_mode::degrees;
  stream.groups = {group};
  return stream;
}

template <class Body>
void for_all_scalars(const Body& body) {
  for (const fuse_operations& entry : tested_fuse()) {
    for (const scalar_kind in : entry.types.in) {
      INFO(name_of(in) << " of " << title(entry.types));
      body(entry.types, in);
    }
  }
}

bool holds(scalar_kind in, double x) {
  if (in == scalar_kind::u8 && !(x >= 0 && x <= 255)) return false;
  return decode(in, encode(in, x)) == x;
}

/// Two samples and what is a quarter of the way between them; all of it fits in 8 bits.
struct exact_case {
  double a;
  double b;
  double quarter;
};

constexpr exact_case exact_cases[] = {
    {10, 50, 20},
    {10, 250, -20},   // down through 0
    {250, 10, -80},   // and up
    {0, 180, 45},     // half a turn: up, since 180 is more than 0
    {180, 0, 135},    // down
    {200, 20, 155},   // half a turn, down from -160
    {20, 200, 65},    // up
    {180, 180, 180},  // the end of the range
    {179, 183, 180},  // up to it
    {350, 10, -5},    // from here on for scalars that hold it
    {-10, 10, -5},    //
    {-180, -180, -180},
    {-179, -183, -180},
    {0, -180, -45},
    {180, -180, 180},  // a turn apart:
                       // no motion
    {-180, 180, -180},
    {540, 540, 180},
    {-900, -900, -180},
    {0, 900, 45},
    {720, 0, 0},
    {350, 170, -55},
    {170, 350, -145},
};

}  // namespace

TEST_CASE("degrees by hand, exactly", "[angle]") {
  for_all_scalars([](const fuse_types& types, scalar_kind in) {
    for (const exact_case& c : exact_cases) {
      if (!holds(in, c.a) || !holds(in, c.b)) continue;
      INFO(c.a << " to " << c.b);
      const fuse_problem work = problem_of(types, {headings(in, {c.a, c.b})}, {0, 2, 8});
      CHECK(check(tested(), work) == "");
      const fuse_outcome got = run(tested(), work);
      CHECK(value_at(work, got, 0, 0, 1) == c.a);  // samples are copied as they are
      CHECK(value_at(work, got, 0, 1, 1) == c.quarter);
      CHECK(value_at(work, got, 0, 2, 1) == c.b);
      CHECK(got.statuses == std::vector<std::uint8_t>{0, 0, 0});
    }
  });
}

TEST_CASE("turns are exact in degrees, however many", "[angle]") {
  for (const fuse_operations& entry : tested_fuse()) {
    if (entry.types.out != scalar_kind::f64) continue;
    INFO(title(entry.types));
    for (const double turns : {-1e15, -1e6, -1.0, 1.0, 3.0, 1e6, 1e13}) {
      const double start = 360 * turns;
      if (start - 8 == start) continue;
      const fuse_problem work = problem_of(
          entry.types, {headings(scalar_kind::f64, {start - 8, start + 8})}, {1, 2, 4, 6});
      CHECK(check(tested(), work) == "");
      const fuse_outcome got = run(tested(), work);
      CHECK(value_at(work, got, 0, 0, 1) == -6);
      CHECK(value_at(work, got, 0, 1, 1) == -4);
      CHECK(value_at(work, got, 0, 2, 1) == 0);
      CHECK(value_at(work, got, 0, 3, 1) == 4);
    }
  }
}

TEST_CASE("degrees that are not finite give NaN and no status", "[angle]") {
  for_all_scalars([](const fuse_types& types, scalar_kind in) {
    if (is_integer(in)) return;
    for (const double bad :
         {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
      const fuse_problem work = problem_of(types, {headings(in, {1, bad, 2})}, {0, 4, 12, 16});
      const fuse_outcome got = run(tested(), work);
      CHECK(difference(work, got) == "");
      CHECK(value_at(work, got, 0, 0, 1) == 1);
      CHECK(std::isnan(value_at(work, got, 0, 1, 1)));
      CHECK(std::isnan(value_at(work, got, 0, 2, 1)));
      CHECK(got.statuses == std::vector<std::uint8_t>{0, 0, 0, 0});
    }
  });
}

TEST_CASE("random degrees match the reference", "[angle]") {
  random_source random(242);
  for_all_scalars([&](const fuse_types& types, scalar_kind in) {
    for (const double range : {60.0, 250.0, 2000.0, 60000.0}) {
      if (is_integer(in) && range > 250) continue;
      std::vector<double> values;
      for (int s = 0; s < 50; ++s) {
        values.push_back(is_integer(in) ? std::floor(range * random.unit())
                                        : range * (2 * random.unit() - 1));
      }
      std::vector<stamp> targets;
      for (int t = 0; t < 200; ++t) targets.push_back(std::nearbyint(392 * random.unit()));
      fuse_problem work = problem_of(types, {headings(in, values)}, targets);
      CHECK(check(tested(), work) == "");
      work.streams[0].policy.extrapolation = robocache::extrapolation::linear;
      work.streams[0].policy.horizon = 20;
      const stamp first = work.streams[0].items[0].times.front();
      work.targets[0].clear();
      for (const stamp t : {-30, -10, -1, 393, 400, 500}) work.targets[0].push_back(first + t);
      CHECK(check(tested(), work) == "");
      work.streams[0].scale = {1, 0.0625};
      work.streams[0].shift = {0, 3};
      CHECK(check(tested(), work) == "");
    }
  });
}

TEST_CASE("a held, filled or stale row of degrees is as of any mode", "[angle]") {
  for_all_scalars([](const fuse_types& types, scalar_kind in) {
    fuse_stream stream = headings(in, {200, 250, 240});
    stream.policy.max_gap = 4;
    stream.policy.fill_value = 7;
    for (const auto gap : {robocache::gap_policy::hold, robocache::gap_policy::fill}) {
      stream.policy.gap = gap;
      const fuse_problem work = problem_of(types, {stream}, {-1, 3, 9, 17});
      CHECK(check(tested(), work) == "");
      const fuse_outcome got = run(tested(), work);
      const bool hold = gap == robocache::gap_policy::hold;
      CHECK(value_at(work, got, 0, 1, 1) == (hold ? 200 : 7));
      CHECK(+got.statuses[1] == robocache::row_status::gap);
    }
  });
}
