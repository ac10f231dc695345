// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample/groups.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/source.hpp>
#include <robocache/scalar.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/time.hpp>

#include <array>  // std::data, std::size
#include <cstdint>
#include <type_traits>

/// \file
/// What `fuse` takes and reports: streams, each with its own rate, scalar type and rules.

namespace robocache {

/// `column` of a stream that follows the stream before it.
inline constexpr std::int64_t after_previous = -1;

/// One stream of a `fuse` call: a recording [B, S, D], its rules, and where its columns go.
///
/// Made from the same source and options as a call of `resample`, and gives the same bits.
///
/// \code
/// using stream = robocache::sensor_stream<std::int64_t, float, std::uint8_t>;
/// const stream streams[] = {
///     {robocache::padded_source(camera, camera_times), camera_options},  // u8
///     {robocache::padded_source(joints, joint_times)},                   // float, linear
/// };
/// \endcode
///
/// \tparam Time    type of all stamps of the call
/// \tparam Values  the scalar types that streams of the call may have: u8, int16, half, bfloat16,
///                 float, double. Kernels have code for these and no others.
template <class Time, class... Values>
class sensor_stream {
  static_assert(is_time_v<Time>, "time stamps are float, double, std::int64_t or std::uint64_t");
  static_assert(sizeof...(Values) > 0, "name the streams' scalar types");

 public:
  using time = Time;

  /// A stream with the default options, whose columns follow the stream before it.
  ///
  /// \param source  samples [B, S, D] and stamps [B, S], padded or packed
  template <class Value>
  sensor_stream(const source_view<Value, Time>& source) noexcept
      : sensor_stream(with_groups(source, {})) {}

  /// As above, with channel groups.
  ///
  /// \param source  from `with_groups`
  template <class Value>
  sensor_stream(const grouped_source<Value, Time>& source) noexcept
      : sensor_stream(source, resample_options<Time, float>{}) {
    arithmetic_ = arithmetic::any;
  }

  /// \param source   samples [B, S, D] and stamps [B, S], padded or packed
  /// \param options  policy and normalization, in `compute_t<Value, Out>`: float, or double where
  ///                 values or output are double
  /// \param column   first channel in the output; `after_previous` to follow the stream before
  template <class Value, class Real = compute_t<Value, float>>
  sensor_stream(const source_view<Value, Time>& source, const resample_options<Time, Real>& options,
                std::int64_t column = after_previous) noexcept
      : sensor_stream(with_groups(source, {}), options, column) {}

  /// As above, with channel groups.
  ///
  /// \param source           from `with_groups`
  /// \param options, column  as above
  template <class Value, class Real = compute_t<Value, float>>
  sensor_stream(const grouped_source<Value, Time>& source,
                const resample_options<Time, Real>& options,
                std::int64_t column = after_previous) noexcept
      : stamps_(source),
        format_(detail::scalar_traits<Value>::format),
        values_(source.values.data()),
        groups_(source.groups),
        policy_(detail::policy_in<double>(options)),
        scale_(options.scale.data()),
        shift_(options.shift.data()),
        column_(column),
        arithmetic_(std::is_same_v<Real, double> ? arithmetic::in_double : arithmetic::in_float) {
    constexpr bool listed =
        ((detail::scalar_traits<Values>::format == detail::scalar_traits<Value>::format) || ...);
    static_assert(listed, "the scalar type is not one of this sensor_stream's Values");
    for (int d = 0; d < 3; ++d) {
      extents_[d] = source.values.extent(d);
      strides_[d] = source.values.stride(d);
    }
    const tensor_view<const Real, 1>* const views[] = {&options.scale, &options.shift};
    for (int i = 0; i < 2; ++i) {
      affine_extents_[i] = views[i]->extent(0);
      affine_strides_[i] = views[i]->stride(0);
    }
  }

