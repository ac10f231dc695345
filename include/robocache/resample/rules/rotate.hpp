// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/execution.hpp>
#include <robocache/resample/groups.hpp>
#include <robocache/resample/rules/rotation.hpp>

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

/// A rotation, and whether it was made from two that have a direction.
struct rotated {
  rotation_components value;
  bool usable;
};

/// `slerp` or `blend_rotation_vector`, as the mode says.
ROBOCACHE_HD inline rotated rotate_inline(channel_mode mode, const rotation_components& a,
                                          const rotation_components& b, double weight) noexcept {
  if (mode == channel_mode::rotation_vector) {
    vector3 v;
    const bool usable =
        blend_rotation_vector({a.at[0], a.at[1], a.at[2]}, {b.at[0], b.at[1], b.at[2]}, weight, v);
    return {{{v.x, v.y, v.z, 0.0}}, usable};
  }
  quaternion q;
  const bool usable = slerp(quaternion_in(mode, a), quaternion_in(mode, b), weight, q);
  if (mode == channel_mode::slerp_wxyz) return {{{q.w, q.x, q.y, q.z}}, usable};
  return {{{q.x, q.y, q.z, q.w}}, usable};
}

#if defined(ROBOCACHE_DETAIL_CPU_DISPATCH) && !defined(__CUDACC__)

inline namespace ROBOCACHE_CPU_NAMESPACE {

__attribute__((target("avx2,fma"), flatten, noinline)) inline rotated rotate_with_fma(
    channel_mode mode, const rotation_components& a, const rotation_components& b,
    double weight) noexcept {
  return rotate_inline(mode, a, b, weight);
}

__attribute__((noinline)) inline rotated rotate(channel_mode mode, const rotation_components& a,
                                                const rotation_components& b,
                                                double weight) noexcept {
  if (cpu_has_fma()) return rotate_with_fma(mode, a, b, weight);
  return rotate_inline(mode, a, b, weight);
}

}  // namespace ROBOCACHE_CPU_NAMESPACE

#else

/// By value, so that in a kernel the components stay in registers.
inline ROBOCACHE_DETAIL_HD_COLD rotated rotate(channel_mode mode, rotation_components a,
                                               rotation_components b, double weight) noexcept {
  return rotate_inline(mode, a, b, weight);
}

#endif

}  // namespace robocache::detail
