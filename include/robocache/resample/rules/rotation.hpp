// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/detail/trigonometry.hpp>

#include <type_traits>

/// \file
/// Level 0 of `resample`, the part about rotations: the value between two orientations or angles.
///
/// All of it runs on the host and in kernels, with the same bits in both and under any flag that
/// contracts products and sums: `detail/trigonometry.hpp` says how and why.

namespace robocache {

/// A rotation as the quaternion `w + x i + y j + z k`, of any length but zero.
struct quaternion {
  double x;
  double y;
  double z;
  double w;
};

/// A rotation vector: its direction is the axis, its length the angle in radians.
struct vector3 {
  double x;
  double y;
  double z;
};

namespace detail {

ROBOCACHE_HD inline double dot(const quaternion& a, const quaternion& b) noexcept {
  return exact_fma(a.w, b.w, exact_fma(a.z, b.z, exact_fma(a.y, b.y, exact_mul(a.x, b.x))));
}
ROBOCACHE_HD inline double dot(const vector3& a, const vector3& b) noexcept {
  return exact_fma(a.z, b.z, exact_fma(a.y, b.y, exact_mul(a.x, b.x)));
}
ROBOCACHE_HD inline quaternion quaternion_sum(const quaternion& a, const quaternion& b) noexcept {
  return {exact_add(a.x, b.x), exact_add(a.y, b.y), exact_add(a.z, b.z), exact_add(a.w, b.w)};
}
ROBOCACHE_HD inline quaternion quaternion_difference(const quaternion& a,
                                                     const quaternion& b) noexcept {
  return {exact_sub(a.x, b.x), exact_sub(a.y, b.y), exact_sub(a.z, b.z), exact_sub(a.w, b.w)};
}
ROBOCACHE_HD inline quaternion scaled(const quaternion& q, double factor) noexcept {
  return {exact_mul(q.x, factor), exact_mul(q.y, factor), exact_mul(q.z, factor),
          exact_mul(q.w, factor)};
}
ROBOCACHE_HD inline vector3 scaled(const vector3& v, double factor) noexcept {
  return {exact_mul(v.x, factor), exact_mul(v.y, factor), exact_mul(v.z, factor)};
}
ROBOCACHE_HD inline quaternion opposite(const quaternion& q) noexcept {
  return {-q.x, -q.y, -q.z, -q.w};
}

/// Makes the length 1. False, and nothing done, if the squared length is zero or not finite.
ROBOCACHE_HD inline bool normalize(quaternion& q) noexcept {
  double squared = dot(q, q);
  if (!is_finite(squared) || !(squared > 0.0)) return false;
  if (squared < 0x1p-900) {  // denormal squares have lost digits
    q = scaled(q, 0x1p500);
    squared = dot(q, q);
  }
  q = scaled(q, exact_div(1.0, exact_sqrt(squared)));
  return true;
}

/// `slerp` between quaternions of length 1.
///
/// The angle is Kahan's ("How futile are mindless assessments of roundoff", 2006, section 12), as
/// precise for near directions as for far ones. Shoemake's weights are divided by sin(angle), which
/// the length of the result makes needless; so near-parallel quaternions need no other formula:
/// the sine of a small angle is the angle, and the weights become linear by themselves.
ROBOCACHE_HD inline quaternion slerp_unit(const quaternion& a, quaternion b,
                                          double weight) noexcept {
  if (dot(a, b) < 0.0) b = opposite(b);
  const quaternion apart = quaternion_difference(a, b);
  const quaternion together = quaternion_sum(a, b);
  const double squared = dot(apart, apart);
  if (!(squared > 0.0)) return a;
  const double angle =
      exact_mul(2.0, exact_atan2(exact_sqrt(squared), exact_sqrt(dot(together, together))));
  const double weight_a = exact_sin(exact_mul(exact_sub(1.0, weight), angle));
  const double weight_b = exact_sin(exact_mul(weight, angle));
  quaternion result{exact_fma(weight_a, a.x, exact_mul(weight_b, b.x)),
                    exact_fma(weight_a, a.y, exact_mul(weight_b, b.y)),
                    exact_fma(weight_a, a.z, exact_mul(weight_b, b.z)),
                    exact_fma(weight_a, a.w, exact_mul(weight_b, b.w))};
  return normalize(result) ? result : a;  // only a weight out of all bounds makes it zero
}

/// `slerp_unit` of those of two quaternions that are usable, into `a`: the other one stands in for
/// one that is not. False, and nothing done, if both are not or the weight is not finite.
ROBOCACHE_HD inline bool slerp_of_usable(quaternion& a, bool a_usable, quaternion b, bool b_usable,
                                         double weight) noexcept {
  if (!(a_usable || b_usable) || !is_finite(weight)) return false;
  if (!a_usable) a = b;
  if (!b_usable) b = a;
  a = slerp_unit(a, b, weight);
  return true;
}

/// `exp`: the quaternion of a rotation vector (Grassia, "Practical parameterization of rotations
/// using the exponential map", 1998). False if the vector is longer than 2^32, or its squared
/// length not finite.
ROBOCACHE_HD inline bool quaternion_of(const vector3& v, quaternion& result) noexcept {
  const double squared = dot(v, v);
  if (!is_finite(squared) || squared > 0x1p64) return false;
  double factor = 0.5;  // sin(length / 2) / length, here right to the last place
  double cosine = 1.0;
  if (squared > 0x1p-60) {
    const double length = exact_sqrt(squared);
    const double half = exact_mul(0.5, length);
    factor = exact_div(exact_sin(half), length);
    cosine = exact_cos(half);
  }
  const vector3 xyz = scaled(v, factor);
  result = {xyz.x, xyz.y, xyz.z, cosine};
  return true;
}

/// `log`: the rotation vector, at most pi long, of a quaternion of length 1.
ROBOCACHE_HD inline vector3 rotation_vector_of(quaternion q) noexcept {
  if (q.w < 0.0) q = opposite(q);
  const vector3 xyz{q.x, q.y, q.z};
  const double squared = dot(xyz, xyz);
  double factor = 2.0;  // angle / sin(angle / 2), here right to the last place
  if (squared > 0x1p-60) {
    const double sine = exact_sqrt(squared);
    factor = exact_div(exact_mul(2.0, exact_atan2(sine, q.w)), sine);
  }
  return scaled(xyz, factor);
}

/// pi, 2 pi in two parts and 1 / (2 pi), each the nearest `Real`.
template <class Real>
struct turn;
template <>
struct turn<float> {
  static constexpr float half = 0x1.921fb6p+1f;
  static constexpr float whole = 0x1.921fb6p+2f;
  static constexpr float whole_low = -0x1.777a5cp-23f;
  static constexpr float inverse = 0x1.45f306p-3f;
};
template <>
struct turn<double> {
  static constexpr double half = 0x1.921fb54442d18p+1;
  static constexpr double whole = 0x1.921fb54442d18p+2;
  static constexpr double whole_low = 0x1.1a62633145c07p-52;
  static constexpr double inverse = 0x1.45f306dc9c883p-3;
};

/// x - 2 pi n for a whole n. The first difference is exact if the second is small: one rounding.
template <class Real>
ROBOCACHE_HD inline Real unwound(Real x, Real n) noexcept {
  return exact_fma(n, -turn<Real>::whole_low, exact_fma(n, -turn<Real>::whole, x));
}

/// An angle brought to [-pi, pi] by whole turns; one that is there already as it is. NaN if it is
/// not finite.
template <class Real>
ROBOCACHE_HD inline Real wrap_angle(Real x) noexcept {
  constexpr Real pi = turn<Real>::half;
  if (!is_finite(x)) return canonical_nan<Real>();
  if (exact_less_equal(-pi, x) && exact_less_equal(x, pi)) return x;
  const Real n = exact_rint(exact_mul(x, turn<Real>::inverse));
  Real result = unwound(x, n);
  // Next to half a turn the rounded quotient may have chosen the farther side.
  if (!exact_less_equal(result, pi)) result = unwound(x, exact_add(n, Real{1}));
  if (!exact_less_equal(-pi, result)) result = unwound(x, exact_sub(n, Real{1}));
  // Still outside by a rounding, or as `Real` does not resolve turns of this size.
  if (!exact_less_equal(result, pi)) result = pi;
  if (!exact_less_equal(-pi, result)) result = -pi;
  return result;
}

/// An angle in degrees brought to [-180, 180] by whole turns; one that is there already as it is,
/// and half a turn with the sign of `x`. Exact, whatever the magnitude. NaN if it is not finite.
template <class Real>
ROBOCACHE_HD inline Real wrap_degrees(Real x) noexcept {
  constexpr Real half = 180;
  constexpr Real turn = 360;
  constexpr Real inverse = 1 / turn;
  if (!is_finite(x)) return canonical_nan<Real>();
  if (exact_less_equal(-half, x) && exact_less_equal(x, half)) return x;
  // The quotient may be a turn off, or where it is large many: but what the fma leaves is a
  // multiple of the last place of x or of the quotient, so small that it is exact, and the next
  // round goes on with it. More than two rounds are for angles that `Real` does not resolve.
  Real rest = x;
  while (!(exact_less_equal(-3 * half, rest) && exact_less_equal(rest, 3 * half))) {
    rest = exact_fma(-turn, exact_rint(exact_mul(rest, inverse)), rest);
  }
  // Exact (Sterbenz, "Floating-point computation", 1974).
  if (!exact_less_equal(rest, half)) rest = exact_sub(rest, turn);
  if (!exact_less_equal(-half, rest)) rest = exact_add(rest, turn);
  const bool half_turn = rest == half || rest == -half;
  if (!half_turn) return rest;
  return exact_less_equal(x, Real{0}) ? -half : half;
}

}  // namespace detail

/// The rotation on the shortest arc from `a` to `b`, at constant angular velocity (Shoemake,
/// "Animating rotation with quaternion curves", 1985).
///
/// `q` and `-q` are the same rotation: where `a . b < 0`, `b` is negated first, so the result has
/// the sign that goes with `a`. Rotations half a turn apart (`a . b` = 0) have two shortest arcs:
/// it is the one to `b` as given. The result differs from the exact one by less than 1e-15 for
/// weights in [0, 1]; beyond that the error grows with the weight. Same bits on the CPU and the
/// GPU.
///
/// \param a       of any length whose square is neither zero nor out of range; else it is unusable
/// \param b       likewise
/// \param weight  0 is `a`, 1 is `b`; outside [0, 1] the motion goes on at the same velocity, up to
///                2^31 radians; the result for weights beyond that is `a`
/// \param result  of length 1; if one of `a` and `b` is unusable the other one, normalized; if both
///                are or the weight is not finite, four NaNs
/// \return whether all three were usable
ROBOCACHE_HD inline bool slerp(const quaternion& a, const quaternion& b, double weight,
                               quaternion& result) noexcept {
  quaternion unit_b = b;
  result = a;
  const bool a_usable = detail::normalize(result);
  const bool b_usable = detail::normalize(unit_b);
  if (!detail::slerp_of_usable(result, a_usable, unit_b, b_usable, weight)) {
    const double nan = detail::canonical_nan<double>();
    result = {nan, nan, nan, nan};
    return false;
  }
  return a_usable && b_usable;
}

/// The rotation between two rotation vectors: `slerp` of their quaternions.
///
/// Vectors a whole turn apart are the same rotation and have the same result. Like `slerp` within
/// 1e-14, as precise for small vectors relative to their length. Same bits on the CPU and the GPU.
///
/// \param a       in radians; unusable if longer than 2^32. Zero is no rotation.
/// \param b       likewise
/// \param weight  as in `slerp`
/// \param result  at most pi long, but for a rounding; if one of `a` and `b` is unusable the other
///                one, so shortened; if both are or the weight is not finite, three NaNs
/// \return whether all three were usable
ROBOCACHE_HD inline bool blend_rotation_vector(const vector3& a, const vector3& b, double weight,
                                               vector3& result) noexcept {
  quaternion unit_a{};
  quaternion unit_b{};
  const bool a_usable = detail::quaternion_of(a, unit_a);
  const bool b_usable = detail::quaternion_of(b, unit_b);
  if (!detail::slerp_of_usable(unit_a, a_usable, unit_b, b_usable, weight)) {
    const double nan = detail::canonical_nan<double>();
    result = {nan, nan, nan};
    return false;
  }
  result = detail::rotation_vector_of(unit_a);
  return a_usable && b_usable;
}

/// The angle at weight `w` on the short way round from `a` to `b`, in radians: `a + w d` with
/// `d = b - a` brought to [-pi, pi], the result brought there too.
///
/// Never beyond the `Real` nearest to pi. Angles of many turns are as precise as `Real` holds them.
/// Same bits on the CPU and the GPU.
///
/// \param a, b  in radians, at weights 0 and 1
/// \param w     the weight, any
/// \return NaN if an argument, `b - a` or `w d` is not finite
template <class Real>
ROBOCACHE_HD inline Real blend_angle(Real a, Real b, Real w) noexcept {
  static_assert(std::is_same_v<Real, float> || std::is_same_v<Real, double>, "float or double");
  const Real d = detail::wrap_angle(detail::exact_sub(b, a));
  return detail::wrap_angle(detail::exact_fma(w, d, detail::wrap_angle(a)));
}

/// The angle at weight `w` on the short way round from `a` to `b`, in degrees: `a + w d` with
/// `d = b - a` brought to [-180, 180], the result brought there too.
///
/// Whole turns are taken off exactly, and from `a` and `b` first: angles of any magnitude are what
/// `Real` holds. Two operations round, the difference (of angles that are in [-180, 180]) and the
/// fma. Angles half a turn apart have two short ways: `d` is 180 if `b > a`, else -180. Same bits
/// on the CPU and the GPU.
///
/// \param a, b  in degrees, at weights 0 and 1
/// \param w     the weight, any
/// \return NaN if an argument or `w d` is not finite
template <class Real>
ROBOCACHE_HD inline Real blend_degrees(Real a, Real b, Real w) noexcept {
  static_assert(std::is_same_v<Real, float> || std::is_same_v<Real, double>, "float or double");
  if (!detail::is_finite(a) || !detail::is_finite(b)) return detail::canonical_nan<Real>();
  const Real from = detail::wrap_degrees(a);
  Real d = detail::wrap_degrees(detail::exact_sub(detail::wrap_degrees(b), from));
  const bool half_turn = d == Real{180} || d == Real{-180};
  if (half_turn) d = detail::exact_less_equal(b, a) ? Real{-180} : Real{180};
  return detail::wrap_degrees(detail::exact_fma(w, d, from));
}

}  // namespace robocache
