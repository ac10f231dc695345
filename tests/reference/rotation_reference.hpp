// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

/// \file
/// Rotations between two samples, from their textbook definitions in long double with the C
/// library's functions. Shares no code with the library.

namespace robocache_test {

/// Components in any order: the arc between two points of a sphere does not depend on it.
using quaternion_reference = std::array<long double, 4>;
using vector_reference = std::array<long double, 3>;
/// The first two columns of a matrix, one after the other.
using columns_reference = std::array<long double, 6>;

constexpr long double pi_reference = 3.14159265358979323846264338327950288L;

/// Its squared length is neither zero nor infinite, in double: it has a direction.
bool is_rotation(const quaternion_reference& q);
/// Its squared length is finite and at most 2^64, in double. Zero is no rotation, but fine.
bool has_length(const vector_reference& v);

/// Half the angle of the rotation from `a` to `b` by the short way, in [0, pi / 2].
long double arc_between(const quaternion_reference& a, const quaternion_reference& b);

/// The point at `w` of the shortest great-circle arc from `a` (0) to `b` or `-b` (1), at constant
/// speed, also beyond the ends. Unit length, whatever the length of the arguments.
quaternion_reference slerp_reference(const quaternion_reference& a, const quaternion_reference& b,
                                     long double w);

/// `a + w * (b - a)` with the difference taken the short way round, in [-pi, pi].
long double angle_reference(long double a, long double b, long double w);

/// The same in degrees, in [-180, 180], for any magnitude. Half a turn apart it goes up if `b` is
/// the larger number, else down.
long double degrees_reference(long double a, long double b, long double w);
/// The short way from `a` to `b` in degrees, in [-180, 180].
long double degrees_between(long double a, long double b);

/// Rotation vectors by way of quaternions; at most pi long.
vector_reference rotation_vector_reference(const vector_reference& a, const vector_reference& b,
                                           long double w);

quaternion_reference quaternion_of(const vector_reference& v);  ///< x, y, z, w

/// The squared length of the first column and that of the cross product are neither zero nor
/// infinite, in double.
bool is_frame(const columns_reference& c);
/// The sine of the angle between the columns, 1 if they are orthogonal.
long double sine_between(const columns_reference& c);
/// The angle of the rotation from `a` to `b`, in [0, pi].
long double turn_between(const columns_reference& a, const columns_reference& b);
/// `a` turned by `w` times the rotation from `a` to `b`, all by matrices.
columns_reference rot6d_reference(const columns_reference& a, const columns_reference& b,
                                  long double w);

}  // namespace robocache_test
