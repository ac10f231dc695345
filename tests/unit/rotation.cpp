// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample/rotation.hpp>

#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

// The references are in long double and by other formulae: rotations as a * exp(w * log(a^-1 b)).

using namespace robocache_test;
using robocache::blend_angle;
using robocache::blend_rotation_vector;
using robocache::quaternion;
using robocache::slerp;
using robocache::vector3;
using robocache::detail::exact_atan2;
using robocache::detail::exact_cos;
using robocache::detail::exact_sin;

namespace {

using real = long double;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double least = std::numeric_limits<double>::denorm_min();
constexpr double most = std::numeric_limits<double>::max();
constexpr double pi = 0x1.921fb54442d18p+1;
const real pi_reference = std::acos(real{-1});

std::uint64_t bits_of(double x) {
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}

bool is_canonical_nan(double x) {
  return bits_of(x) == 0x7ff8000000000000u;
}

/// Distance in units in the last place of a double near `expected`.
real ulps(double got, real expected) {
  if (!std::isfinite(got)) return std::numeric_limits<real>::infinity();
  const int exponent = expected == 0 ? -1022 : std::max(std::ilogb(expected), -1022);
  return std::fabs(static_cast<real>(got) - expected) / std::ldexp(real{1}, exponent - 52);
}

struct worst {
  real error = 0;
  double at[3] = {};

