// SPDX-License-Identifier: Apache-2.0
#include "series.hpp"

#include <cmath>
#include <limits>

// Rotations as two columns of their matrix, as networks give them.

using namespace robocache_test;
using robocache::channel_mode;
using robocache::row_status;

namespace {

using row = std::vector<double>;

/// A channel before and one after the rotations, samples 100 apart.
fuse_stream columns(scalar_kind in, const std::vector<row>& samples) {
  std::vector<stamp> times;
  std::vector<row> rows;
  for (std::size_t s = 0; s < samples.size(); ++s) {
    times.push_back(100 * static_cast<stamp>(s));
    row wide{double(s)};
    wide.insert(wide.end(), samples[s].begin(), samples[s].end());
    wide.push_back(-double(s));
    rows.push_back(wide);
  }
  fuse_stream stream = series(in, times, rows);
  robocache::channel_group group;
  group.first = 1;
  group.count = static_cast<decltype(group.count)>(samples.front().size());
  group.mode = channel_mode::rot6d;
  stream.groups = {group};
  return stream;
}

/// A turn about z, the columns of other lengths and not at right angles.
row about_z(double angle, double first = 1, double second = 1, double along = 0) {
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  return {first * c, first * s, 0, second * (along * c - s), second * (along * s + c), 0};
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

/// The channels from `first` of a row against what they should be, to the coarser format.
void check_channels(const fuse_problem& work, const fuse_outcome& got, std::int64_t t,
                    std::int64_t first, const row& expected) {
  const scalar_kind in = work.streams[0].in;
  const long double coarse = std::fmax(half_ulp(in, 2.0L), half_ulp(work.out, 2.0L));
  const auto limit = static_cast<double>(coarse) * 6 + 8e-7 * (work.out != scalar_kind::f64);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double value = value_at(work, got, 0, t, first + static_cast<std::int64_t>(i));
    INFO("row " << t << " channel " << i << " is " << value << ", expected " << expected[i]);
    CHECK(std::fabs(value - expected[i]) <= limit);
  }
}

}  // namespace

TEST_CASE("columns turn at constant speed and come out orthonormal", "[rotation]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    const fuse_problem work =
        problem_of(types, {columns(in, {about_z(0, 2, 0.5, 1), about_z(1, 0.25, 3, -0.5)})},
                   {0, 25, 50, 75, 100});
    CHECK(check(tested(), work) == "");
    const fuse_outcome got = run(tested(), work);
    for (std::int64_t t = 1; t < 4; ++t) check_channels(work, got, t, 1, about_z(0.25 * double(t)));
    check_channels(work, got, 0, 1, about_z(0, 2, 0.5, 1));  // a sample as it is
    CHECK(got.statuses == std::vector<std::uint8_t>{0, 0, 0, 0, 0});
  });
}

TEST_CASE("columns that are no rotation are reported", "[rotation]") {
  constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    const row fine = about_z(1);
    for (const row& bad : {row{0, 0, 0, 0, 1, 0}, row{1, 0, 0, 0, 0, 0}, row{1, 2, 3, -2, -4, -6},
                           row{1, 0, 0, 0, not_a_number, 0}, row{infinity, 0, 0, 0, 1, 0}}) {
      const fuse_problem work = problem_of(types, {columns(in, {fine, bad, bad, fine, fine})},
                                           {-9, 0, 50, 100, 150, 200, 250, 300, 350, 400, 450});
      const fuse_outcome got = run(tested(), work);
      CHECK(difference(work, got) == "");
      constexpr std::uint8_t no_rotation = row_status::no_rotation;
      const std::vector<std::uint8_t> expected{
          row_status::before, 0, no_rotation, 0, no_rotation,      0,
          no_rotation,        0, 0,           0, row_status::after};
      CHECK(got.statuses == expected);
      check_channels(work, got, 2, 1, fine);
      check_channels(work, got, 6, 1, fine);
      for (std::int64_t d = 1; d <= 6; ++d) CHECK(std::isnan(value_at(work, got, 0, 4, d)));
      CHECK(value_at(work, got, 0, 4, 0) == 1.5);
      CHECK(value_at(work, got, 0, 4, 7) == -1.5);
    }
  });
}

TEST_CASE("several rotations of six channels in a row", "[rotation]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    row a, b;
    for (int k = 0; k < 5; ++k) {
      for (const double c : about_z(0.1 * k)) a.push_back(c);
      for (const double c : about_z(1.5 - 0.1 * k)) b.push_back(c);
    }
    const fuse_problem work = problem_of(types, {columns(in, {a, b})}, {10, 60});
    CHECK(check(tested(), work) == "");
    const fuse_outcome got = run(tested(), work);
    for (int k = 0; k < 5; ++k) {
      check_channels(work, got, 1, 1 + 6 * k, about_z(0.04 * k + 0.6 * (1.5 - 0.1 * k)));
    }
  });
}

TEST_CASE("random rotations of six channels match the reference", "[rotation][heavy]") {
  random_source random(243);
  for_all_signed([&](const fuse_types& types, scalar_kind in) {
    for (const double spread : {0.001, 0.3, 3.0}) {  // from sample to sample
      std::vector<row> samples{{1, 0.2, -0.1, 0.3, 0.9, 0.5}};
      for (int s = 1; s < 60; ++s) {
        row next = samples.back();
        for (double& c : next) c += spread * (random.unit() - 0.5);
        samples.push_back(next);
      }
      std::vector<stamp> targets;
      for (int t = 0; t < 300; ++t) targets.push_back(std::nearbyint(5900 * random.unit()));
      fuse_problem work = problem_of(types, {columns(in, samples)}, targets);
      CHECK(check(tested(), work) == "");
      work.streams[0].policy.extrapolation = robocache::extrapolation::linear;
      work.streams[0].policy.horizon = 150;
      work.targets[0].clear();
      const stamp first = work.streams[0].items[0].times.front();
      for (const stamp t : {-400, -50, 5950, 6800}) work.targets[0].push_back(first + t);
      for (std::int64_t d = 0; d < work.streams[0].channels; ++d) {
        work.streams[0].scale.push_back(0.5 + 0.25 * double(d));
        work.streams[0].shift.push_back(double(d) - 3);
      }
      CHECK(check(tested(), work) == "");
    }
  });
}
