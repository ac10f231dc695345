// SPDX-License-Identifier: Apache-2.0
#include "series.hpp"

#include <cmath>
#include <limits>

// Yaw and joint angles: the short way round where the caller says they are angles, and only there.

using namespace robocache_test;
using robocache::channel_mode;

namespace {

fuse_stream angles(scalar_kind in, const std::vector<double>& values, bool wrapped) {
  std::vector<stamp> times;
  std::vector<std::vector<double>> rows;
  for (std::size_t s = 0; s < values.size(); ++s) {
    times.push_back(8 * static_cast<stamp>(s));
    rows.push_back({values[s], values[s]});
  }
  fuse_stream stream = series(in, times, rows);
  if (wrapped) {
    robocache::channel_group group;  // the second channel alone
    group.first = 1;
    group.count = 1;
    group.mode = channel_mode::angle;
    stream.groups = {group};
  }
  return stream;
}

template <class Body>
void for_all_signed(const Body& body) {
  for (const fuse_operations& entry : tested_fuse()) {
    for (const scalar_kind in : entry.types.in) {
      if (is_integer(in)) continue;
      INFO(name_of(in) << " of " << title(entry.types));
      body(entry.types, in);
    }
  }
}

const double pi = 3.14159265358979323846;

}  // namespace

TEST_CASE("yaw from 3.1 to -3.1: over pi as an angle, through 0 as a number", "[angle]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    const fuse_problem work = problem_of(types, {angles(in, {3.1, -3.1}, true)}, {2, 4, 6});
    CHECK(check(tested(), work) == "");
    const fuse_outcome got = run(tested(), work);
    for (std::int64_t t = 0; t < 3; ++t) {
      const double w = 0.25 * double(t + 1);
      CHECK(std::fabs(value_at(work, got, 0, t, 0) - (3.1 - 6.2 * w)) < 0.02);
      const double yaw = value_at(work, got, 0, t, 1);
      CHECK(std::fabs(yaw) > 3.08);
      CHECK(std::fabs(yaw) <= 3.1415927410125732);
    }
    const fuse_problem numbers = problem_of(types, {angles(in, {3.1, -3.1}, false)}, {2, 4, 6});
    CHECK(check(tested(), numbers) == "");
    CHECK(value_at(numbers, run(tested(), numbers), 0, 1, 1) == 0);
  });
}

TEST_CASE("angles that do not wrap are numbers, up to rounding", "[angle]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    const fuse_problem work =
        problem_of(types, {angles(in, {0.5, 1.25, -1.5, 0}, true)}, {1, 3, 5, 7, 9, 13, 17, 23});
    CHECK(check(tested(), work) == "");
    const fuse_outcome got = run(tested(), work);
    for (std::int64_t t = 0; t < work.rows(); ++t) {
      CHECK(value_at(work, got, 0, t, 0) == value_at(work, got, 0, t, 1));
    }
  });
}

TEST_CASE("samples are copied, whatever turn they are in", "[angle]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    const fuse_problem work =
        problem_of(types, {angles(in, {12.5, -9.75, 400}, true)}, {-1, 0, 8, 16, 20});
    CHECK(check(tested(), work) == "");
    const fuse_outcome got = run(tested(), work);
    CHECK(value_at(work, got, 0, 0, 1) == 12.5);
    CHECK(value_at(work, got, 0, 1, 1) == 12.5);
    CHECK(value_at(work, got, 0, 2, 1) == -9.75);
    CHECK(value_at(work, got, 0, 3, 1) == 400);
    CHECK(value_at(work, got, 0, 4, 1) == 400);
  });
}

TEST_CASE("an angle and the same angle turns later do not differ", "[angle]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    for (const double start : {-3.0, -1.0, 0.0, 0.7, 3.1}) {
      for (const int turns : {-3, -1, 1, 2}) {
        const fuse_problem work =
            problem_of(types, {angles(in, {start, start + 2 * pi * turns}, true)}, {1, 4, 7});
        CHECK(check(tested(), work) == "");
      }
    }
  });
}

TEST_CASE("angles that are not finite give NaN and no status", "[angle]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    for (const double bad :
         {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
      const fuse_problem work = problem_of(types, {angles(in, {1, bad, 2}, true)}, {0, 4, 12, 16});
      const fuse_outcome got = run(tested(), work);
      CHECK(difference(work, got) == "");
      CHECK(value_at(work, got, 0, 0, 1) == 1);
      CHECK(std::isnan(value_at(work, got, 0, 1, 1)));
      CHECK(std::isnan(value_at(work, got, 0, 2, 1)));
      CHECK(got.statuses == std::vector<std::uint8_t>{0, 0, 0, 0});
    }
  });
}

TEST_CASE("random angles match the reference", "[angle]") {
  random_source random(241);
  for_all_signed([&](const fuse_types& types, scalar_kind in) {
    for (const double range : {1.0, 4.0, 30.0, 3000.0}) {
      std::vector<double> values;
      for (int s = 0; s < 50; ++s) values.push_back(range * (2 * random.unit() - 1));
      std::vector<stamp> targets;
      for (int t = 0; t < 200; ++t) targets.push_back(std::nearbyint(392 * random.unit()));
      fuse_problem work = problem_of(types, {angles(in, values, true)}, targets);
      CHECK(check(tested(), work) == "");
      work.streams[0].policy.extrapolation = robocache::extrapolation::linear;
      work.streams[0].policy.horizon = 20;
      const stamp first = work.streams[0].items[0].times.front();
      work.targets[0].clear();
      for (const stamp t : {-30, -10, -1, 393, 400, 500}) work.targets[0].push_back(first + t);
      CHECK(check(tested(), work) == "");
    }
  });
}
