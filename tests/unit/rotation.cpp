// SPDX-License-Identifier: Apache-2.0
#include "rotation_support.hpp"

using namespace robocache_test;

TEST_CASE("slerp within 1e-15 of long double", "[rotation]") {
  random_source random(74);
  worst inside;
  worst outside;
  worst length;
  for (int i = 0; i < 200000; ++i) {
    const quaternion a = random_unit(random);
    quaternion b = random_unit(random);
    if (i % 2 == 0) {  // near-parallel, down to the same quaternion
      const double distance = std::ldexp(1.0, -static_cast<int>(random.between(0, 60)));
      b = {a.x + b.x * distance, a.y + b.y * distance, a.z + b.z * distance, a.w + b.w * distance};
    }
    if (random.chance(0.5)) b = scaled(b, -1.0);
    const double w = random.unit();
    quaternion got{};
    if (!slerp(a, b, w, got)) inside.add(1, i);
    inside.add(largest_difference(got, reference_slerp(normalized(a), normalized(b), w)), i, w);
    length.add(std::fabs(std::sqrt(dot(reference_quaternion{got.x, got.y, got.z, got.w},
                                       reference_quaternion{got.x, got.y, got.z, got.w})) -
                         1),
               i, w);
    const double far = static_cast<double>(component(random)) * 16;
    if (!slerp(a, b, far, got)) outside.add(1, i);
    outside.add(largest_difference(got, reference_slerp(normalized(a), normalized(b), far)) /
                    std::max(real{1}, std::fabs(static_cast<real>(far))),
                i, far);
  }
  INFO("inside " << inside.text() << "; outside, per weight " << outside.text() << "; length "
                 << length.text());
  CHECK(inside.error < real{1e-15});
  CHECK(outside.error < real{1e-15});
  CHECK(length.error < real{5e-16});
}

