// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/resample/call.hpp>
#include <robocache/resample/collective/copy.hpp>
#include <robocache/resample/groups.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/rules/blend.hpp>
#include <robocache/resample/rules/modes.hpp>
#include <robocache/scalar.hpp>

#include <cstdint>

/// \file
/// How a group of threads writes channels whose mode is no interpolation: angles and rotations.
/// Each thread takes a value, and `rules/modes.hpp` says what it is.

namespace robocache::detail {

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
ROBOCACHE_HD inline void write_single_channel(channel_mode mode,
                                              const value_between<In, Out, Real>& v) noexcept {
  const Real a = real_from_bits<Real, In>(load_bits(v.left));
  const Real b = real_from_bits<Real, In>(load_bits(v.right));
  const Real value = v.affine(channel_between(mode, a, b, v.weight), v.channel);
  store_bits(v.out, bits_from_real<Out>(value));
}

template <class In, class Out, class Real>
ROBOCACHE_HD inline void load_rotations(channel_mode mode, const value_between<In, Out, Real>& v,
                                        value_channels& left, value_channels& right) noexcept {
  // Unrolled: indexed at run time the channels were in memory.
#if defined(__CUDA_ARCH__)
#pragma unroll
#endif
  for (int i = 0; i < most_channels_per_value; ++i) {
    if (i < channels_per_value(mode)) {
      left.at[i] = v.left_at(i);
      right.at[i] = v.right_at(i);
    }
  }
}

/// One value of a mode that is no interpolation.
///
/// \return false if a rotation had no direction, or the weight is not finite
template <class In, class Out, class Real>
ROBOCACHE_HD inline bool write_rotation(channel_mode mode,
                                        const value_between<In, Out, Real>& v) noexcept {
  if (channels_per_value(mode) == 1) {
    write_single_channel(mode, v);
    return true;
  }
  value_channels a{};
  value_channels b{};
  load_rotations(mode, v, a, b);
  const rotated result = rotate(mode, a, b, exact_cast<double>(v.weight));
#if defined(__CUDA_ARCH__)
#pragma unroll
#endif
  for (int i = 0; i < most_channels_per_value; ++i) {
    if (i < channels_per_value(mode)) v.write(i, result.value.at[i]);
  }
  return result.usable;
}

/// What `write_rotation` would return.
template <class In, class Out, class Real>
ROBOCACHE_HD inline bool rotation_usable(channel_mode mode,
                                         const value_between<In, Out, Real>& v) noexcept {
  if (channels_per_value(mode) == 1) return true;
  value_channels a{};
  value_channels b{};
  load_rotations(mode, v, a, b);
  return has_direction(mode, a) && has_direction(mode, b) && is_finite(v.weight);
}

/// What writing a value needs to know of a call. Small enough to be passed by value.
template <class In, class Out, class Real>
struct channel_access {
  using in = In;
  using out = Out;
  using real = Real;
  static constexpr bool output_is_global = false;  // or is: knowing it is not worth the code
  std::int64_t in_stride;
  std::int64_t out_stride;
  channel_affine<Real> normalization;

  ROBOCACHE_HD strided<const In> values() const noexcept { return {nullptr, {0, 0, in_stride}}; }
  ROBOCACHE_HD strided<Out> output() const noexcept { return {nullptr, {0, 0, out_stride}}; }
  ROBOCACHE_HD const channel_affine<Real>& affine() const noexcept { return normalization; }
};

template <class Call>
ROBOCACHE_HD inline channel_access<typename Call::in, typename Call::out, typename Call::real>
access_of(const Call& call) noexcept {
  return {call.values().stride(2), call.output().stride(2), call.affine()};
}

template <class In, class Out, class Real>
ROBOCACHE_HD inline value_between<In, Out, Real> value_of_row(
    const row_copy<Real>& row, const channel_access<In, Out, Real>& access,
    std::int64_t channel) noexcept {
  return {reinterpret_cast<const In*>(row.left) + channel * access.in_stride,
          reinterpret_cast<const In*>(row.right) + channel * access.in_stride,
          access.in_stride,
          reinterpret_cast<Out*>(row.out) + channel * access.out_stride,
          access.out_stride,
          row.weight,
          access.normalization,
          channel};
}

/// Copies one value of a row that is a single sample or a constant, by one thread: its channels as
/// they are.
template <class In, class Out, class Real>
ROBOCACHE_HD inline void copy_value(const row_copy<Real>& row,
                                    const channel_access<In, Out, Real>& access,
                                    std::int64_t channel, int channels) noexcept {
#if defined(__CUDA_ARCH__)
  const channel_span span{channel, static_cast<std::uint32_t>(channel), channels, 0};
#pragma unroll 1
  for (int i = 0; i < channels; ++i) copy_vector<true, 1>(row, access, span, i);
#else
  copy_on_host(row, access, channel_part{static_cast<std::int32_t>(channel), channels});
#endif
}

/// Writes one run of channels of some rows; `threads` threads share the values. A row's status gets
/// `row_status::no_rotation` if one of its rotations had no direction.
///
/// \param statuses  [rows], shared
template <class In, class Out, class Real>
ROBOCACHE_DETAIL_HD_COLD void write_rotations(const row_copy<Real>* copies, int rows,
                                              const channel_access<In, Out, Real> access,
                                              const channel_group run, unsigned* statuses, int rank,
                                              int threads) noexcept {
  const int step = channels_per_value(run.mode);
  const int per_row = run.count / step;
#if defined(__CUDA_ARCH__)
#pragma unroll 1
#endif
  for (int item = rank; item < rows * per_row; item += threads) {
    const int row = item / per_row;
    const std::int64_t channel = run.first + (item - row * per_row) * step;
    if (copies[row].right == nullptr) {
      copy_value(copies[row], access, channel, step);
      continue;
    }
    if (write_rotation(run.mode, value_of_row(copies[row], access, channel))) continue;
#if defined(__CUDA_ARCH__)
    atomicOr(&statuses[row], unsigned{row_status::no_rotation});
#else
    statuses[row] |= unsigned{row_status::no_rotation};
#endif
  }
}

/// The same for one row that every thread of the group knows. Each thread gets the row's status.
template <class In, class Out, class Real>
ROBOCACHE_DETAIL_HD_COLD std::uint8_t write_known_rotations(
    const row_copy<Real> copy, const channel_access<In, Out, Real> access, const channel_group run,
    int rank, int threads) noexcept {
  const int step = channels_per_value(run.mode);
  std::uint8_t status = row_status::ok;
#if defined(__CUDA_ARCH__)
#pragma unroll 1
#endif
  for (int item = 0; item < run.count / step; ++item) {
    const auto value = value_of_row(copy, access, run.first + item * step);
    const bool usable =
        item % threads == rank ? write_rotation(run.mode, value) : rotation_usable(run.mode, value);
    if (!usable) status |= row_status::no_rotation;
  }
  return status;
}

}  // namespace robocache::detail
