// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/resample/rules/rotation.hpp>

/// \file
/// Level 0 of `resample`, rotations as two columns of their matrix: the form that networks learn
/// best, because it has no seams (Zhou, Barnes, Lu, Yang and Li, "On the continuity of rotation
/// representations in neural networks", 2019).

namespace robocache {

/// The first two columns of a rotation matrix, of any length and at any angle but parallel. (Two
/// rows do as well: they are the columns of the inverse, and the way between two rotations is the
/// inverse of that between their inverses.)
struct rotation_columns {
  vector3 first;
  vector3 second;
};

namespace detail {

/// a * b - c * d to within 1.5 units in the last place, and zero where it is zero (Kahan's;
/// Jeannerod, Louvet and Muller, "Further analysis of Kahan's algorithm for the accurate
/// computation of 2x2 determinants", 2013).
ROBOCACHE_HD inline double difference_of_products(double a, double b, double c, double d) noexcept {
  const double product = exact_mul(c, d);
  const double error = exact_fma(-c, d, product);
  return exact_add(exact_fma(a, b, -product), error);
}

ROBOCACHE_HD inline vector3 cross(const vector3& a, const vector3& b) noexcept {
  return {difference_of_products(a.y, b.z, a.z, b.y), difference_of_products(a.z, b.x, a.x, b.z),
          difference_of_products(a.x, b.y, a.y, b.x)};
}

/// Makes the length 1. False, and nothing done, if the squared length is zero or not finite.
ROBOCACHE_HD inline bool normalize(vector3& v) noexcept {
  quaternion q{v.x, v.y, v.z, 0.0};
  const bool done = normalize(q);
  v = {q.x, q.y, q.z};
  return done;
}

/// The quaternion, of length 1, of the matrix whose first and third column are x and z, which are
/// orthonormal. The largest component has no cancellation, so the others are taken from it
/// (Shepperd, "Quaternion from rotation matrix", 1978). Out of line and by value: inlined, it cost
/// the kernels registers.
inline ROBOCACHE_DETAIL_HD_COLD quaternion quaternion_of_matrix(vector3 x, vector3 z) noexcept {
  const vector3 y = cross(z, x);
  const double trace = exact_add(exact_add(x.x, y.y), z.z);
  const double four_xw = exact_sub(y.z, z.y);  // 4 times the product of two components
  const double four_yw = exact_sub(z.x, x.z);
  const double four_zw = exact_sub(x.y, y.x);
  const double four_xy = exact_add(y.x, x.y);
  const double four_zx = exact_add(z.x, x.z);
  const double four_yz = exact_add(z.y, y.z);
  quaternion q;
  if (trace >= x.x && trace >= y.y && trace >= z.z) {
    q = {four_xw, four_yw, four_zw, exact_add(1.0, trace)};
  } else if (x.x >= y.y && x.x >= z.z) {
    q = {exact_add(1.0, exact_sub(exact_sub(x.x, y.y), z.z)), four_xy, four_zx, four_xw};
  } else if (y.y >= z.z) {
    q = {four_xy, exact_add(1.0, exact_sub(exact_sub(y.y, z.z), x.x)), four_yz, four_yw};
  } else {
    q = {four_zx, four_yz, exact_add(1.0, exact_sub(exact_sub(z.z, x.x), y.y)), four_zw};
  }
  normalize(q);
  return q;
}

/// The rotation of two columns, made orthonormal by Gram and Schmidt: the first keeps its
/// direction, the second the plane of both. False if the first has a squared length of zero or one
/// that is not finite, or their cross product has.
ROBOCACHE_HD inline bool quaternion_of_columns(const rotation_columns& columns,
                                               quaternion& unit) noexcept {
  // By the third column rather than by a difference: it is zero for parallel columns, not noise.
  vector3 x = columns.first;
  vector3 z = cross(columns.first, columns.second);
  if (!normalize(x) || !normalize(z)) return false;
  unit = quaternion_of_matrix(x, z);
  return true;
}

/// The first two columns of the matrix of a quaternion of length 1.
ROBOCACHE_HD inline rotation_columns columns_of(const quaternion& q) noexcept {
  const double x = exact_mul(2.0, q.x);
  const double y = exact_mul(2.0, q.y);
  const double z = exact_mul(2.0, q.z);
  return {{exact_fma(-z, q.z, exact_fma(-y, q.y, 1.0)), exact_fma(x, q.y, exact_mul(z, q.w)),
           exact_fma(x, q.z, -exact_mul(y, q.w))},
          {exact_fma(x, q.y, -exact_mul(z, q.w)), exact_fma(-z, q.z, exact_fma(-x, q.x, 1.0)),
           exact_fma(y, q.z, exact_mul(x, q.w))}};
}

}  // namespace detail

/// The rotation between two that are given by two columns of their matrices: `slerp` of their
/// quaternions. Before, the columns are made orthonormal by Gram and Schmidt, the first first.
///
/// Within 1e-14 for columns at right angles or nearly so; at an angle with the sine s, within
/// 1e-14 / s. Same bits on the CPU and the GPU.
///
/// \param a       unusable if the squared length of the first column, or of the cross product of
///                both, is zero or not finite in double: if one is zero, or they are parallel
/// \param b       likewise
/// \param weight  as in `slerp`
/// \param result  orthonormal; if one of `a` and `b` is unusable the other one, made orthonormal;
///                if both are or the weight is not finite, six NaNs
/// \return whether all three were usable
ROBOCACHE_HD inline bool blend_rot6d(const rotation_columns& a, const rotation_columns& b,
                                     double weight, rotation_columns& result) noexcept {
  quaternion unit_a{};
  quaternion unit_b{};
  const bool a_usable = detail::quaternion_of_columns(a, unit_a);
  const bool b_usable = detail::quaternion_of_columns(b, unit_b);
  if (!detail::slerp_of_usable(unit_a, a_usable, unit_b, b_usable, weight)) {
    const double nan = detail::canonical_nan<double>();
    result = {{nan, nan, nan}, {nan, nan, nan}};
    return false;
  }
  result = detail::columns_of(unit_a);
  return a_usable && b_usable;
}

}  // namespace robocache
