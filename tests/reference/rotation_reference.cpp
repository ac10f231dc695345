// SPDX-License-Identifier: Apache-2.0
#include "rotation_reference.hpp"

#include <cmath>

namespace robocache_test {
namespace {

long double length(const quaternion_reference& q) {
  return std::hypot(std::hypot(q[0], q[1]), std::hypot(q[2], q[3]));
}

quaternion_reference scaled(const quaternion_reference& q, long double by) {
  return {q[0] * by, q[1] * by, q[2] * by, q[3] * by};
}

quaternion_reference sum(const quaternion_reference& a, const quaternion_reference& b) {
  return {a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]};
}

quaternion_reference normalized(const quaternion_reference& q) {
  return scaled(q, 1 / length(q));
}

long double dot(const quaternion_reference& a, const quaternion_reference& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
}

/// Angle between unit vectors without the cancellation of acos (Kahan).
long double angle_of(const quaternion_reference& a, const quaternion_reference& b) {
  return 2 * std::atan2(length(sum(a, scaled(b, -1))), length(sum(a, b)));
}

/// Unit `b`, on `a`'s side of the sphere.
quaternion_reference near_side(const quaternion_reference& a, const quaternion_reference& b) {
  return dot(a, b) < 0 ? scaled(normalized(b), -1) : normalized(b);
}

}  // namespace

bool is_rotation(const quaternion_reference& q) {
  const auto squared = static_cast<double>(dot(q, q));
  return std::isfinite(squared) && squared > 0;
}

bool has_length(const vector_reference& v) {
  return std::isfinite(static_cast<double>(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]));
}

long double arc_between(const quaternion_reference& a, const quaternion_reference& b) {
  return angle_of(normalized(a), near_side(a, b));
}

quaternion_reference slerp_reference(const quaternion_reference& a, const quaternion_reference& b,
                                     long double w) {
  const quaternion_reference from = normalized(a);
  const quaternion_reference to = near_side(a, b);
  const quaternion_reference across = sum(to, scaled(from, -dot(from, to)));
  const long double angle = angle_of(from, to);
  if (length(across) == 0) return from;
  return normalized(
      sum(scaled(from, std::cos(w * angle)), scaled(normalized(across), std::sin(w * angle))));
}

long double angle_reference(long double a, long double b, long double w) {
  constexpr long double turn = 2 * pi_reference;
  return std::remainder(a + w * std::remainder(b - a, turn), turn);
}

long double degrees_between(long double a, long double b) {
  // `fmod` and `remainder` are exact, whatever the magnitude.
  const long double apart = std::fmod(b, 360.0L) - std::fmod(a, 360.0L);
  const long double way = std::remainder(apart, 360.0L);
  return std::fabs(way) == 180 ? (b > a ? 180.0L : -180.0L) : way;
}

long double degrees_reference(long double a, long double b, long double w) {
  return std::remainder(std::fmod(a, 360.0L) + w * degrees_between(a, b), 360.0L);
}

quaternion_reference quaternion_of(const vector_reference& v) {
  const long double angle = std::hypot(std::hypot(v[0], v[1]), v[2]);
  const long double factor = angle == 0 ? 0.5L : std::sin(angle / 2) / angle;
  return {v[0] * factor, v[1] * factor, v[2] * factor, std::cos(angle / 2)};
}

vector_reference rotation_vector_reference(const vector_reference& a, const vector_reference& b,
                                           long double w) {
  quaternion_reference q = slerp_reference(quaternion_of(a), quaternion_of(b), w);
  if (q[3] < 0) q = scaled(q, -1);
  const long double sine = std::hypot(std::hypot(q[0], q[1]), q[2]);
  const long double factor = sine == 0 ? 2 : 2 * std::atan2(sine, q[3]) / sine;
  return {q[0] * factor, q[1] * factor, q[2] * factor};
}

}  // namespace robocache_test