  void add(real e, double x, double y = 0, double z = 0) {
    if (e <= error) return;  // a NaN is not
    error = e;
    at[0] = x;
    at[1] = y;
    at[2] = z;
  }
  std::string text() const {
    std::ostringstream out;
    out.precision(17);
    out << "worst " << static_cast<double>(error) << " at " << at[0] << ", " << at[1] << ", "
        << at[2];
    return out.str();
  }
};

double any_magnitude(random_source& random, int low, int high) {
  const double sign = random.chance(0.5) ? -1.0 : 1.0;
  return sign * std::ldexp(1.0 + random.unit(), static_cast<int>(random.between(low, high)));
}

std::vector<double> circular_arguments() {
  std::vector<double> list = {0.0,  -0.0, least, -least, std::numeric_limits<double>::min(),
                              0.25, 1.0,  1e6,   -1e6,   3e6};
  random_source random(71);
  for (int i = 0; i < 60000; ++i) {
    list.push_back(any_magnitude(random, -1074, 19));
    list.push_back(any_magnitude(random, -30, 3));
    list.push_back((random.unit() - 0.5) * 6e6);
  }
  // Next to the quarter turns, where all but the last digits of the reduced angle cancel, and next
  // to the eighths, where the two series meet.
  for (std::int64_t n = 1; n < 3800000; n += n < 2000 ? 1 : 61) {
    double x = static_cast<double>(static_cast<real>(n) * pi_reference / 4);
    for (int step = 0; step < 3; ++step) {
      list.push_back(x);
      x = std::nextafter(x, n % 2 == 0 ? 0.0 : infinity);
    }
  }
  return list;
}

// ---------------------------------------------------------------- rotations in long double

struct reference_quaternion {
  real x, y, z, w;
};

reference_quaternion normalized(const reference_quaternion& q) {
  const real length = std::sqrt(q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w);
  return {q.x / length, q.y / length, q.z / length, q.w / length};
}
reference_quaternion normalized(const quaternion& q) {
  return normalized(reference_quaternion{q.x, q.y, q.z, q.w});
}
real dot(const reference_quaternion& a, const reference_quaternion& b) {
  return a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w;
}
reference_quaternion product(const reference_quaternion& a, const reference_quaternion& b) {
  return {
      a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y, a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
      a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w, a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z};
}

reference_quaternion reference_slerp(reference_quaternion a, reference_quaternion b, real w) {
  if (dot(a, b) < 0) b = {-b.x, -b.y, -b.z, -b.w};
  const reference_quaternion turn = product({-a.x, -a.y, -a.z, a.w}, b);
  const real sine = std::sqrt(turn.x * turn.x + turn.y * turn.y + turn.z * turn.z);
  if (sine == 0) return a;
  const real part = std::atan2(sine, turn.w) * w;
  const real factor = std::sin(part) / sine;
  return normalized(
      product(a, {turn.x * factor, turn.y * factor, turn.z * factor, std::cos(part)}));
}

reference_quaternion reference_quaternion_of(const vector3& v) {
  const real x = v.x;
  const real y = v.y;
  const real z = v.z;
  const real length = std::sqrt(x * x + y * y + z * z);
  const real factor = length == 0 ? real{0} : std::sin(length / 2) / length;
  return {x * factor, y * factor, z * factor, std::cos(length / 2)};
}

real largest_difference(const quaternion& got, const reference_quaternion& expected) {
  const real differences[] = {got.x - expected.x, got.y - expected.y, got.z - expected.z,
                              got.w - expected.w};
  real result = 0;
  for (const real d : differences) {
    if (!(std::fabs(d) <= result)) result = std::fabs(d);  // a NaN stays
  }
  return result;
}

real largest_difference(const quaternion& got, const quaternion& expected) {
  return largest_difference(got,
                            reference_quaternion{expected.x, expected.y, expected.z, expected.w});
}

real length_of(const vector3& v) {
  const real x = v.x;
  const real y = v.y;
  const real z = v.z;
  return std::sqrt(x * x + y * y + z * z);
}

/// Between the two as vectors or, as at half a turn, up to the sign.
real difference_up_to_sign(const vector3& a, const vector3& b) {
  const real minus = length_of({a.x - b.x, a.y - b.y, a.z - b.z});
  const real plus = length_of({a.x + b.x, a.y + b.y, a.z + b.z});
  const bool half_turn = length_of(a) > pi_reference - real{1e-9};
  return half_turn ? std::min(minus, plus) : minus;
}

real component(random_source& random) {
  return random.unit() * 2 - 1;
}

quaternion random_unit(random_source& random) {
  reference_quaternion q{};
  do {
    q = {component(random), component(random), component(random), component(random)};
  } while (dot(q, q) > 1 || dot(q, q) < real{0.01});
  q = normalized(q);
  return {static_cast<double>(q.x), static_cast<double>(q.y), static_cast<double>(q.z),
          static_cast<double>(q.w)};
}

quaternion scaled(const quaternion& q, double factor) {
  return {q.x * factor, q.y * factor, q.z * factor, q.w * factor};
}
vector3 scaled(const vector3& v, double factor) {
  return {v.x * factor, v.y * factor, v.z * factor};
}

vector3 random_vector(random_source& random, double length) {
  vector3 v{};
  do {
    v = {static_cast<double>(component(random)), static_cast<double>(component(random)),
         static_cast<double>(component(random))};
  } while (length_of(v) > 1 || length_of(v) < real{0.1});
  return scaled(v, length / static_cast<double>(length_of(v)));
}

/// Of a rotation about z.
quaternion about_z(double angle) {
  return {0.0, 0.0, std::sin(angle / 2), std::cos(angle / 2)};
}

quaternion slerped(const quaternion& a, const quaternion& b, double w) {
  quaternion result{};
  CHECK(slerp(a, b, w, result));
  return result;
}
vector3 blended(const vector3& a, const vector3& b, double w) {
  vector3 result{};
  CHECK(blend_rotation_vector(a, b, w, result));
  return result;
}

bool same_bits(const quaternion& a, const quaternion& b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}
bool same_bits(const vector3& a, const vector3& b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}
bool is_canonical_nan(const quaternion& q) {
  return is_canonical_nan(q.x) && is_canonical_nan(q.y) && is_canonical_nan(q.z) &&
         is_canonical_nan(q.w);
}
bool is_canonical_nan(const vector3& v) {
  return is_canonical_nan(v.x) && is_canonical_nan(v.y) && is_canonical_nan(v.z);
}
bool all_finite(const quaternion& q) {
  return std::isfinite(q.x) && std::isfinite(q.y) && std::isfinite(q.z) && std::isfinite(q.w);
}

}  // namespace

