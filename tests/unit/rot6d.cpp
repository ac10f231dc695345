// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample/rules/rot6d.hpp>

#include "rotation_support.hpp"

using namespace robocache_test;
using robocache::blend_rot6d;
using robocache::rotation_columns;

namespace {

struct reference_columns {
  real at[6];
};

/// Of the matrix of a unit quaternion, from the textbook.
reference_columns columns_of(const reference_quaternion& q) {
  return {{1 - 2 * (q.y * q.y + q.z * q.z), 2 * (q.x * q.y + q.z * q.w),
           2 * (q.x * q.z - q.y * q.w), 2 * (q.x * q.y - q.z * q.w),
           1 - 2 * (q.x * q.x + q.z * q.z), 2 * (q.y * q.z + q.x * q.w)}};
}

rotation_columns rounded(const reference_columns& c) {
  const auto at = [&](int i) { return static_cast<double>(c.at[i]); };
  return {{at(0), at(1), at(2)}, {at(3), at(4), at(5)}};
}

real largest_difference(const rotation_columns& got, const reference_columns& expected) {
  const double values[] = {got.first.x,  got.first.y,  got.first.z,
                           got.second.x, got.second.y, got.second.z};
  real result = 0;
  for (int i = 0; i < 6; ++i) {
    const real d = std::fabs(values[i] - expected.at[i]);
    if (!(d <= result)) result = d;  // a NaN stays
  }
  return result;
}

rotation_columns blended(const rotation_columns& a, const rotation_columns& b, double w) {
  rotation_columns result{};
  CHECK(blend_rot6d(a, b, w, result));
  return result;
}

bool is_canonical_nan(const rotation_columns& c) {
  return robocache_test::is_canonical_nan(c.first) && robocache_test::is_canonical_nan(c.second);
}

const rotation_columns identity{{1, 0, 0}, {0, 1, 0}};

}  // namespace

TEST_CASE("two columns as the slerp of their quaternions in long double", "[rotation]") {
  random_source random(86);
  worst error;
  worst skewed;
  for (int i = 0; i < 200000; ++i) {
    const reference_quaternion qa = normalized(random_unit(random));
    const reference_quaternion qb = normalized(random_unit(random));
    if (std::fabs(dot(qa, qb)) < real{1e-9}) continue;  // half a turn apart
    const double w = i % 5 == 0 ? random.unit() * 4 - 2 : random.unit();
    const reference_columns expected = columns_of(reference_slerp(qa, qb, w));
    const rotation_columns a = rounded(columns_of(qa));
    rotation_columns b = rounded(columns_of(qb));
    error.add(largest_difference(blended(a, b, w), expected), i, w);
    // Gram and Schmidt take off lengths, and what the second column has of the first.
    const double length = std::ldexp(1 + random.unit(), static_cast<int>(random.between(-40, 40)));
    const double along = random.unit() * 2 - 1;
    b.second = {length * (b.second.x + along * b.first.x),
                length * (b.second.y + along * b.first.y),
                length * (b.second.z + along * b.first.z)};
    b.first = robocache_test::scaled(b.first, 3.0);
    skewed.add(largest_difference(blended(a, b, w), expected), i, w);
  }
  INFO(error.text() << "; skewed: " << skewed.text());
  CHECK(error.error < real{1e-14});
  CHECK(skewed.error < real{1e-14});
}