  /// First channel in the output, or `after_previous`.
  std::int64_t column() const noexcept { return column_; }
  /// D.
  std::int64_t channels() const noexcept { return extents_[2]; }
  /// Whether there are channel groups.
  bool grouped() const noexcept { return groups_.count > 0; }
  /// Whether there is a scale or a shift.
  bool normalized() const noexcept { return scale_ != nullptr || shift_ != nullptr; }
  /// Whether the options have the type of arithmetic that the output demands, double or float. If
  /// none were given either will do.
  ///
  /// \param in_double  whether `compute_t<Value, Out>` is double
  bool options_are_in(bool in_double) const noexcept {
    if (arithmetic_ == arithmetic::any) return true;
    return (arithmetic_ == arithmetic::in_double) == in_double;
  }

  /// Calls `visitor(source, options)` with the `grouped_source<Value, Time>` and the
  /// `resample_options<Time, compute_t<Value, Out>>` this stream was made from, and returns what it
  /// returns. The options must be in that arithmetic.
  ///
  /// \param visitor  is compiled for each of `Values`, and returns the same type for all
  template <class Out, class Visitor>
  auto visit(const Visitor& visitor) const {
    return visit_one_of<Out, Visitor, Values...>(visitor);
  }

 private:
  /// The type of the options' numbers.
  enum class arithmetic : std::uint8_t { any, in_float, in_double };

  template <class Real>
  tensor_view<const Real, 1> affine_view(const void* data, int i) const noexcept {
    return {static_cast<const Real*>(data), {affine_extents_[i]}, {affine_strides_[i]}};
  }

  template <class Out, class Visitor, class Value, class... Rest>
  auto visit_one_of(const Visitor& visitor) const {
    if constexpr (sizeof...(Rest) > 0) {
      if (format_ != detail::scalar_traits<Value>::format) {
        return visit_one_of<Out, Visitor, Rest...>(visitor);
      }
    }
    using value = typename detail::scalar_traits<Value>::canonical;
    using real = compute_t<value, Out>;
    grouped_source<value, Time> source;
    static_cast<source_times<Time>&>(source) = stamps_;
    source.values =
        tensor_view<const value, 3>(static_cast<const value*>(values_), extents_, strides_);
    source.groups = groups_;
    resample_options<Time, real> options;
    static_cast<resample_policy<Time, real>&>(options) = detail::policy_in<real>(policy_);
    options.scale = affine_view<real>(scale_, 0);
    options.shift = affine_view<real>(shift_, 1);
    return visitor(source, options);
  }

  source_times<Time> stamps_;
  scalar_format format_;
  const void* values_;
  std::int64_t extents_[3];
  std::int64_t strides_[3];
  channel_groups groups_;
  resample_policy<Time, double> policy_;
  const void* scale_;
  const void* shift_;
  std::int64_t affine_extents_[2];
  std::int64_t affine_strides_[2];
  std::int64_t column_;
  arithmetic arithmetic_;
};

/// Optional outputs of `fuse`; empty views for none.
template <class Time>
struct fuse_reports {
  /// [B, T, N] bytes of `row_status` bits, one per stream.
  tensor_view<std::uint8_t, 3> statuses;
  /// [B, T, N]: the target time less the stamp (offset included) of the newest sample that the row
  /// was made from, in the unit of the stamps. Negative where that sample is later than the target.
  /// `unlimited<Time>` for rows made from none. Integers saturate.
  tensor_view<duration_t<Time>, 3> ages;
};

namespace detail {

template <class T>
struct is_sensor_stream : std::false_type {};
template <class Time, class... Values>
struct is_sensor_stream<sensor_stream<Time, Values...>> : std::true_type {};

/// The element type of an array, `std::array`, vector or span of streams.
template <class Streams>
using stream_of =
    std::remove_cv_t<std::remove_pointer_t<decltype(std::data(std::declval<const Streams&>()))>>;

/// The type of the stamps of a list's streams.
template <class Stream>
struct stream_time {
  static_assert(is_sensor_stream<Stream>::value, "fuse takes a list of sensor_stream");
  using type = typename Stream::time;
};
template <class Stream>
using stream_time_t = typename stream_time<Stream>::type;

/// A list of streams as the back ends see it.
template <class Stream>
struct stream_list {
  const Stream* first;
  std::int64_t count;
};

template <class Streams>
stream_list<stream_of<Streams>> list_of(const Streams& streams) noexcept {
  return {std::data(streams), static_cast<std::int64_t>(std::size(streams))};
}

}  // namespace detail
}  // namespace robocache