// ---------------------------------------------------------------------------- functions

TEST_CASE("products, roots and whole numbers keep zeros and round once", "[rotation]") {
  using robocache::detail::exact_mul;
  using robocache::detail::exact_rint;
  using robocache::detail::exact_sqrt;
  CHECK(bits_of(exact_mul(0.0, -1.0)) == bits_of(-0.0));
  CHECK(bits_of(exact_mul(-0.0, -1.0)) == bits_of(0.0));
  CHECK(bits_of(exact_mul(-least, 0.25)) == bits_of(-0.0));
  CHECK(exact_mul(1 + 0x1p-52, 1 - 0x1p-53) == 1.0);
  CHECK(std::signbit(exact_mul(-0.0f, 1.0f)));
  CHECK(exact_mul(3.0f, 0x1p-149f) == 0x1.8p-148f);
  CHECK(bits_of(exact_sqrt(-0.0)) == bits_of(-0.0));
  CHECK(exact_sqrt(2.0) == 0x1.6a09e667f3bcdp+0);
  CHECK(exact_sqrt(2.0f) == 0x1.6a09e6p+0f);
  CHECK(exact_rint(0.5) == 0.0);
  CHECK(exact_rint(1.5f) == 2.0f);
  CHECK(bits_of(exact_rint(-0.25)) == bits_of(-0.0));
}

TEST_CASE("sine and cosine within one unit in the last place", "[rotation]") {
  worst sine;
  worst cosine;
  const std::vector<double> arguments = circular_arguments();
  REQUIRE(arguments.size() > 300000u);
  int asymmetric = 0;
  for (const double x : arguments) {
    sine.add(ulps(exact_sin(x), std::sin(static_cast<real>(x))), x);
    cosine.add(ulps(exact_cos(x), std::cos(static_cast<real>(x))), x);
    if (bits_of(exact_sin(-x)) != bits_of(-exact_sin(x))) ++asymmetric;
    if (bits_of(exact_cos(-x)) != bits_of(exact_cos(x))) ++asymmetric;
  }
  INFO("sine: " << sine.text() << "; cosine: " << cosine.text());
  CHECK(sine.error < 1);
  CHECK(cosine.error < 1);
  CHECK(asymmetric == 0);
}

TEST_CASE("sine and cosine of huge, infinite and NaN arguments", "[rotation]") {
  random_source random(72);
  worst difference;
  for (int i = 0; i < 100000; ++i) {
    const double x = any_magnitude(random, 20, 30);
    difference.add(std::fabs(exact_sin(x) - std::sin(static_cast<real>(x))), x);
    difference.add(std::fabs(exact_cos(x) - std::cos(static_cast<real>(x))), x);
    const double y = any_magnitude(random, 31, 1023);
    if (!(std::fabs(exact_sin(y)) <= 1 && std::fabs(exact_cos(y)) <= 1)) difference.add(1, y);
  }
  INFO(difference.text());
  CHECK(difference.error < real{0x1p-53});
  CHECK(bits_of(exact_sin(-0.0)) == bits_of(-0.0));
  CHECK(exact_cos(-0.0) == 1.0);
  CHECK(exact_sin(most) == 0.0);
  for (const double x : {infinity, -infinity, nan_value, -nan_value}) {
    CHECK(is_canonical_nan(exact_sin(x)));
    CHECK(is_canonical_nan(exact_cos(x)));
  }
}

