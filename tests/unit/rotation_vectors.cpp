// SPDX-License-Identifier: Apache-2.0
#include "rotation_support.hpp"

using namespace robocache_test;

TEST_CASE("rotation vectors as the slerp of their quaternions in long double", "[rotation]") {
  random_source random(82);
  worst error;
  worst relative;
  worst length;
  for (int i = 0; i < 200000; ++i) {
    const vector3 a = random_vector(random, random.unit() * (i % 4 == 0 ? 30.0 : pi));
    const vector3 b = random_vector(random, random.unit() * (i % 4 == 0 ? 30.0 : pi));
    const double w = random.unit();
    const reference_quaternion qa = reference_quaternion_of(a);
    const reference_quaternion qb = reference_quaternion_of(b);
    const vector3 got = blended(a, b, w);
    length.add(length_of(got) - pi_reference, i, w);
    if (std::fabs(dot(qa, qb)) > real{1e-9}) {  // not half a turn apart
      const reference_quaternion q = reference_slerp(qa, qb, w);
      const real sine = std::sqrt(q.x * q.x + q.y * q.y + q.z * q.z);
      const real factor = 2 * std::atan2(q.w < 0 ? -sine : sine, std::fabs(q.w)) / sine;
      const vector3 expected{static_cast<double>(q.x * factor), static_cast<double>(q.y * factor),
                             static_cast<double>(q.z * factor)};
      error.add(difference_up_to_sign(got, expected), i, w);
    }
    // Small ones are all but a vector space.
    const double size = std::ldexp(1.0, -static_cast<int>(random.between(30, 400)));
    const vector3 c = random_vector(random, size);
    const vector3 d = random_vector(random, size);
    const vector3 mean = blended(c, d, w);
    relative.add(length_of({mean.x - (c.x + (d.x - c.x) * w), mean.y - (c.y + (d.y - c.y) * w),
                            mean.z - (c.z + (d.z - c.z) * w)}) /
                     size,
                 i, w, size);
  }
  INFO(error.text() << "; small, relative: " << relative.text()
                    << "; longer than pi: " << length.text());
  CHECK(error.error < real{1e-14});
  CHECK(relative.error < real{2e-15});
  CHECK(length.error < real{1e-15});
}

TEST_CASE("vectors a turn apart are the same rotation", "[rotation]") {
  random_source random(83);
  worst error;
  for (int i = 0; i < 50000; ++i) {
    const vector3 a = random_vector(random, 0.01 + random.unit() * (pi - 0.01));
    const vector3 b = random_vector(random, 0.01 + random.unit() * (pi - 0.01));
    const double w = random.unit();
    const reference_quaternion qa = reference_quaternion_of(a);
    if (std::fabs(dot(qa, reference_quaternion_of(b))) < real{1e-6}) continue;
    const real length = length_of(a);
    const double factor = static_cast<double>((length - 2 * pi_reference) / length);
    const vector3 twin = scaled(a, factor);
    error.add(difference_up_to_sign(blended(a, b, w), blended(twin, b, w)), i, w);
    error.add(difference_up_to_sign(blended(b, a, w), blended(b, twin, w)), i, w);
    error.add(difference_up_to_sign(blended(twin, twin, w), a), i, w);
  }
  INFO(error.text());
  CHECK(error.error < real{2e-14});
}

TEST_CASE("zero and half turns as rotation vectors", "[rotation]") {
  const vector3 zero{0.0, 0.0, 0.0};
  CHECK(length_of(blended(zero, zero, 0.5)) == 0);
  CHECK(length_of(blended(zero, {0.0, 0.0, 1.0}, 0.0)) == 0);
  CHECK(std::fabs(length_of(blended(zero, {0.0, 0.0, 1.0}, 0.25)) - 0.25L) < 1e-15L);
  CHECK(std::fabs(length_of(blended(zero, {0.0, 0.0, 1.0}, 2.5)) - 2.5L) < 1e-15L);
  const vector3 half = blended({0.0, pi, 0.0}, {0.0, pi, 0.0}, 0.5);
  CHECK(std::fabs(length_of(half) - pi_reference) < 1e-15L);
  // Through half a turn: from 3.1 to -3.1 about the same axis.
  const vector3 through = blended({0.0, 0.0, 3.1}, {0.0, 0.0, -3.1}, 0.75);
  CHECK(through.z == Approx(-3.1 - (2 * pi - 6.2) / 4).epsilon(1e-15));
  CHECK(blended({1e-300, 0.0, -1e-300}, {1e-300, 0.0, -1e-300}, 0.5).x == 1e-300);
}

TEST_CASE("rotations farther than sines reach are not told", "[rotation]") {
  vector3 result{};
  CHECK(blend_rotation_vector({4.2e9, 0, 0}, {4.2e9, 0, 0}, 0.0, result));
  CHECK_FALSE(blend_rotation_vector({4.4e9, 0, 0}, {4.4e9, 0, 0}, 0.0, result));
  CHECK(is_canonical_nan(result));
  // Of two samples 1 rad apart the motion goes on for 2^31 rad, then it is the first one.
  const vector3 a{0.5, 0, 0};
  const vector3 b{1.5, 0, 0};
  CHECK(blend_rotation_vector(a, b, 0x1p30, result));
  const double turned = std::remainder(0x1p30 + 0.5, 2 * static_cast<double>(pi_reference));
  CHECK(std::fabs(result.x - turned) < 1e-5);
  CHECK(blend_rotation_vector(a, b, 0x1.1p32, result));
  CHECK(std::fabs(result.x - 0.5) < 1e-15);
}

TEST_CASE("blending with unusable rotation vectors", "[rotation]") {
  const vector3 good{0.1, -0.2, 0.3};
  const vector3 too_long = scaled(good, 20.0);
  const vector3 brought = blended(too_long, too_long, 0.0);
  CHECK(length_of(brought) < pi_reference);
  for (const double bad : {infinity, -infinity, nan_value, -nan_value, 1e200, most}) {
    for (int i = 0; i < 3; ++i) {
      double v[3] = {0.5, 0.5, 0.5};
      v[i] = bad;
      const vector3 unusable{v[0], v[1], v[2]};
      vector3 result{};
      for (const double w : {0.0, 0.3, 1.0, 5.0}) {
        CHECK_FALSE(blend_rotation_vector(unusable, good, w, result));
        CHECK(difference_up_to_sign(result, good) < 3e-16L);
        CHECK_FALSE(blend_rotation_vector(good, unusable, w, result));
        CHECK(difference_up_to_sign(result, good) < 3e-16L);
        CHECK_FALSE(blend_rotation_vector(too_long, unusable, w, result));
        CHECK(same_bits(result, brought));
      }
      CHECK_FALSE(blend_rotation_vector(unusable, unusable, 0.5, result));
      CHECK(is_canonical_nan(result));
    }
  }
  vector3 result{};
  CHECK_FALSE(blend_rotation_vector(good, good, nan_value, result));
  CHECK(is_canonical_nan(result));
}
