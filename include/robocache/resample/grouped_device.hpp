// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/resample/bracket.hpp>
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
ROBOCACHE_DETAIL_HD_COLD bool write_quaternion(const value_between<In, Out, Real>& v,
                                               bool w_first) noexcept {
  const int w = w_first ? 0 : 3;
  const int x = w_first ? 1 : 0;
  const quaternion a{v.left_at(x), v.left_at(x + 1), v.left_at(x + 2), v.left_at(w)};
  const quaternion b{v.right_at(x), v.right_at(x + 1), v.right_at(x + 2), v.right_at(w)};
  quaternion result;
  const bool fine = slerp(a, b, exact_cast<double>(v.weight), result);
  v.write(x, result.x);
  v.write(x + 1, result.y);
  v.write(x + 2, result.z);
  v.write(w, result.w);
  return fine;
}

template <class In, class Out, class Real>
ROBOCACHE_DETAIL_HD_COLD bool write_rotation_vector(
    const value_between<In, Out, Real>& v) noexcept {
  const vector3 a{v.left_at(0), v.left_at(1), v.left_at(2)};
  const vector3 b{v.right_at(0), v.right_at(1), v.right_at(2)};
  vector3 result;
  const bool fine = blend_rotation_vector(a, b, exact_cast<double>(v.weight), result);
  v.write(0, result.x);
  v.write(1, result.y);
  v.write(2, result.z);
  return fine;
}

/// One value of the modes that are not blended channel by channel.
///
/// \return false if a rotation had no direction, or the weight is not finite
template <class In, class Out, class Real>
ROBOCACHE_HD inline bool write_rotation(channel_mode mode,
                                        const value_between<In, Out, Real>& v) noexcept {
  switch (mode) {
    case channel_mode::slerp_xyzw:
      return write_quaternion(v, false);
    case channel_mode::slerp_wxyz:
      return write_quaternion(v, true);
    case channel_mode::rotation_vector:
      return write_rotation_vector(v);
    default:
      write_angle(v);
      return true;
  }
}

/// What `write_rotation` will return.
template <class In, class Out, class Real>
ROBOCACHE_HD inline bool rotation_usable(channel_mode mode,
                                         const value_between<In, Out, Real>& v) noexcept {
  const int components = channels_per_value(mode);
  if (components == 1) return true;
  double left = 0;
  double right = 0;
  for (int i = 0; i < components; ++i) {
    left = exact_fma(v.left_at(i), v.left_at(i), left);
    right = exact_fma(v.right_at(i), v.right_at(i), right);
  }
  const bool finite = is_finite(left) && is_finite(right) && is_finite(v.weight);
  return finite && (components == 3 || (left > 0 && right > 0));
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
    if (run.count == 0) continue;
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
