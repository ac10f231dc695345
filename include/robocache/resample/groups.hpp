// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/source.hpp>

#include <cstdint>
#include <initializer_list>

/// \file
/// Channel groups: what the channels of a recording mean, where they are not all alike.
///
/// A robot's state of position, orientation, gripper and joints is one recording of four kinds of
/// channels. Each group is resampled as if it were alone; the status of a row has the bits of all
/// groups.

namespace robocache {

/// How the channels of a group are brought to a target time. The first modes are the
/// interpolations, in the same order.
///
/// Those from `angle` on differ from `linear` only in the value between two samples; rows that are
/// one sample copy it as it is.
enum class channel_mode : std::uint8_t {
  linear = 0,
  nearest,
  previous,
  next,
  /// Angles in radians, each channel by itself: the short way round, the result in [-pi, pi].
  angle,
  /// Unit quaternions of four channels x, y, z, w: shortest arc at constant angular velocity
  /// (Shoemake, "Animating rotation with quaternion curves", 1985), normalized. See `slerp`.
  slerp_xyzw,
  /// The same with channels w, x, y, z.
  slerp_wxyz,
  /// Rotation vectors (axis times angle, radians) of three channels: by way of quaternions, so that
  /// vectors a turn apart are the same rotation; the result is at most pi long. See
  /// `blend_rotation_vector`.
  rotation_vector,
  /// Angles in degrees, each channel by itself: the short way round, the result in [-180, 180].
  /// Whole turns are taken off exactly. See `blend_degrees`.
  degrees,
  /// Rotations of six channels: the first column of the matrix, then the second (Zhou, Barnes, Lu,
  /// Yang and Li, "On the continuity of rotation representations in neural networks", 2019). By way
  /// of quaternions; the result is orthonormal. See `blend_rot6d`.
  rot6d,
};

/// Neighbouring channels `[first, first + count)` of one mode. Rotations may come several in a row:
/// `count` is a multiple of 4, 3 or 6.
struct channel_group {
  std::int32_t first = 0;
  std::int32_t count = 0;
  channel_mode mode = channel_mode::linear;
};

/// Up to `most` groups of one recording, in rising order of channels. Channels in none have the
/// options' interpolation.
struct channel_groups {
  static constexpr int most = 8;

  channel_group group[most];
  /// How many were given. More than `most` is an error for the launchers; level 1 uses the first
  /// `most`.
  std::int32_t count = 0;

  channel_groups() = default;
  ROBOCACHE_HD channel_groups(std::initializer_list<channel_group> list) noexcept {
    for (const channel_group& g : list) add(g);
  }

  /// Appends a group.
  ///
  /// \param g  see `with_groups`; beyond `most` it is counted, but not kept
  ROBOCACHE_HD void add(const channel_group& g) noexcept {
    if (count < most) group[count] = g;
    ++count;
  }
};

/// For recordings whose channels are all alike.
struct no_groups {};

/// A recording whose channels are of several kinds. Made by `with_groups`.
template <class Value, class Time>
struct grouped_source : source_view<Value, Time> {
  channel_groups groups;
};

/// Says what the channels of a recording mean.
///
/// \code
/// // x y z qx qy qz qw gripper joint1 ... joint6
/// auto state = robocache::with_groups(robocache::padded_source(values, times),
///                                     {{3, 4, robocache::channel_mode::slerp_xyzw},
///                                      {7, 1, robocache::channel_mode::previous}});
/// \endcode
///
/// \param source  from `padded_source` or `packed_source`
/// \param groups  rising, without overlap; channels in no group have `options.interpolation`
/// \return the recording as `resample` and `fuse` take it
template <class Value, class Time>
ROBOCACHE_HD inline grouped_source<Value, Time> with_groups(const source_view<Value, Time>& source,
                                                            const channel_groups& groups) noexcept {
  return {source, groups};
}

namespace detail {

inline constexpr channel_mode last_channel_mode = channel_mode::rot6d;

static_assert(static_cast<int>(channel_mode::angle) == static_cast<int>(last_interpolation) + 1,
              "each interpolation is a channel mode, too, and has the same number");

/// Whether a mode is an interpolation. What the others do is said in `rules/modes.hpp`.
ROBOCACHE_HD constexpr bool is_interpolation(channel_mode mode) noexcept {
  return mode < channel_mode::angle;
}

/// The interpolation by which the bracket of a mode is chosen.
ROBOCACHE_HD constexpr interpolation interpolation_of(channel_mode mode) noexcept {
  return is_interpolation(mode) ? static_cast<interpolation>(mode) : interpolation::linear;
}

/// All channels of a recording as runs of one mode. Groups are the odd runs; the even ones are what
/// lies between groups, and may be empty.
ROBOCACHE_HD constexpr int groups_of(const channel_groups& groups) noexcept {
  return groups.count < channel_groups::most ? groups.count : channel_groups::most;
}
ROBOCACHE_HD constexpr int runs_of(const channel_groups& groups) noexcept {
  return 2 * groups_of(groups) + 1;
}
ROBOCACHE_HD inline channel_group run_of(const channel_groups& groups, int run,
                                         std::int64_t channels, interpolation rest) noexcept {
  if (run % 2 == 1) return groups.group[run / 2];
  const int next = run / 2;
  const std::int32_t first =
      next == 0 ? 0 : groups.group[next - 1].first + groups.group[next - 1].count;
  const std::int32_t end =
      next == groups_of(groups) ? static_cast<std::int32_t>(channels) : groups.group[next].first;
  return {first, end - first, static_cast<channel_mode>(rest)};
}

}  // namespace detail
}  // namespace robocache
