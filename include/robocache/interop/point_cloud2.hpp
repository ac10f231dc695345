// SPDX-License-Identifier: Apache-2.0
#pragma once

// IWYU pragma: begin_exports
#include <robocache/detail/check.hpp>
#include <robocache/detail/config.hpp>
#include <robocache/detail/run.hpp>
#include <robocache/execution.hpp>
#include <robocache/interop/point_cloud2/message.hpp>
#include <robocache/interop/point_cloud2/unpack.hpp>
#include <robocache/scalar.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/time.hpp>
#include <robocache/voxelize/points.hpp>
// IWYU pragma: end_exports

#include <cstdint>
#include <initializer_list>
#include <type_traits>

/// \file
/// Clouds as ROS has them: fields of `sensor_msgs/PointCloud2` by their names. No ROS is needed:
/// the functions are templates on the message, of ROS 1, of ROS 2, `robocache::point_cloud2` or
/// your own.
///
/// - `point_cloud2_points`, `_features` and `_times` make views. They copy nothing, and refuse what
///   a view cannot express.
/// - `unpack_point_cloud2` and `unpack_point_cloud2_times` copy fields of any type and byte order,
///   rows with padding too, into dense tensors; with `interop/point_cloud2.cuh` also on the GPU.
///
/// A message is data from elsewhere, so all sizes and fields in it are checked before a byte is
/// read. Messages without points are right, whatever fields they have.

namespace robocache {

namespace detail {

/// The messages that one step from point to point can express.
ROBOCACHE_DETAIL_OUTLINE inline status check_cloud_for_view(const char* function,
                                                            const char* instead,
                                                            const cloud_layout& cloud) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_cloud(function, cloud));
  if (cloud.points() == 0) return {};
  if (!cloud.one_row()) {
    return status::invalid_argument(
        "%s: rows have %lld bytes of padding (message.row_step is %lld, width x point_step %lld), "
        "which a view cannot skip; %s copies such messages",
        function, static_cast<long long>(cloud.row_step - cloud.width * cloud.point_step),
        static_cast<long long>(cloud.row_step),
        static_cast<long long>(cloud.width * cloud.point_step), instead);
  }
  if (cloud.big_endian != big_endian_here) {
    return status::invalid_argument(
        "%s: message.is_bigendian is %d, this machine's order is the other; %s copies such "
        "messages",
        function, cloud.big_endian ? 1 : 0, instead);
  }
  return {};
}

/// A field of exactly this type.
template <class Header>
ROBOCACHE_HIDDEN status find_field_of(const char* function, const char* instead,
                                      const Header& header, const cloud_name& name, int datatype,
                                      cloud_field& field) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(find_field(function, header, name, field));
  if (field.datatype == datatype) return {};
  return status::invalid_argument("%s: field '%s' is %s, a view needs %s; %s converts", function,
                                  cloud_text(name).text(), name_of_datatype(field.datatype),
                                  name_of_datatype(datatype), instead);
}

template <class Real>
inline constexpr int datatype_of_real =
    std::is_same_v<Real, float> ? point_cloud2_field::float32 : point_cloud2_field::float64;

}  // namespace detail

/// The number of points of a message: what outputs of `unpack_point_cloud2` need in dimension 0.
///
/// \param message  may be one that the functions refuse; 0 if its sizes make no sense
template <class Message>
ROBOCACHE_HIDDEN std::int64_t point_cloud2_size(const Message& message) noexcept {
  const detail::cloud_layout cloud = detail::layout_of(message);
  return detail::check_cloud("", cloud).ok() ? cloud.points() : 0;
}