TEST_CASE("arc tangent within two units in the last place", "[rotation]") {
  worst error;
  int asymmetric = 0;
  const auto test = [&](double y, double x) {
    error.add(ulps(exact_atan2(y, x), std::atan2(static_cast<real>(y), static_cast<real>(x))), y,
              x);
    if (bits_of(exact_atan2(-y, x)) != bits_of(-exact_atan2(y, x))) ++asymmetric;
  };
  random_source random(73);
  for (int i = 0; i < 100000; ++i) {
    test(any_magnitude(random, -1074, 1023), any_magnitude(random, -1074, 1023));
    test(any_magnitude(random, -10, 10), any_magnitude(random, -10, 10));
    test(any_magnitude(random, -1074, -1060), any_magnitude(random, -1074, -1060));
    test(any_magnitude(random, 1015, 1023), any_magnitude(random, 1015, 1023));
    test(any_magnitude(random, 995, 1003), any_magnitude(random, 995, 1003));
    test(component(random) > 0 ? 1 : -1, static_cast<double>(component(random)));
  }
  // On both sides of where one formula gives over to the next.
  for (const double edge : {0.26, 0.72, 1.0, 0.5}) {
    for (int i = 0; i < 20000; ++i) {
      const double x = any_magnitude(random, -1, 0);
      const double y = x * edge * (1 + (random.unit() - 0.5) * (i % 2 == 0 ? 1e-3 : 1e-15));
      test(y, x);
      test(x, y);
      test(y, -x);
    }
  }
  INFO(error.text());
  CHECK(error.error < 2);
  CHECK(asymmetric == 0);
}

TEST_CASE("arc tangent of zeros, infinities and NaN as C has it", "[rotation]") {
  const double special[] = {0.0,   -0.0,   1.0,  -1.0,     infinity,  -infinity,
                            least, -least, most, 0x1p1000, 0x1p-1000, -most};
  for (const double y : special) {
    for (const double x : special) {
      INFO("atan2(" << y << ", " << x << ")");
      const double got = exact_atan2(y, x);
      CHECK(std::signbit(got) == std::signbit(y));
      CHECK(ulps(got, std::atan2(static_cast<real>(y), static_cast<real>(x))) <= 1);
    }
    CHECK(is_canonical_nan(exact_atan2(y, nan_value)));
    CHECK(is_canonical_nan(exact_atan2(-nan_value, y)));
  }
  CHECK(exact_atan2(0.0, -1.0) == pi);
  CHECK(exact_atan2(1.0, 0.0) == pi / 2);
  CHECK(exact_atan2(1.0, 1.0) == pi / 4);
}

// -------------------------------------------------------------------------- quaternions

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

// ------------------------------------------------------------------------------- angles

TEST_CASE("angles go the short way", "[rotation]") {
  CHECK(std::fabs(blend_angle(3.1, -3.1, 0.5)) == pi);
  CHECK(blend_angle(3.1, -3.1, 0.25) == Approx(3.1 + (2 * pi - 6.2) / 4).epsilon(1e-15));
  CHECK(blend_angle(3.1, -3.1, 0.75) == Approx(-3.1 - (2 * pi - 6.2) / 4).epsilon(1e-15));
  CHECK(blend_angle(3.1f, -3.1f, 0.75f) == Approx(-3.1 - (2 * pi - 6.2) / 4).epsilon(1e-6));
  CHECK(blend_angle(1.0, 2.0, 0.0) == 1.0);
  CHECK(blend_angle(1.0, 2.0, 1.0) == 2.0);
  CHECK(blend_angle(1.0, 2.0, 2.0) == 3.0);
  CHECK(blend_angle(1.0, 1.0 + 2 * pi, 0.5) == Approx(1.0).epsilon(1e-15));
  CHECK(blend_angle(pi, -pi, 0.5) == Approx(pi).epsilon(1e-15));
  CHECK(bits_of(blend_angle(-0.0, -0.0, 0.5)) == bits_of(0.0));
  CHECK(blend_angle(0x1p-149f, 0x1p-149f, 0.5f) == 0x1p-149f);
}

