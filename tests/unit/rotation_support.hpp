// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample/rules/rotation.hpp>

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

/// \file
/// What the tests of rotations share: references in long double, by other formulae than the
/// library's (rotations as a * exp(w * log(a^-1 b))), and random rotations.

namespace robocache_test {

using robocache::blend_rotation_vector;
using robocache::quaternion;
using robocache::slerp;
using robocache::vector3;

using real = long double;

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
inline constexpr double least = std::numeric_limits<double>::denorm_min();
inline constexpr double most = std::numeric_limits<double>::max();
inline constexpr double pi = 0x1.921fb54442d18p+1;
inline const real pi_reference = std::acos(real{-1});

inline std::uint64_t bits_of(double x) {
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}

inline bool is_canonical_nan(double x) {
  return bits_of(x) == 0x7ff8000000000000u;
}

/// Distance in units in the last place of a double near `expected`.
inline real ulps(double got, real expected) {
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

inline double any_magnitude(random_source& random, int low, int high) {
  const double sign = random.chance(0.5) ? -1.0 : 1.0;
  return sign * std::ldexp(1.0 + random.unit(), static_cast<int>(random.between(low, high)));
}

// ---------------------------------------------------------------- rotations in long double

struct reference_quaternion {
  real x, y, z, w;
};

inline reference_quaternion normalized(const reference_quaternion& q) {
  const real length = std::sqrt(q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w);
  return {q.x / length, q.y / length, q.z / length, q.w / length};
}
inline reference_quaternion normalized(const quaternion& q) {
  return normalized(reference_quaternion{q.x, q.y, q.z, q.w});
}
inline real dot(const reference_quaternion& a, const reference_quaternion& b) {
  return a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w;
}
inline reference_quaternion product(const reference_quaternion& a, const reference_quaternion& b) {
  return {
      a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y, a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
      a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w, a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z};
}

inline reference_quaternion reference_slerp(reference_quaternion a, reference_quaternion b,
                                            real w) {
  if (dot(a, b) < 0) b = {-b.x, -b.y, -b.z, -b.w};
  const reference_quaternion turn = product({-a.x, -a.y, -a.z, a.w}, b);
  const real sine = std::sqrt(turn.x * turn.x + turn.y * turn.y + turn.z * turn.z);
  if (sine == 0) return a;
  const real part = std::atan2(sine, turn.w) * w;
  const real factor = std::sin(part) / sine;
  return normalized(
      product(a, {turn.x * factor, turn.y * factor, turn.z * factor, std::cos(part)}));
}

inline reference_quaternion reference_quaternion_of(const vector3& v) {
  const real x = v.x;
  const real y = v.y;
  const real z = v.z;
  const real length = std::sqrt(x * x + y * y + z * z);
  const real factor = length == 0 ? real{0} : std::sin(length / 2) / length;
  return {x * factor, y * factor, z * factor, std::cos(length / 2)};
}

inline real largest_difference(const quaternion& got, const reference_quaternion& expected) {
  const real differences[] = {got.x - expected.x, got.y - expected.y, got.z - expected.z,
                              got.w - expected.w};
  real result = 0;
  for (const real d : differences) {
    if (!(std::fabs(d) <= result)) result = std::fabs(d);  // a NaN stays
  }
  return result;
}

inline real largest_difference(const quaternion& got, const quaternion& expected) {
  return largest_difference(got,
                            reference_quaternion{expected.x, expected.y, expected.z, expected.w});
}

inline real length_of(const vector3& v) {
  const real x = v.x;
  const real y = v.y;
  const real z = v.z;
  return std::sqrt(x * x + y * y + z * z);
}

/// Between the two as vectors or, as at half a turn, up to the sign.
inline real difference_up_to_sign(const vector3& a, const vector3& b) {
  const real minus = length_of({a.x - b.x, a.y - b.y, a.z - b.z});
  const real plus = length_of({a.x + b.x, a.y + b.y, a.z + b.z});
  const bool half_turn = length_of(a) > pi_reference - real{1e-9};
  return half_turn ? std::min(minus, plus) : minus;
}

inline real component(random_source& random) {
  return random.unit() * 2 - 1;
}

inline quaternion random_unit(random_source& random) {
  reference_quaternion q{};
  do {
    q = {component(random), component(random), component(random), component(random)};
  } while (dot(q, q) > 1 || dot(q, q) < real{0.01});
  q = normalized(q);
  return {static_cast<double>(q.x), static_cast<double>(q.y), static_cast<double>(q.z),
          static_cast<double>(q.w)};
}

inline quaternion scaled(const quaternion& q, double factor) {
  return {q.x * factor, q.y * factor, q.z * factor, q.w * factor};
}
inline vector3 scaled(const vector3& v, double factor) {
  return {v.x * factor, v.y * factor, v.z * factor};
}

inline vector3 random_vector(random_source& random, double length) {
  vector3 v{};
  do {
    v = {static_cast<double>(component(random)), static_cast<double>(component(random)),
         static_cast<double>(component(random))};
  } while (length_of(v) > 1 || length_of(v) < real{0.1});
  return scaled(v, length / static_cast<double>(length_of(v)));
}

/// Of a rotation about z.
inline quaternion about_z(double angle) {
  return {0.0, 0.0, std::sin(angle / 2), std::cos(angle / 2)};
}

inline quaternion slerped(const quaternion& a, const quaternion& b, double w) {
  quaternion result{};
  CHECK(slerp(a, b, w, result));
  return result;
}
inline vector3 blended(const vector3& a, const vector3& b, double w) {
  vector3 result{};
  CHECK(blend_rotation_vector(a, b, w, result));
  return result;
}

inline bool same_bits(const quaternion& a, const quaternion& b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}
inline bool same_bits(const vector3& a, const vector3& b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}
inline bool is_canonical_nan(const quaternion& q) {
  return is_canonical_nan(q.x) && is_canonical_nan(q.y) && is_canonical_nan(q.z) &&
         is_canonical_nan(q.w);
}
inline bool is_canonical_nan(const vector3& v) {
  return is_canonical_nan(v.x) && is_canonical_nan(v.y) && is_canonical_nan(v.z);
}
inline bool all_finite(const quaternion& q) {
  return std::isfinite(q.x) && std::isfinite(q.y) && std::isfinite(q.z) && std::isfinite(q.w);
}

}  // namespace robocache_test
