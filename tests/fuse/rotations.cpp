// SPDX-License-Identifier: Apache-2.0
#include "../reference/rotation_reference.hpp"
#include "series.hpp"

#include <cmath>
#include <limits>

// Quaternions and rotation vectors as channel groups, where it is known what must come out.

using namespace robocache_test;
using robocache::channel_mode;
using robocache::row_status;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
const double pi = 3.14159265358979323846;

using row = std::vector<double>;

/// Channels before and after the rotation, so that it does not lie at the start of a row.
fuse_stream rotations(scalar_kind in, channel_mode mode, const std::vector<row>& samples) {
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
  group.mode = mode;
  stream.groups = {group};
  return stream;
}

row xyzw(double angle, const row& axis, double length = 1) {
  const double sine = length * std::sin(angle / 2);
  return {axis[0] * sine, axis[1] * sine, axis[2] * sine, length * std::cos(angle / 2)};
}

row wxyz(const row& q) {
  return {q[3], q[0], q[1], q[2]};
}

row opposite(row q) {
  for (double& c : q) c = -c;
  return q;
}

/// The rotation in the given row, in double.
row rotation_at(const fuse_problem& work, const fuse_outcome& got, std::int64_t t) {
  row result;
  for (std::int64_t d = 1; d + 1 < work.streams[0].channels; ++d) {
    result.push_back(value_at(work, got, 0, t, d));
  }
  return result;
}

std::string check_against_reference(const fuse_problem& work) {
  return check(tested(), work);
}

bool same_within(const row& a, const row& b, double most) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::fabs(a[i] - b[i]) <= most)) return false;
  }
  return true;
}

/// Runs `body(types, in)` for the sets of types and those of their scalars that can hold a sign.
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

/// Rounding of a value up to 4 to the coarser of two formats.
double coarseness(const fuse_types& types, scalar_kind in) {
  const long double coarse = std::fmax(half_ulp(in, 2.0L), half_ulp(types.out, 2.0L));
  return static_cast<double>(coarse) * 4 + 4e-7 * (types.out != scalar_kind::f64);
}

const row z_axis{0, 0, 1};

}  // namespace

TEST_CASE("a quarter turn is passed through at constant speed", "[rotation]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    const std::vector<stamp> targets = {0, 25, 50, 75, 100, 150};
    const fuse_problem work =
        problem_of(types,
                   {rotations(in, channel_mode::slerp_xyzw,
                              {xyzw(0, z_axis), xyzw(pi / 2, z_axis), xyzw(pi, z_axis)})},
                   targets);
    CHECK(check_against_reference(work) == "");
    const fuse_outcome got = run(tested(), work);
    for (std::int64_t t = 0; t < 6; ++t) {
      const double angle = pi / 2 * static_cast<double>(targets[size_t(t)]) / 100;
      CHECK(same_within(rotation_at(work, got, t), xyzw(angle, z_axis), coarseness(types, in)));
      CHECK(+got.statuses[size_t(t)] == 0);
    }
  });
}

TEST_CASE("w first is the same rotation", "[rotation]") {
  random_source random(231);
  for_all_signed([&](const fuse_types& types, scalar_kind in) {
    std::vector<row> last, first;
    for (int s = 0; s < 20; ++s) {
      const row axis{random.unit() - 0.5, random.unit() - 0.5, random.unit() - 0.5};
      last.push_back(xyzw(6 * random.unit(), axis));
      first.push_back(wxyz(last.back()));
    }
    std::vector<stamp> targets;
    for (int t = 0; t < 40; ++t) targets.push_back(std::nearbyint(1900 * random.unit()));
    const fuse_problem a =
        problem_of(types, {rotations(in, channel_mode::slerp_xyzw, last)}, targets);
    const fuse_problem b =
        problem_of(types, {rotations(in, channel_mode::slerp_wxyz, first)}, targets);
    CHECK(check_against_reference(a) == "");
    CHECK(check_against_reference(b) == "");
    const fuse_outcome got_a = run(tested(), a);
    const fuse_outcome got_b = run(tested(), b);
    for (std::int64_t t = 0; t < 40; ++t) {
      CHECK(wxyz(rotation_at(a, got_a, t)) == rotation_at(b, got_b, t));
    }
  });
}

