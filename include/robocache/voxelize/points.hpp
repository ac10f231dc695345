// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/scalar.hpp>
#include <robocache/tensor_view.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// The inputs of `voxelize`: points and their features, as arrays or as records of a sensor
/// message.

namespace robocache {

/// N points: three coordinates of type `Real` each, anywhere in memory. Make one with `points_of`
/// or `point_records`.
template <class Real>
struct point_view {
  static_assert(std::is_same_v<Real, float> || std::is_same_v<Real, double>, "float or double");
  const void* data = nullptr;           ///< where offsets count from
  std::int64_t size = 0;                ///< N, or the most there can be if `count` is set
  std::int64_t step = 0;                ///< bytes from one point to the next
  std::int64_t offsets[3] = {0, 0, 0};  ///< bytes from `data` to x, y, z of the first point
  /// If set, the number of points is read from here when the call runs (device memory for a
  /// CUDA stream), so that a captured graph can replay with clouds of other sizes. If that is more
  /// than `size`, the first `size` points are used, and `voxel_counters::beyond` says how many are
  /// not.
  const std::uint32_t* count = nullptr;
  std::int64_t coordinates = 3;  ///< what the second extent of a [N, 3] view was; only 3 is valid
};

/// N points with F features each, of type float, `__half` / `float16` or `__nv_bfloat16` /
/// `bfloat16`. Make one with `features_of` or `feature_records`; `coordinates_of` makes one of the
/// points themselves.
template <class T>
struct feature_view {
  const void* data = nullptr;     ///< the first feature of the first point
  std::int64_t size = 0;          ///< N
  std::int64_t channels = 0;      ///< F
  std::int64_t step = 0;          ///< bytes from one point to the next
  std::int64_t channel_step = 0;  ///< bytes from one channel to the next
};

namespace detail {

/// `elements` times `bytes`, or the end of the range beyond which the check refuses it.
ROBOCACHE_HD constexpr std::int64_t in_bytes(std::int64_t elements, std::int64_t bytes) noexcept {
  constexpr std::int64_t most = INT64_MAX;
  if (elements > most / bytes) return most;
  return elements < -(most / bytes) ? -most : elements * bytes;
}

}  // namespace detail

/// Points from a [N, 3] view of any strides.
///
/// \param view   coordinates x, y, z of each point
/// \param count  null, or where the number of points is read when the call runs (see `point_view`)
template <class T>
ROBOCACHE_HD constexpr point_view<std::remove_const_t<T>> points_of(
    const tensor_view<T, 2>& view, const std::uint32_t* count = nullptr) noexcept {
  constexpr auto bytes = static_cast<std::int64_t>(sizeof(T));
  point_view<std::remove_const_t<T>> points;
  points.data = view.data();
  points.size = view.extent(0);
  points.step = detail::in_bytes(view.stride(0), bytes);
  for (int i = 1; i < 3; ++i) points.offsets[i] = detail::in_bytes(view.stride(1), i * bytes);
  points.count = count;
  points.coordinates = view.extent(1);
  return points;
}

/// Points in records, as sensor drivers deliver them (ROS's PointCloud2, PCD files): coordinates at
/// fixed places in records of any size and alignment.
///
/// \tparam Real    type of the coordinates
/// \param records  the first record
/// \param size     number of records
/// \param step     bytes from one record to the next
/// \param x, y, z  bytes from a record's begin to its coordinates
/// \param count    null, or where the number of points is read when the call runs
template <class Real>
ROBOCACHE_HD constexpr point_view<Real> point_records(
    const void* records, std::int64_t size, std::int64_t step, std::int64_t x, std::int64_t y,
    std::int64_t z, const std::uint32_t* count = nullptr) noexcept {
  return {records, size, step, {x, y, z}, count, 3};
}

/// Features from a [N, F] view of any strides.
///
/// \param view  features of each point
template <class T>
ROBOCACHE_HD constexpr feature_view<std::remove_const_t<T>> features_of(
    const tensor_view<T, 2>& view) noexcept {
  detail::check_complete<T>();
  constexpr auto bytes = static_cast<std::int64_t>(sizeof(T));
  return {view.data(), view.extent(0), view.extent(1), detail::in_bytes(view.stride(0), bytes),
          detail::in_bytes(view.stride(1), bytes)};
}

/// Features in records: `channels` neighbouring scalars at a fixed place of each record.
///
/// \tparam T         type of a feature
/// \param records    the first record
/// \param size       number of records
/// \param step       bytes from one record to the next
/// \param offset     bytes from a record's begin to its first feature
/// \param channels   number of features
template <class T>
ROBOCACHE_HD constexpr feature_view<T> feature_records(const void* records, std::int64_t size,
                                                       std::int64_t step, std::int64_t offset,
                                                       std::int64_t channels = 1) noexcept {
  // Not `records + offset`: a null pointer must stay one for the check.
  const auto* first =
      records == nullptr ? nullptr : static_cast<const unsigned char*>(records) + offset;
  return {first, size, channels, step, static_cast<std::int64_t>(sizeof(T))};
}

}  // namespace robocache