/// The points of a message for `voxelize`, without a copy: fields x, y and z.
///
/// \tparam Real    float or double: the fields' type, FLOAT32 or FLOAT64
/// \param message  rows without padding, in this machine's byte order
/// \param points   out: the view; not touched if the message is refused
/// \return `invalid_argument` with the member or field and the numbers; where `unpack_point_cloud2`
///         takes the message, it says so
template <class Message, class Real>
ROBOCACHE_HIDDEN status point_cloud2_points(const Message& message,
                                            point_view<Real>& points) noexcept {
  constexpr const char* function = "point_cloud2_points";
  constexpr const char* instead = "unpack_point_cloud2";
  const detail::cloud_layout cloud = detail::layout_of(message);
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_cloud_for_view(function, instead, cloud));
  point_view<Real> found;
  if (cloud.points() > 0) {
    constexpr const char* names[] = {"x", "y", "z"};
    detail::cloud_field fields[3];
    for (int i = 0; i < 3; ++i) {
      ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::find_field_of(
          function, instead, detail::header_of(message), detail::name_of(names[i]),
          detail::datatype_of_real<Real>, fields[i]));
    }
    found = point_records<Real>(cloud.data, cloud.points(), cloud.step(), fields[0].offset,
                                fields[1].offset, fields[2].offset);
  }
  points = found;
  return {};
}

/// Features of a message for `voxelize`, without a copy.
///
/// \param message   rows without padding, in this machine's byte order
/// \param names     in the order of the channels, as in `{"intensity", "ring"}`, or a container of
///                  strings. Fields of FLOAT32, evenly spaced
/// \param features  out: [N, names]; not touched if the message is refused
/// \return as of `point_cloud2_points`
template <class Message, class Names = std::initializer_list<const char*>>
ROBOCACHE_HIDDEN status point_cloud2_features(const Message& message, const Names& names,
                                              feature_view<float>& features) noexcept {
  constexpr const char* function = "point_cloud2_features";
  constexpr const char* instead = "unpack_point_cloud2";
  const detail::cloud_layout cloud = detail::layout_of(message);
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_cloud_for_view(function, instead, cloud));
  feature_view<float> found;
  std::int64_t first = 0;
  std::int64_t step = sizeof(float);
  for (const auto& name : names) {
    const std::int64_t channel = found.channels++;
    if (cloud.points() == 0) continue;
    detail::cloud_field field;
    ROBOCACHE_DETAIL_RETURN_IF_BAD(
        detail::find_field_of(function, instead, detail::header_of(message), detail::name_of(name),
                              point_cloud2_field::float32, field));
    if (channel == 0) first = field.offset;
    if (channel == 1) step = field.offset - first;
    if (field.offset != first + channel * step) {
      return status::invalid_argument(
          "%s: field '%s' has offset %lld, evenly spaced after the others it would be %lld; %s "
          "copies such fields",
          function, detail::cloud_text(detail::name_of(name)).text(),
          static_cast<long long>(field.offset), static_cast<long long>(first + channel * step),
          instead);
    }
  }
  if (cloud.points() > 0) {
    const std::int64_t channels = found.channels;
    found = feature_records<float>(cloud.data, cloud.points(), cloud.step(), first, channels);
    found.channel_step = step;
  }
  features = found;
  return {};
}

