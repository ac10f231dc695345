// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/resample/bracket.hpp>
#include <robocache/resample/detail/rotate.hpp>
#include <robocache/resample/device.hpp>
#include <robocache/resample/groups.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/rotation.hpp>
#include <robocache/scalar.hpp>
#include <robocache/tensor_view.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// Level 1 of `resample` for recordings with channel groups: a row of several kinds of channels.

namespace robocache {

namespace detail {

/// Two samples' channels of one value, and where the result goes. Strides in elements.
template <class In, class Out, class Real>
struct value_between {
  const In* left;
  const In* right;
  std::int64_t in_stride;
  Out* out;
  std::int64_t out_stride;
  Real weight;
  const channel_affine<Real>& affine;
  std::int64_t channel;  // of the first component, for `affine`

  ROBOCACHE_HD double left_at(int i) const noexcept {
    return real_from_bits<double, In>(load_bits(left + i * in_stride));
  }
  ROBOCACHE_HD double right_at(int i) const noexcept {
    return real_from_bits<double, In>(load_bits(right + i * in_stride));
  }
  /// Rounded once if there is nothing to normalize.
  ROBOCACHE_HD void write(int i, double value) const noexcept {
    if (affine.is_identity()) {
      store_bits(out + i * out_stride, bits_from_real<Out>(value));
    } else {
      const Real normalized = affine(exact_cast<Real>(value), channel + i);
      store_bits(out + i * out_stride, bits_from_real<Out>(normalized));
    }
  }
};

template <class In, class Out, class Real>
ROBOCACHE_HD inline void write_angle(const value_between<In, Out, Real>& v) noexcept {
  const Real a = real_from_bits<Real, In>(load_bits(v.left));
  const Real b = real_from_bits<Real, In>(load_bits(v.right));
  const Real value = v.affine(blend_angle(a, b, v.weight), v.channel);
  store_bits(v.out, bits_from_real<Out>(value));
}

template <class In, class Out, class Real>
ROBOCACHE_HD inline void load_rotations(channel_mode mode, const value_between<In, Out, Real>& v,
                                        rotation_components& left,
                                        rotation_components& right) noexcept {
  for (int i = 0; i < channels_per_value(mode); ++i) {
    left.at[i] = v.left_at(i);
    right.at[i] = v.right_at(i);
  }
}

/// One value of the modes that are not blended channel by channel.
///
/// \return false if a rotation had no direction, or the weight is not finite
template <class In, class Out, class Real>
ROBOCACHE_HD inline bool write_rotation(channel_mode mode,
                                        const value_between<In, Out, Real>& v) noexcept {
  if (mode == channel_mode::angle) {
    write_angle(v);
    return true;
  }
  rotation_components a{};
  rotation_components b{};
  rotation_components result;
  load_rotations(mode, v, a, b);
  const bool usable = rotate(mode, a, b, exact_cast<double>(v.weight), result);
  for (int i = 0; i < channels_per_value(mode); ++i) v.write(i, result.at[i]);
  return usable;
}

/// What `write_rotation` will return.
template <class In, class Out, class Real>
ROBOCACHE_HD inline bool rotation_usable(channel_mode mode,
                                         const value_between<In, Out, Real>& v) noexcept {
  if (mode == channel_mode::angle) return true;
  rotation_components a{};
  rotation_components b{};
  load_rotations(mode, v, a, b);
  return has_direction(mode, a) && has_direction(mode, b) && is_finite(v.weight);
}

/// What a row of several groups reports: all statuses together, and the newest sample of all.
struct grouped_status {
  std::uint8_t status = row_status::ok;
  std::int32_t newest = -1;
};

/// Writes a row group by group.
///
/// \param after  the number of stamps at or before `t`
template <class Group, class Time, class In, class Out, class Real>
ROBOCACHE_HD inline grouped_status write_grouped_row(
    const Group& group, const time_axis<Time>& axis, Time t, std::int32_t after,
    const channel_groups& groups, const tensor_view<const In, 2>& values,
    const resample_policy<Time, Real>& policy, const channel_affine<Real>& affine,
    const tensor_view<Out, 1>& row) noexcept {
  grouped_status total;
  const std::int64_t is = values.stride(1);
  const std::int64_t os = row.stride(0);
  for (int r = 0; r < runs_of(groups); ++r) {
    const channel_group run = run_of(groups, r, row.extent(0), policy.interpolation);
    if (run.count == 0 && (r > 0 || row.extent(0) > 0)) continue;  // no channels: a report alone
    resample_policy<Time, Real> rules = policy;
    rules.interpolation = interpolation_of(run.mode);
    const sample_bracket<Real> found = bracket_after(axis, t, after, rules);
    total.status |= found.status;
    total.newest = found.right > total.newest ? found.right : total.newest;

    if (run.mode < channel_mode::angle || found.left == found.right) {
      const channel_affine<Real> shifted{
          affine.scale == nullptr ? nullptr : affine.scale + run.first * affine.scale_stride,
          affine.shift == nullptr ? nullptr : affine.shift + run.first * affine.shift_stride,
          affine.scale_stride, affine.shift_stride};
      const tensor_view<const In, 2> part(found.left < 0 ? nullptr : values.data() + run.first * is,
                                          {values.extent(0), run.count}, {values.stride(0), is});
      write_row(group, found, part, shifted,
                tensor_view<Out, 1>(row.data() + run.first * os, {run.count}, {os}));
      continue;
    }
    const int step = channels_per_value(run.mode);
    for (std::int32_t c = 0; c < run.count; c += step) {
      const std::int64_t channel = run.first + c;
      const value_between<In, Out, Real> value{
          values.data() + found.left * values.stride(0) + channel * is,
          values.data() + found.right * values.stride(0) + channel * is,
          is,
          row.data() + channel * os,
          os,
          found.weight,
          affine,
          channel};
      // Every thread of the group learns the status; one of them writes.
      if (static_cast<unsigned>(c / step) % group.size() == group.thread_rank()) {
        if (!write_rotation(run.mode, value)) total.status |= row_status::no_rotation;
      } else if (!rotation_usable(run.mode, value)) {
        total.status |= row_status::no_rotation;
      }
    }
  }
  return total;
}

}  // namespace detail

/// `resample_row` for a recording with channel groups.
///
/// \param group   the threads that work on the row together
/// \param axis    stamps of this item, [S]
/// \param t       target time
/// \param values  [S, D]
/// \param groups  what the channels mean; channels in none have `policy.interpolation`
/// \param policy  the rules
/// \param affine  normalization, `{}` for none
/// \param row     [D], the output
/// \return the row's status byte, in every thread
template <class Group, class Time, class In, class Out, class Real>
ROBOCACHE_HD inline std::uint8_t resample_row(const Group& group, const time_axis<Time>& axis,
                                              Time t, const tensor_view<const In, 2>& values,
                                              const channel_groups& groups,
                                              const resample_policy<Time, Real>& policy,
                                              const channel_affine<Real>& affine,
                                              const tensor_view<Out, 1>& row) noexcept {
  static_assert(std::is_same_v<Real, compute_t<In, Out>>, "Real is compute_t<In, Out>");
  return detail::write_grouped_row(group, axis, t, detail::group_upper_bound(group, axis, t),
                                   groups, values, policy, affine, row)
      .status;
}

}  // namespace robocache
