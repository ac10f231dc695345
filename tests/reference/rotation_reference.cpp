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
  const auto squared = static_cast<double>(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  return std::isfinite(squared) && squared <= 0x1p64;
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

namespace {

using matrix = std::array<vector_reference, 3>;  // columns

long double dot(const vector_reference& a, const vector_reference& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

vector_reference cross(const vector_reference& a, const vector_reference& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

vector_reference normalized(const vector_reference& v) {
  const long double length = std::hypot(std::hypot(v[0], v[1]), v[2]);
  return {v[0] / length, v[1] / length, v[2] / length};
}

vector_reference first_of(const columns_reference& c) {
  return {c[0], c[1], c[2]};
}

vector_reference second_of(const columns_reference& c) {
  return {c[3], c[4], c[5]};
}

/// Zhou et al., equation 15: Gram-Schmidt.
matrix frame_of(const columns_reference& c) {
  const vector_reference x = normalized(first_of(c));
  vector_reference y = normalized(second_of(c));
  const long double along = dot(x, y);
  for (std::size_t i = 0; i < 3; ++i) y[i] -= along * x[i];
  y = normalized(y);
  return {x, y, cross(x, y)};
}

/// The axis of the rotation from `a` to `b`, in `a`'s frame, times twice the sine of its angle; and
/// twice the cosine plus 1.
vector_reference turn_of(const matrix& a, const matrix& b, long double* trace) {
  const auto at = [&](std::size_t row, std::size_t column) { return dot(a[row], b[column]); };
  *trace = at(0, 0) + at(1, 1) + at(2, 2);
  return {at(2, 1) - at(1, 2), at(0, 2) - at(2, 0), at(1, 0) - at(0, 1)};
}

}  // namespace

bool is_frame(const columns_reference& c) {
  const vector_reference x = first_of(c);
  const vector_reference z = cross(x, second_of(c));
  const auto one = static_cast<double>(dot(x, x));
  const auto other = static_cast<double>(dot(z, z));
  return std::isfinite(one) && one > 0 && std::isfinite(other) && other > 0;
}

long double sine_between(const columns_reference& c) {
  const vector_reference z = cross(normalized(first_of(c)), normalized(second_of(c)));
  return std::sqrt(dot(z, z));
}

long double turn_between(const columns_reference& a, const columns_reference& b) {
  long double trace = 0;
  const vector_reference axis = turn_of(frame_of(a), frame_of(b), &trace);
  return std::atan2(std::sqrt(dot(axis, axis)), trace - 1);
}

columns_reference rot6d_reference(const columns_reference& a, const columns_reference& b,
                                  long double w) {
  const matrix from = frame_of(a);
  long double trace = 0;
  vector_reference axis = turn_of(from, frame_of(b), &trace);
  const long double sine = std::sqrt(dot(axis, axis));
  const long double angle = w * std::atan2(sine, trace - 1);
  if (sine > 0) axis = normalized(axis);
  columns_reference result{};
  for (std::size_t column = 0; column < 2; ++column) {
    vector_reference unit{};  // Rodrigues' formula, in `a`'s frame
    unit[column] = 1;
    const vector_reference across = cross(axis, unit);
    for (std::size_t i = 0; i < 3; ++i) {
      const long double turned = unit[i] * std::cos(angle) + across[i] * std::sin(angle) +
                                 axis[i] * axis[column] * (1 - std::cos(angle));
      for (std::size_t k = 0; k < 3; ++k) result[3 * column + k] += turned * from[i][k];
    }
  }
  return result;
}

}  // namespace robocache_test