TEST_CASE("q and -q are one rotation", "[rotation]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    const row a = xyzw(0.3, {0.6, 0, 0.8});
    const row b = xyzw(0.9, {0.6, 0, 0.8});
    const fuse_problem same =
        problem_of(types, {rotations(in, channel_mode::slerp_xyzw, {a, b, a})}, {20, 50, 130, 190});
    const fuse_problem flipped = problem_of(
        types, {rotations(in, channel_mode::slerp_xyzw, {a, opposite(b), a})}, {20, 50, 130, 190});
    CHECK(check_against_reference(flipped) == "");
    const fuse_outcome straight = run(tested(), same);
    const fuse_outcome got = run(tested(), flipped);
    for (std::int64_t t = 0; t < 2; ++t) {  // the sign is the earlier sample's
      CHECK(rotation_at(flipped, got, t) == rotation_at(same, straight, t));
    }
    for (std::int64_t t = 2; t < 4; ++t) {
      CHECK(rotation_at(flipped, got, t) == opposite(rotation_at(same, straight, t)));
    }
    // Exactly opposite: no motion at all.
    const fuse_problem still =
        problem_of(types, {rotations(in, channel_mode::slerp_xyzw, {a, opposite(a)})}, {1, 50, 99});
    CHECK(check_against_reference(still) == "");
    const fuse_outcome at_rest = run(tested(), still);
    CHECK(rotation_at(still, at_rest, 0) == rotation_at(still, at_rest, 1));
    CHECK(rotation_at(still, at_rest, 1) == rotation_at(still, at_rest, 2));
    CHECK(same_within(rotation_at(still, at_rest, 0), a, coarseness(types, in)));
  });
}

TEST_CASE("half a turn goes to the later quaternion as it is given", "[rotation]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    for (const double sign : {1.0, -1.0}) {
      const fuse_problem work = problem_of(
          types, {rotations(in, channel_mode::slerp_xyzw, {{0, 0, 0, 1}, {sign, 0, 0, 0}})},
          {25, 50, 75});
      CHECK(check_against_reference(work) == "");
      const row half = rotation_at(work, run(tested(), work), 1);
      CHECK(
          same_within(half, {sign * std::sqrt(0.5), 0, 0, std::sqrt(0.5)}, coarseness(types, in)));
    }
  });
}

TEST_CASE("length does not matter, and the result has length 1", "[rotation]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    for (const double length : {0.001, 0.25, 1.0, 7.0, 1000.0}) {
      const row axis{0.48, 0.6, 0.64};
      const fuse_problem work = problem_of(
          types,
          {rotations(in, channel_mode::slerp_xyzw, {xyzw(1, axis, length), xyzw(2, axis, 1)})},
          {10, 30, 50, 70, 90});
      CHECK(check_against_reference(work) == "");
      const fuse_outcome got = run(tested(), work);
      for (std::int64_t t = 0; t < 5; ++t) {
        double squared = 0;
        for (const double c : rotation_at(work, got, t)) squared += c * c;
        CHECK(std::fabs(squared - 1) <= 8 * static_cast<double>(half_ulp(types.out, 1)) + 4e-15);
      }
    }
    // Samples themselves are copied, whatever their length.
    const fuse_problem hit =
        problem_of(types, {rotations(in, channel_mode::slerp_xyzw, {{0, 0, 0, 4}, {0, 0, 8, 0}})},
                   {-5, 0, 100, 105});
    const fuse_outcome got = run(tested(), hit);
    CHECK(rotation_at(hit, got, 0) == row{0, 0, 0, 4});
    CHECK(rotation_at(hit, got, 1) == row{0, 0, 0, 4});
    CHECK(rotation_at(hit, got, 2) == row{0, 0, 8, 0});
    CHECK(rotation_at(hit, got, 3) == row{0, 0, 8, 0});
  });
}

TEST_CASE("near-parallel rotations keep their difference", "[rotation]") {
  for (const fuse_operations& entry : tested_fuse()) {
    if (entry.types.out != scalar_kind::f64) continue;
    for (const double angle : {1e-3, 1e-6, 1e-9, 1e-12, 1e-15, 1e-100}) {
      const fuse_problem work = problem_of(
          entry.types,
          {rotations(scalar_kind::f64, channel_mode::slerp_xyzw,
                     {xyzw(0, z_axis), xyzw(angle, z_axis)}),
           rotations(scalar_kind::f64, channel_mode::rotation_vector, {{0, 0, 0}, {0, angle, 0}})},
          {25, 50, 75});
      CHECK(check_against_reference(work) == "");
      const fuse_outcome got = run(tested(), work);
      for (std::int64_t t = 0; t < 3; ++t) {  // relative to the small angle
        const double part = angle * 0.25 * double(t + 1);
        CHECK(std::fabs(value_at(work, got, 0, t, 3) - part / 2) <= 1e-6 * part + 1e-16);
        CHECK(std::fabs(value_at(work, got, 1, t, 2) - part) <= 1e-14 * part);
      }
    }
  }
}