TEST_CASE("slerp goes the short way: the sign of a quaternion does not count", "[rotation]") {
  random_source random(75);
  int wrong = 0;
  for (int i = 0; i < 10000; ++i) {
    const quaternion a = random_unit(random);
    const quaternion b = random_unit(random);
    const double w = random.unit() * 3 - 1;
    const quaternion c = slerped(a, b, w);
    if (!same_bits(c, slerped(a, scaled(b, -1.0), w))) ++wrong;
    if (!same_bits(scaled(c, -1.0), slerped(scaled(a, -1.0), b, w))) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("slerp ends where it should", "[rotation]") {
  random_source random(76);
  worst error;
  for (int i = 0; i < 10000; ++i) {
    const quaternion a = random_unit(random);
    const quaternion b = random_unit(random);
    const real sign = dot(normalized(a), normalized(b)) < 0 ? -1 : 1;
    const reference_quaternion nb = normalized(b);
    error.add(largest_difference(slerped(a, b, 0.0), normalized(a)), i, 0);
    error.add(
        largest_difference(slerped(a, b, 1.0), reference_quaternion{sign * nb.x, sign * nb.y,
                                                                    sign * nb.z, sign * nb.w}),
        i, 1);
  }
  INFO(error.text());
  CHECK(error.error < real{1e-15});
}

TEST_CASE("slerp between equal, opposite and perpendicular quaternions", "[rotation]") {
  random_source random(77);
  worst error;
  for (int i = 0; i < 1000; ++i) {
    const quaternion a = random_unit(random);
    const double w = random.unit();
    for (const double factor : {1.0, -1.0, 4.0, -0.125}) {  // powers of two: the same direction
      const quaternion c = slerped(a, scaled(a, factor), w);
      error.add(largest_difference(c, normalized(a)), i, factor);
      if (!same_bits(c, slerped(a, a, 0.0))) error.add(1, i, factor);
    }
  }
  INFO(error.text());
  CHECK(error.error < real{1e-15});

  // Half a turn apart, the arc to b as given.
  const quaternion one{0.0, 0.0, 0.0, 1.0};
  const quaternion half_x{1.0, 0.0, 0.0, 0.0};
  const double root = std::sqrt(0.5);
  CHECK(largest_difference(slerped(one, half_x, 0.5), quaternion{root, 0, 0, root}) < 1e-15L);
  CHECK(largest_difference(slerped(one, scaled(half_x, -1.0), 0.5), quaternion{-root, 0, 0, root}) <
        1e-15L);
  CHECK(largest_difference(slerped(half_x, {0.0, 1.0, 0.0, 0.0}, 1.0 / 3),
                           quaternion{std::cos(pi / 6), 0.5, 0, 0}) < 1e-15L);
}

TEST_CASE("the length of a quaternion does not count", "[rotation]") {
  random_source random(78);
  worst error;
  for (int i = 0; i < 20000; ++i) {
    const quaternion a = random_unit(random);
    const quaternion b = random_unit(random);
    const double w = random.unit();
    const quaternion long_a = scaled(a, std::fabs(any_magnitude(random, -500, 510)));
    const quaternion long_b = scaled(b, any_magnitude(random, -500, 510));
    error.add(largest_difference(slerped(long_a, long_b, w),
                                 reference_slerp(normalized(a), normalized(b), w)),
              i, w);
    // Squares that are denormal, yet not zero.
    const double small = std::ldexp(1.0, -static_cast<int>(random.between(500, 534)));
    error.add(largest_difference(slerped(scaled(a, small), b, w),
                                 reference_slerp(normalized(a), normalized(b), w)),
              i, w, small);
  }
  INFO(error.text());
  CHECK(error.error < real{2e-15});  // the input is rounded once more
}

TEST_CASE("slerp with unusable quaternions", "[rotation]") {
  const quaternion good{0.0, 3.0, 0.0, 4.0};
  const quaternion unit{0.0, 0.6, 0.0, 0.8};
  for (const double bad : {infinity, -infinity, nan_value, -nan_value, 1e200, most}) {
    for (int i = 0; i < 4; ++i) {
      double q[4] = {0.5, 0.5, 0.5, 0.5};
      q[i] = bad;
      const quaternion unusable{q[0], q[1], q[2], q[3]};
      quaternion result{};
      for (const double w : {0.0, 0.3, 1.0, 5.0, -1e300}) {
        CHECK_FALSE(slerp(unusable, good, w, result));
        CHECK(largest_difference(result, unit) < 3e-16L);
        CHECK_FALSE(slerp(good, unusable, w, result));
        CHECK(largest_difference(result, unit) < 3e-16L);
      }
      CHECK_FALSE(slerp(unusable, unusable, 0.5, result));
      CHECK(is_canonical_nan(result));
    }
  }
  for (const double zero : {0.0, -0.0, least, 1e-200}) {
    const quaternion unusable{zero, zero, -zero, zero};
    quaternion result{};
    CHECK_FALSE(slerp(unusable, good, 0.25, result));
    CHECK(largest_difference(result, unit) < 3e-16L);
    CHECK_FALSE(slerp(good, unusable, 0.25, result));
    CHECK(largest_difference(result, unit) < 3e-16L);
    CHECK_FALSE(slerp(unusable, unusable, 0.25, result));
    CHECK(is_canonical_nan(result));
  }
}

TEST_CASE("slerp with any weight is finite, or NaN where the weight is not", "[rotation]") {
  random_source random(79);
  int wrong = 0;
  for (int i = 0; i < 20000; ++i) {
    const quaternion a = random_unit(random);
    quaternion b = random_unit(random);
    if (i % 2 == 0) {
      const double distance = std::ldexp(1.0, -static_cast<int>(random.between(0, 1000)));
      b = {a.x + b.x * distance, a.y, a.z, a.w};
    }
    const quaternion c = slerped(a, b, any_magnitude(random, -1074, 1023));
    const reference_quaternion r{c.x, c.y, c.z, c.w};
    if (!all_finite(c) || std::fabs(dot(r, r) - 1) > real{1e-15}) ++wrong;
  }
  CHECK(wrong == 0);
  for (const double w : {infinity, -infinity, nan_value}) {
    quaternion result{};
    CHECK_FALSE(slerp({0, 0, 0, 1}, {1, 0, 0, 1}, w, result));
    CHECK(is_canonical_nan(result));
  }
  // Axes so near that the square of their distance is denormal or zero.
  for (const double near : {1e-150, 1e-160, 1e-162, 1e-170, 1e-300}) {
    const quaternion c = slerped({0, 0, 0, 1}, {near, 0, 0, 1}, 0.5);
    CHECK(std::fabs(c.x - near / 2) <= near * 0.51);
    CHECK(c.w == 1.0);
  }
}

TEST_CASE("the angular velocity is constant, also beyond the ends", "[rotation]") {
  worst error;
  for (const double turn : {3.0, 1.0, 0.1, 1e-3, 1e-6, 1e-9, 1e-12}) {
    for (int step = -400; step <= 500; ++step) {
      const double w = step / 100.0;
      const quaternion c = slerped(about_z(0.2), about_z(0.2 + turn), w);
      // Of the angle that the doubles have, which is not quite `turn`.
      const quaternion a = about_z(0.2);
      const quaternion b = about_z(0.2 + turn);
      const real from = std::atan2(static_cast<real>(a.z), static_cast<real>(a.w));
      const real to = std::atan2(static_cast<real>(b.z), static_cast<real>(b.w));
      const real at = from + (to - from) * static_cast<real>(w);
      error.add(std::fabs(c.z - std::sin(at)), turn, w);
      error.add(std::fabs(c.w - std::cos(at)), turn, w);
    }
  }
  INFO(error.text());
  CHECK(error.error < real{2e-15});
}
