// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/execution.hpp>
#include <robocache/resample/groups.hpp>
#include <robocache/resample/rotation.hpp>

/// \file
/// One rotation between two samples, out of line: it is long, and the same for all scalar types.

namespace robocache::detail {

/// The components of a rotation in the order of their channels: 4 of a quaternion, 3 of a vector.
struct rotation_components {
  double at[4];
};

/// The quaternion in the channels of a mode.
ROBOCACHE_HD inline quaternion quaternion_in(channel_mode mode,
                                             const rotation_components& c) noexcept {
  if (mode == channel_mode::slerp_wxyz) return {c.at[1], c.at[2], c.at[3], c.at[0]};
  return {c.at[0], c.at[1], c.at[2], c.at[3]};
}

/// Whether `rotate` can use the rotation.
ROBOCACHE_HD inline bool has_direction(channel_mode mode, const rotation_components& c) noexcept {
  if (mode == channel_mode::rotation_vector) {
    const vector3 v{c.at[0], c.at[1], c.at[2]};
    return is_finite(dot(v, v));
  }
  const quaternion q = quaternion_in(mode, c);
  const double squared = dot(q, q);
  return is_finite(squared) && squared > 0.0;
}

/// `slerp` or `blend_rotation_vector`, as the mode says.
ROBOCACHE_HD inline bool rotate_inline(channel_mode mode, const rotation_components& a,
                                       const rotation_components& b, double weight,
                                       rotation_components& result) noexcept {
  if (mode == channel_mode::rotation_vector) {
    vector3 v;
    const bool usable =
        blend_rotation_vector({a.at[0], a.at[1], a.at[2]}, {b.at[0], b.at[1], b.at[2]}, weight, v);
    result = {{v.x, v.y, v.z, 0.0}};
    return usable;
  }
  quaternion q;
  const bool usable = slerp(quaternion_in(mode, a), quaternion_in(mode, b), weight, q);
  if (mode == channel_mode::slerp_wxyz) {
    result = {{q.w, q.x, q.y, q.z}};
  } else {
    result = {{q.x, q.y, q.z, q.w}};
  }
  return usable;
}

#if defined(ROBOCACHE_DETAIL_CPU_DISPATCH) && !defined(__CUDACC__)

inline namespace ROBOCACHE_CPU_NAMESPACE {

__attribute__((target("avx2,fma"), flatten, noinline)) inline bool rotate_with_fma(
    channel_mode mode, const rotation_components& a, const rotation_components& b, double weight,
    rotation_components& result) noexcept {
  return rotate_inline(mode, a, b, weight, result);
}

__attribute__((noinline)) inline bool rotate(channel_mode mode, const rotation_components& a,
                                             const rotation_components& b, double weight,
                                             rotation_components& result) noexcept {
  if (cpu_has_fma()) return rotate_with_fma(mode, a, b, weight, result);
  return rotate_inline(mode, a, b, weight, result);
}

}  // namespace ROBOCACHE_CPU_NAMESPACE

#else

inline ROBOCACHE_DETAIL_HD_COLD bool rotate(channel_mode mode, const rotation_components& a,
                                            const rotation_components& b, double weight,
                                            rotation_components& result) noexcept {
  return rotate_inline(mode, a, b, weight, result);
}

#endif

}  // namespace robocache::detail
