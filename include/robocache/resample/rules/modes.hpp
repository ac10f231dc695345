// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/execution.hpp>
#include <robocache/resample/groups.hpp>
#include <robocache/resample/rules/rot6d.hpp>
#include <robocache/resample/rules/rotation.hpp>

#include <type_traits>

/// \file
/// The channel modes that are no interpolation: what becomes of two samples and a weight. All that
/// is said of a mode is said here, for both back ends and all levels; level 1 knows only that a
/// value has one channel or several.
///
/// A mode is a struct of `modes` and a case of `visit_mode`. It has the number of channels that
/// make up one value:
///
///     static constexpr int channels;
///
/// If that is 1, the value is computed in the arithmetic's type, and there is nothing to report:
///
///     template <class Real> static Real between(Real a, Real b, Real weight) noexcept;
///
/// Else it is a rotation, computed in double: what its channels are as a quaternion of length 1,
/// and which channels such a quaternion has. `false` is a sample that has no direction.
///
///     static bool unit_of(const value_channels& c, quaternion& unit) noexcept;
///     static value_channels channels_of(const quaternion& unit) noexcept;

namespace robocache::detail {

inline constexpr int most_channels_per_value = 6;

/// The channels of one value in their order.
struct value_channels {
  double at[most_channels_per_value];
};

namespace modes {

/// All modes that are interpolations. Those are rules of `bracket_between` and `interpolate`.
struct interpolated {
  static constexpr int channels = 1;
  template <class Real>
  ROBOCACHE_HD static Real between(Real a, Real, Real) noexcept {
    return a;  // never called
  }
};

struct angle {
  static constexpr int channels = 1;
  template <class Real>
  ROBOCACHE_HD static Real between(Real a, Real b, Real weight) noexcept {
    return blend_angle(a, b, weight);
  }
};

struct degrees {
  static constexpr int channels = 1;
  template <class Real>
  ROBOCACHE_HD static Real between(Real a, Real b, Real weight) noexcept {
    return blend_degrees(a, b, weight);
  }
};

struct slerp_xyzw {
  static constexpr int channels = 4;
  ROBOCACHE_HD static bool unit_of(const value_channels& c, quaternion& unit) noexcept {
    unit = {c.at[0], c.at[1], c.at[2], c.at[3]};
    return normalize(unit);
  }
  ROBOCACHE_HD static value_channels channels_of(const quaternion& unit) noexcept {
    return {{unit.x, unit.y, unit.z, unit.w}};
  }
};

struct slerp_wxyz {
  static constexpr int channels = 4;
  ROBOCACHE_HD static bool unit_of(const value_channels& c, quaternion& unit) noexcept {
    unit = {c.at[1], c.at[2], c.at[3], c.at[0]};
    return normalize(unit);
  }
  ROBOCACHE_HD static value_channels channels_of(const quaternion& unit) noexcept {
    return {{unit.w, unit.x, unit.y, unit.z}};
  }
};

struct rotation_vector {
  static constexpr int channels = 3;
  ROBOCACHE_HD static bool unit_of(const value_channels& c, quaternion& unit) noexcept {
    return quaternion_of({c.at[0], c.at[1], c.at[2]}, unit);
  }
  ROBOCACHE_HD static value_channels channels_of(const quaternion& unit) noexcept {
    const vector3 v = rotation_vector_of(unit);
    return {{v.x, v.y, v.z}};
  }
};

struct rot6d {
  static constexpr int channels = 6;
  ROBOCACHE_HD static bool unit_of(const value_channels& c, quaternion& unit) noexcept {
    return quaternion_of_columns({{c.at[0], c.at[1], c.at[2]}, {c.at[3], c.at[4], c.at[5]}}, unit);
  }
  ROBOCACHE_HD static value_channels channels_of(const quaternion& unit) noexcept {
    const rotation_columns c = columns_of(unit);
    return {{c.first.x, c.first.y, c.first.z, c.second.x, c.second.y, c.second.z}};
  }
};

}  // namespace modes

/// `visitor` with the struct of a mode.
template <class Visitor>
ROBOCACHE_HD constexpr auto visit_mode(channel_mode mode, const Visitor& visitor) noexcept {
  switch (mode) {
    case channel_mode::angle:
      return visitor(modes::angle{});
    case channel_mode::degrees:
      return visitor(modes::degrees{});
    case channel_mode::slerp_xyzw:
      return visitor(modes::slerp_xyzw{});
    case channel_mode::slerp_wxyz:
      return visitor(modes::slerp_wxyz{});
    case channel_mode::rotation_vector:
      return visitor(modes::rotation_vector{});
    case channel_mode::rot6d:
      return visitor(modes::rot6d{});
    default:
      return visitor(modes::interpolated{});
  }
}

ROBOCACHE_HD constexpr bool every_mode_has_a_rule() noexcept {
  for (int m = static_cast<int>(channel_mode::angle); m <= static_cast<int>(last_channel_mode);
       ++m) {
    const bool missing = visit_mode(static_cast<channel_mode>(m), [](auto rule) {
      return std::is_same_v<decltype(rule), modes::interpolated>;
    });
    if (missing) return false;
  }
  return true;
}
static_assert(every_mode_has_a_rule(), "a mode needs a struct here and a case of visit_mode");

/// Channels that make up one value of a mode: the components of a rotation, else 1.
ROBOCACHE_HD constexpr int channels_per_value(channel_mode mode) noexcept {
  return visit_mode(mode, [](auto rule) {
    static_assert(decltype(rule)::channels <= most_channels_per_value);
    return decltype(rule)::channels;
  });
}

/// The value of a mode of one channel.
template <class Real>
ROBOCACHE_HD inline Real channel_between(channel_mode mode, Real a, Real b, Real weight) noexcept {
  return visit_mode(mode, [&](auto rule) {
    if constexpr (rule.channels == 1) {
      return rule.between(a, b, weight);
    } else {
      return a;
    }
  });
}

/// The quaternion of length 1 in the channels of a rotation. False if it has no direction.
ROBOCACHE_HD inline bool unit_of(channel_mode mode, const value_channels& c,
                                 quaternion& unit) noexcept {
  return visit_mode(mode, [&](auto rule) {
    if constexpr (rule.channels == 1) {
      return false;
    } else {
      return rule.unit_of(c, unit);
    }
  });
}

/// Whether `rotate` can use the rotation.
ROBOCACHE_HD inline bool has_direction(channel_mode mode, const value_channels& c) noexcept {
  quaternion unit;
  return unit_of(mode, c, unit);
}

/// A quaternion of length 1, if it is usable.
struct unit_rotation {
  quaternion unit;
  bool usable;
};

/// A rotation, and whether it was made from two that have a direction.
struct rotated {
  value_channels value;
  bool usable;
};

ROBOCACHE_HD inline unit_rotation unit_inline(channel_mode mode, const value_channels& c) noexcept {
  unit_rotation result{};
  result.usable = unit_of(mode, c, result.unit);
  return result;
}

/// The rotation between two, in the channels of its mode.
ROBOCACHE_HD inline rotated rotate_inline(channel_mode mode, const unit_rotation& a,
                                          const unit_rotation& b, double weight) noexcept {
  quaternion unit = a.unit;
  if (!slerp_of_usable(unit, a.usable, b.unit, b.usable, weight)) {
    rotated unusable{};
    for (double& channel : unusable.value.at) channel = canonical_nan<double>();
    return unusable;
  }
  const value_channels value = visit_mode(mode, [&](auto rule) {
    if constexpr (rule.channels == 1) {
      return value_channels{};
    } else {
      return rule.channels_of(unit);
    }
  });
  return {value, a.usable && b.usable};
}

#if defined(ROBOCACHE_DETAIL_CPU_DISPATCH) && !defined(__CUDACC__)

inline namespace ROBOCACHE_CPU_NAMESPACE {

__attribute__((target("avx2,fma"), flatten, noinline)) inline rotated rotate_with_fma(
    channel_mode mode, const value_channels& a, const value_channels& b, double weight) noexcept {
  return rotate_inline(mode, unit_inline(mode, a), unit_inline(mode, b), weight);
}

__attribute__((noinline)) inline rotated rotate(channel_mode mode, const value_channels& a,
                                                const value_channels& b, double weight) noexcept {
  if (cpu_has_fma()) return rotate_with_fma(mode, a, b, weight);
  return rotate_inline(mode, unit_inline(mode, a), unit_inline(mode, b), weight);
}

}  // namespace ROBOCACHE_CPU_NAMESPACE

#else

// By value, so that in a kernel all stays in registers.
inline ROBOCACHE_DETAIL_HD_COLD unit_rotation unit_in(channel_mode mode,
                                                      value_channels c) noexcept {
  return unit_inline(mode, c);
}
inline ROBOCACHE_DETAIL_HD_COLD rotated rotate_units(channel_mode mode, unit_rotation a,
                                                     unit_rotation b, double weight) noexcept {
  return rotate_inline(mode, a, b, weight);
}

/// One rotation between two samples, out of line: it is long, and the same for all scalar types.
ROBOCACHE_HD inline rotated rotate(channel_mode mode, const value_channels& a,
                                   const value_channels& b, double weight) noexcept {
  return rotate_units(mode, unit_in(mode, a), unit_in(mode, b), weight);
}

#endif

}  // namespace robocache::detail