TEST_CASE("unusable quaternions between samples are reported", "[rotation]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    const row fine = xyzw(1, {0, 0.6, 0.8});
    for (const row& bad : {row{0, 0, 0, 0}, row{0, not_a_number, 0, 1}, row{infinity, 0, 0, 1},
                           row{0, 0, 0, -infinity}}) {
      // Good, bad, bad, good, good: rows between, on samples, and outside.
      const fuse_problem work =
          problem_of(types, {rotations(in, channel_mode::slerp_xyzw, {fine, bad, bad, fine, fine})},
                     {-9, 0, 50, 100, 150, 200, 250, 300, 350, 400, 450});
      const fuse_outcome got = run(tested(), work);
      CHECK(difference(work, got) == "");
      constexpr std::uint8_t no_rotation = row_status::no_rotation;
      const std::vector<std::uint8_t> expected{
          row_status::before, 0, no_rotation, 0, no_rotation,      0,
          no_rotation,        0, 0,           0, row_status::after};
      CHECK(got.statuses == expected);
      // The usable one stands in for both; without any there is none.
      CHECK(same_within(rotation_at(work, got, 2), fine, coarseness(types, in)));
      CHECK(same_within(rotation_at(work, got, 6), fine, coarseness(types, in)));
      for (const double c : rotation_at(work, got, 4)) CHECK(std::isnan(c));
      // Its neighbours in the row do not care.
      CHECK(value_at(work, got, 0, 4, 0) == 1.5);
      CHECK(value_at(work, got, 0, 4, 5) == -1.5);
    }
  });
}

TEST_CASE("unusable rotations do not leak into rows that do not blend", "[rotation]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    const row fine = xyzw(1, {0, 0.6, 0.8});
    fuse_stream stream =
        rotations(in, channel_mode::slerp_xyzw, {fine, {0, 0, 0, 0}, {not_a_number, 0, 0, 0}});
    stream.policy.max_gap = 50;
    for (const auto gap : {robocache::gap_policy::hold, robocache::gap_policy::fill}) {
      stream.policy.gap = gap;
      const fuse_problem work = problem_of(types, {stream}, {50, 150});
      const fuse_outcome got = run(tested(), work);
      CHECK(difference(work, got) == "");
      CHECK(+got.statuses[0] == row_status::gap);
    }
  });
}

TEST_CASE("several quaternions in a row, and one bad among them", "[rotation]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    row a, b;
    for (int q = 0; q < 9; ++q) {
      for (const double c : xyzw(0.1 * q, {0.6, 0.8, 0})) a.push_back(c);
      for (const double c : xyzw(1.5 - 0.1 * q, {0.6, 0.8, 0})) b.push_back(c);
    }
    const fuse_problem good =
        problem_of(types, {rotations(in, channel_mode::slerp_xyzw, {a, b})}, {10, 60});
    CHECK(check_against_reference(good) == "");
    for (int q = 0; q < 9; ++q) {
      row broken = b;
      for (int i = 0; i < 4; ++i) broken[size_t(4 * q + i)] = 0;
      const fuse_problem work =
          problem_of(types, {rotations(in, channel_mode::slerp_xyzw, {a, broken})}, {10, 60});
      CHECK(check_against_reference(work) == "");
      CHECK(+run(tested(), work).statuses[0] == row_status::no_rotation);
    }
  });
}