TEST_CASE("turns about the axes as two columns", "[rotation]") {
  const double half = std::sqrt(0.5);
  const rotation_columns quarter = blended(identity, {{0, 1, 0}, {-1, 0, 0}}, 0.5);
  CHECK(largest_difference(quarter, {{half, half, 0, -half, half, 0}}) < real{1e-15});
  CHECK(largest_difference(blended(identity, identity, 0.5), {{1, 0, 0, 0, 1, 0}}) == 0);
  // Half a turn about each axis, whose quaternions have w = 0: there and back.
  const rotation_columns turned[] = {
      {{1, 0, 0}, {0, -1, 0}}, {{-1, 0, 0}, {0, 1, 0}}, {{-1, 0, 0}, {0, -1, 0}}};
  for (const rotation_columns& t : turned) {
    const reference_columns same{
        {t.first.x, t.first.y, t.first.z, t.second.x, t.second.y, t.second.z}};
    CHECK(largest_difference(blended(t, t, 0.3), same) < real{1e-15});
    CHECK(largest_difference(blended(identity, t, 1.0), same) < real{1e-15});
    CHECK(largest_difference(blended(t, identity, 1.0), {{1, 0, 0, 0, 1, 0}}) < real{1e-15});
  }
}

TEST_CASE("two rows do as well as two columns", "[rotation]") {
  random_source random(87);
  worst error;
  for (int i = 0; i < 20000; ++i) {
    const reference_quaternion qa = normalized(random_unit(random));
    const reference_quaternion qb = normalized(random_unit(random));
    if (std::fabs(dot(qa, qb)) < real{1e-9}) continue;
    const double w = random.unit();
    const auto inverse = [](const reference_quaternion& q) {
      return reference_quaternion{-q.x, -q.y, -q.z, q.w};
    };
    // The rows of a matrix are the columns of its inverse.
    const rotation_columns got =
        blended(rounded(columns_of(inverse(qa))), rounded(columns_of(inverse(qb))), w);
    error.add(largest_difference(got, columns_of(inverse(reference_slerp(qa, qb, w)))), i, w);
  }
  INFO(error.text());
  CHECK(error.error < real{1e-14});
}

TEST_CASE("columns from which no rotation can be made", "[rotation]") {
  const rotation_columns good{{0, 1, 0}, {-1, 0, 0}};
  const rotation_columns bad[] = {
      {{0, 0, 0}, {0, 1, 0}},
      {{1, 0, 0}, {0, 0, 0}},
      {{1, 0, 0}, {1, 0, 0}},
      {{1, 2, 3}, {-2, -4, -6}},
      {{0.1, 0.2, 0.3}, {0.8, 1.6, 2.4}},
      {{nan_value, 0, 0}, {0, 1, 0}},
      {{1, 0, 0}, {0, nan_value, 0}},
      {{1, 0, 0}, {0, 0, -infinity}},
      {{infinity, 0, 0}, {0, 1, 0}},
      {{1e160, 0, 0}, {0, 1, 0}},   // squared out of range
      {{1, 0, 0}, {0, 1e-170, 0}},  // squared zero
      {{most, most, 0}, {-most, most, 0}},
  };
  for (const rotation_columns& unusable : bad) {
    INFO(unusable.first.x << " ... " << unusable.second.z);
    for (const double w : {0.0, 0.25, 1.0}) {
      rotation_columns result{};
      CHECK_FALSE(blend_rot6d(unusable, good, w, result));
      CHECK(largest_difference(result, {{0, 1, 0, -1, 0, 0}}) < real{1e-15});
      CHECK_FALSE(blend_rot6d(good, unusable, w, result));
      CHECK(largest_difference(result, {{0, 1, 0, -1, 0, 0}}) < real{1e-15});
    }
    rotation_columns result{};
    CHECK_FALSE(blend_rot6d(unusable, unusable, 0.5, result));
    CHECK(is_canonical_nan(result));
  }
  for (const double w : {infinity, -infinity, nan_value}) {
    rotation_columns result{};
    CHECK_FALSE(blend_rot6d(good, identity, w, result));
    CHECK(is_canonical_nan(result));
  }
  // Small ones are fine as long as their squares are.
  const rotation_columns small{{0, 1e-150, 0}, {-1e-5, 0, 0}};
  CHECK(largest_difference(blended(small, good, 0.5), {{0, 1, 0, -1, 0, 0}}) < real{1e-15});
}