namespace {

/// Distance from the reference on the circle, in units of the last place of pi.
template <class Real>
real angle_error(Real got, Real a, Real b, Real w) {
  const real turn = 2 * pi_reference;
  real d = std::remainder(static_cast<real>(b) - static_cast<real>(a), turn);
  const real expected = static_cast<real>(a) + static_cast<real>(w) * d;
  const real off = std::fabs(std::remainder(static_cast<real>(got) - expected, turn));
  return off / (2 * static_cast<real>(std::numeric_limits<Real>::epsilon()));
}

template <class Real>
void random_angles() {
  random_source random(80);
  worst error;
  const Real limit = static_cast<Real>(pi_reference);
  for (int i = 0; i < 300000; ++i) {
    // Up to a thousand turns; the difference away from half a turn, where both ways are short.
    const double spread = i % 3 == 0 ? 6000.0 : pi;
    const Real a = static_cast<Real>((random.unit() * 2 - 1) * spread);
    const Real b = static_cast<Real>((random.unit() * 2 - 1) * spread);
    const Real w = static_cast<Real>(i % 5 == 0 ? random.unit() * 6 - 3 : random.unit());
    const real d = std::remainder(static_cast<real>(b) - static_cast<real>(a), 2 * pi_reference);
    const Real got = blend_angle(a, b, w);
    if (!(got >= -limit && got <= limit)) error.add(1e9L, a, b, w);
    if (std::fabs(d) > pi_reference - real{0.01}) continue;
    // b - a is rounded too, and where it is large by more than the result.
    const real rounding =
        std::fabs(w) * std::max(real{1}, std::ldexp(real{1}, std::ilogb(b - a) - 1));
    error.add(angle_error(got, a, b, w) / (1 + rounding), a, b, w);
  }
  INFO(error.text());
  CHECK(error.error < 2);
}

}  // namespace

TEST_CASE("random angles within two units in the last place of pi", "[rotation]") {
  random_angles<double>();
  random_angles<float>();
}

TEST_CASE("angles of every magnitude stay within pi", "[rotation]") {
  random_source random(81);
  const float limit = static_cast<float>(pi_reference);
  int wrong = 0;
  for (int i = 0; i < 200000; ++i) {
    const double x = blend_angle(any_magnitude(random, -1074, 1000),
                                 any_magnitude(random, -1074, 1000), random.unit());
    if (!(std::fabs(x) <= pi)) ++wrong;
    const float y = blend_angle(static_cast<float>(any_magnitude(random, -149, 120)),
                                static_cast<float>(any_magnitude(random, -149, 120)),
                                static_cast<float>(random.unit()));
    if (!(std::fabs(y) <= limit)) ++wrong;
  }
  // Whole and half turns and their neighbours.
  for (int n = -2000; n <= 2000; ++n) {
    double x = static_cast<double>(static_cast<real>(n) * pi_reference);
    float y = static_cast<float>(static_cast<real>(n) * pi_reference);
    for (int step = 0; step < 4; ++step) {
      const double got = blend_angle(x, x, 0.5);
      if (!(std::fabs(got) <= pi) || angle_error(got, x, x, 0.5) > 1) ++wrong;
      const float narrow = blend_angle(y, y, 0.5f);
      if (!(std::fabs(narrow) <= limit) || angle_error(narrow, y, y, 0.5f) > 1) ++wrong;
      x = std::nextafter(x, step < 2 ? infinity : -infinity);
      y = std::nextafter(y, static_cast<float>(step < 2 ? infinity : -infinity));
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("angles that are not finite give the canonical NaN", "[rotation]") {
  for (const double bad : {infinity, -infinity, nan_value, -nan_value}) {
    CHECK(is_canonical_nan(blend_angle(bad, 1.0, 0.5)));
    CHECK(is_canonical_nan(blend_angle(1.0, bad, 0.5)));
    CHECK(is_canonical_nan(blend_angle(1.0, 1.5, bad)));
    CHECK(is_canonical_nan(blend_angle(bad, bad, 0.5)));
    const float narrow = blend_angle(1.0f, static_cast<float>(bad), 0.5f);
    std::uint32_t bits;
    std::memcpy(&bits, &narrow, sizeof(bits));
    CHECK(bits == 0x7fffffffu);
  }
  CHECK(is_canonical_nan(blend_angle(most, -most, 0.5)));
  CHECK(is_canonical_nan(blend_angle(1.0, 3.0, most)));
}

// --------------------------------------------------------------------- rotation vectors

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