TEST_CASE("rotation vectors a turn apart are one rotation", "[rotation]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    const row axis{0.48, 0.6, 0.64};
    const auto vector = [&](double length) {
      return row{axis[0] * length, axis[1] * length, axis[2] * length};
    };
    // 3.0 and its twin of the other sign: no motion worth the name.
    const fuse_problem still = problem_of(
        types, {rotations(in, channel_mode::rotation_vector, {vector(3), vector(3 - 2 * pi)})},
        {10, 50, 90});
    CHECK(check_against_reference(still) == "");
    const fuse_outcome at_rest = run(tested(), still);
    for (std::int64_t t = 0; t < 3; ++t) {
      CHECK(same_within(rotation_at(still, at_rest, t), vector(3), 4 * coarseness(types, in)));
    }
    // 3 to 3.4: over half a turn, on to the other sign and no vector longer than pi.
    const std::vector<stamp> targets = {10, 25, 50, 75, 90};
    const fuse_problem over = problem_of(
        types, {rotations(in, channel_mode::rotation_vector, {vector(3), vector(3.4)})}, targets);
    CHECK(check_against_reference(over) == "");
    const fuse_outcome got = run(tested(), over);
    for (std::int64_t t = 0; t < 5; ++t) {
      const double length = 3 + 0.4 * static_cast<double>(targets[size_t(t)]) / 100;
      const double shortest = length > pi ? length - 2 * pi : length;
      CHECK(same_within(rotation_at(over, got, t), vector(shortest), 8 * coarseness(types, in)));
    }
    // Zero is a rotation like any other.
    const fuse_problem zero = problem_of(
        types, {rotations(in, channel_mode::rotation_vector, {{0, 0, 0}, vector(1), {0, 0, 0}})},
        {50, 150});
    CHECK(check_against_reference(zero) == "");
    CHECK(+run(tested(), zero).statuses[0] == row_status::ok);
  });
}

TEST_CASE("rotation vectors that are not finite are reported", "[rotation]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    for (const double bad : {infinity, not_a_number}) {
      const fuse_problem work = problem_of(
          types,
          {rotations(in, channel_mode::rotation_vector, {{0, 0.5, 0}, {0, bad, 0}, {bad, 0, 0}})},
          {50, 100, 150});
      const fuse_outcome got = run(tested(), work);
      CHECK(difference(work, got) == "");
      CHECK(+got.statuses[0] == row_status::no_rotation);
      CHECK(+got.statuses[1] == row_status::ok);
      CHECK(+got.statuses[2] == row_status::no_rotation);
      CHECK(same_within(rotation_at(work, got, 0), {0, 0.5, 0}, coarseness(types, in)));
      for (const double c : rotation_at(work, got, 2)) CHECK(std::isnan(c));
    }
  });
}

TEST_CASE("rotations go on beyond the ends with the same speed", "[rotation]") {
  for_all_signed([](const fuse_types& types, scalar_kind in) {
    fuse_stream stream = rotations(in, channel_mode::slerp_xyzw,
                                   {xyzw(0.2, z_axis), xyzw(0.6, z_axis), xyzw(0.8, z_axis)});
    stream.policy.extrapolation = robocache::extrapolation::linear;
    stream.policy.horizon = 150;
    const fuse_problem work = problem_of(types, {stream}, {-400, -150, -50, 250, 350, 999});
    CHECK(check_against_reference(work) == "");
    const fuse_outcome got = run(tested(), work);
    const double angles[] = {-0.4, -0.4, 0, 0.9, 1.1, 1.1};
    for (std::int64_t t = 0; t < 6; ++t) {
      CHECK(same_within(rotation_at(work, got, t), xyzw(angles[t], z_axis),
                        2 * coarseness(types, in)));
    }
    CHECK(+got.statuses[0] == (row_status::before | row_status::stale));
    CHECK(+got.statuses[5] == (row_status::after | row_status::stale));
  });
}

TEST_CASE("random rotations of every mode match the reference", "[rotation][heavy]") {
  random_source random(232);
  for_all_signed([&](const fuse_types& types, scalar_kind in) {
    for (const channel_mode mode :
         {channel_mode::slerp_xyzw, channel_mode::slerp_wxyz, channel_mode::rotation_vector}) {
      const int components = mode == channel_mode::rotation_vector ? 3 : 4;
      for (const double spread : {0.001, 0.3, 3.0}) {  // from sample to sample
        std::vector<row> samples{row(size_t(components), 0.5)};
        for (int s = 1; s < 60; ++s) {
          row next = samples.back();
          for (double& c : next) c += spread * (random.unit() - 0.5);
          samples.push_back(next);
        }
        std::vector<stamp> targets;
        for (int t = 0; t < 300; ++t) targets.push_back(std::nearbyint(5900 * random.unit()));
        fuse_problem work = problem_of(types, {rotations(in, mode, samples)}, targets);
        CHECK(check_against_reference(work) == "");
        for (std::int64_t d = 0; d < work.streams[0].channels; ++d) {
          work.streams[0].scale.push_back(0.5 + 0.25 * double(d));
          work.streams[0].shift.push_back(double(d) - 3);
        }
        CHECK(check_against_reference(work) == "");
      }
    }
  });
}