/// The time stamps of a message's points, without a copy: "t", "time", "timestamp", whatever the
/// driver calls them.
///
/// \param message  rows without padding, in this machine's byte order
/// \param name     the field: FLOAT32 or FLOAT64, as `Time` is float or double, at addresses that
///                 are multiples of its size. (Integers of 64 bits are no type of PointCloud2;
///                 `unpack_point_cloud2_times` makes them from UINT32.)
/// \param times    out: [N], as targets of `resample` or stamps; not touched if the message is
///                 refused
/// \return as of `point_cloud2_points`, with `unpack_point_cloud2_times`
template <class Message, class Time>
ROBOCACHE_HIDDEN status point_cloud2_times(const Message& message, const char* name,
                                           tensor_view<const Time, 1>& times) noexcept {
  static_assert(std::is_same_v<Time, float> || std::is_same_v<Time, double>,
                "a view of stamps is of float or double; unpack_point_cloud2_times makes integers");
  constexpr const char* function = "point_cloud2_times";
  constexpr const char* instead = "unpack_point_cloud2_times";
  constexpr std::int64_t size = sizeof(Time);
  const detail::cloud_layout cloud = detail::layout_of(message);
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_cloud_for_view(function, instead, cloud));
  tensor_view<const Time, 1> found;
  if (cloud.points() > 0) {
    detail::cloud_field field;
    ROBOCACHE_DETAIL_RETURN_IF_BAD(
        detail::find_field_of(function, instead, detail::header_of(message), detail::name_of(name),
                              detail::datatype_of_real<Time>, field));
    const unsigned char* const first = cloud.data + field.offset;
    const auto address = reinterpret_cast<std::uintptr_t>(first);
    if (cloud.step() % size != 0 || address % static_cast<std::uintptr_t>(size) != 0) {
      return status::invalid_argument(
          "%s: field '%s' is at address %#llx, %lld bytes apart, not multiples of %lld; %s copies "
          "such fields",
          function, detail::cloud_text(detail::name_of(name)).text(),
          static_cast<unsigned long long>(address), static_cast<long long>(cloud.step()),
          static_cast<long long>(size), instead);
    }
    found = tensor_view<const Time, 1>(reinterpret_cast<const Time*>(first), {cloud.points()},
                                       {cloud.step() / size});
  }
  times = found;
  return {};
}

/// Copies fields of a message into a tensor: any types, any byte order, any padding.
///
/// \param message  with its bytes where the call runs: see `point_cloud2_at`
/// \param names    in the order of the output's channels, as in `{"x", "y", "z"}`, at most 32, or a
///                 container of strings
/// \param output   [N, names] of float, double, half or bfloat16, any strides. Numbers are rounded
///                 once, to nearest even; NaN becomes the type's canonical NaN unless the field has
///                 the output's type
/// \param where    `robocache::cpu`; with `interop/point_cloud2.cuh` a `cudaStream_t` or
///                 `robocache::preload`. On a CUDA stream one kernel is enqueued, and the output is
///                 device memory
/// \return `invalid_argument` with the member, field or argument and the numbers; then nothing is
///         written. `cuda_error` if the launch failed
///
/// Allocates nothing, synchronizes nothing. The same bits on the CPU and on the GPU.
template <class Message, class Names = std::initializer_list<const char*>, class Out, class Where>
ROBOCACHE_ALWAYS_INLINE status unpack_point_cloud2(const Message& message, const Names& names,
                                                   const tensor_view<Out, 2>& output,
                                                   Where where) noexcept {
  static_assert(is_output_scalar_v<Out> && !std::is_const_v<Out>,
                "the output is half, bfloat16, float or double, not const");
  unpack_point_cloud2_call<Out> call;
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::make_unpack_call("unpack_point_cloud2", message, names, output, false, call));
  return detail::check_and_run(call, where);
}

/// Copies the time stamps of a message's points, which are never rounded.
///
/// \param message  with its bytes where the call runs: see `point_cloud2_at`
/// \param name     the field
/// \param output   [N], any stride: double of any field, float of FLOAT32 and of integers up to 16
///                 bits, `std::int64_t` of integers, `std::uint64_t` of those without a sign.
///                 Stamps keep the driver's unit
/// \param where    as of `unpack_point_cloud2`
/// \return as of `unpack_point_cloud2`; also if the output's type cannot hold all numbers of the
///         field's type
template <class Message, class Time, class Where>
ROBOCACHE_ALWAYS_INLINE status unpack_point_cloud2_times(const Message& message, const char* name,
                                                         const tensor_view<Time, 1>& output,
                                                         Where where) noexcept {
  static_assert(is_time_v<Time>, "time stamps are float, double, std::int64_t or std::uint64_t");
  const std::initializer_list<const char*> names = {name};
  const tensor_view<Time, 2> column(output.data(), {output.extent(0), 1}, {output.stride(0), 1});
  unpack_point_cloud2_call<Time> call;
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::make_unpack_call("unpack_point_cloud2_times", message, names, column, true, call));
  return detail::check_and_run(call, where);
}

}  // namespace robocache
