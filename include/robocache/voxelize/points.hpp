// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/scalar.hpp>
#include <robocache/tensor_view.hpp>

#include <cstdint>
#include <cstring>
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
  /// stream), so that a captured graph can replay with clouds of other sizes. What exceeds `size`
  /// is not used, and counted as `voxel_counters::beyond`.
  const std::uint32_t* count = nullptr;
  std::int64_t coordinates = 3;  ///< what the second extent of a [N, 3] view was; only 3 is valid
};

/// N points with F features each, of type float, `__half` / `float16` or `__nv_bfloat16` /
/// `bfloat16`. Make one with `features_of` or `feature_records`.
template <class T>
struct feature_view {
  const void* data = nullptr;     ///< the first feature of the first point
  std::int64_t size = 0;          ///< N
  std::int64_t channels = 0;      ///< F
  std::int64_t step = 0;          ///< bytes from one point to the next
  std::int64_t channel_step = 0;  ///< bytes from one channel to the next
};

/// Points from a [N, 3] view of any strides.
///
/// \param view   coordinates x, y, z of each point
/// \param count  null, or where the number of points is read when the call runs (see `point_view`)
template <class T>
point_view<std::remove_const_t<T>> points_of(const tensor_view<T, 2>& view,
                                             const std::uint32_t* count = nullptr) noexcept {
  constexpr auto bytes = static_cast<std::int64_t>(sizeof(T));
  point_view<std::remove_const_t<T>> points;
  points.data = view.data();
  points.size = view.extent(0);
  points.step = view.stride(0) * bytes;
  for (int i = 0; i < 3; ++i) points.offsets[i] = i * view.stride(1) * bytes;
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
point_view<Real> point_records(const void* records, std::int64_t size, std::int64_t step,
                               std::int64_t x, std::int64_t y, std::int64_t z,
                               const std::uint32_t* count = nullptr) noexcept {
  return {records, size, step, {x, y, z}, count, 3};
}

/// Features from a [N, F] view of any strides.
template <class T>
feature_view<std::remove_const_t<T>> features_of(const tensor_view<T, 2>& view) noexcept {
  constexpr auto bytes = static_cast<std::int64_t>(sizeof(T));
  return {view.data(), view.extent(0), view.extent(1), view.stride(0) * bytes,
          view.stride(1) * bytes};
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
feature_view<T> feature_records(const void* records, std::int64_t size, std::int64_t step,
                                std::int64_t offset, std::int64_t channels = 1) noexcept {
  // Not `records + offset`: a null pointer must stay one for the check.
  const auto* first =
      records == nullptr ? nullptr : static_cast<const unsigned char*>(records) + offset;
  return {first, size, channels, step, static_cast<std::int64_t>(sizeof(T))};
}

namespace detail {

/// Reads a scalar's bits at any address.
///
/// \param aligned  the address is a multiple of the scalar's size
template <class T>
ROBOCACHE_HD inline typename scalar_traits<T>::bits load_bits(const unsigned char* p,
                                                              bool aligned) noexcept {
  using bits = typename scalar_traits<T>::bits;
#if defined(__CUDA_ARCH__)
  if (aligned) return *reinterpret_cast<const bits*>(p);
  bits result = 0;
  for (unsigned i = 0; i < sizeof(bits); ++i) {
    result = static_cast<bits>(result | (static_cast<bits>(p[i]) << (8u * i)));
  }
  return result;
#else
  (void)aligned;
  bits result;
  std::memcpy(&result, p, sizeof(result));
  return result;
#endif
}

/// Points as kernels and loops want them.
template <class Real>
struct point_arguments {
  const unsigned char* data[3];  // x, y, z of the first point
  std::int64_t step;
  std::int64_t size;
  const std::uint32_t* count;
  bool aligned;

  ROBOCACHE_HD void load(std::int64_t i, Real (&p)[3]) const noexcept {
    for (int k = 0; k < 3; ++k) {
      p[k] = bit_copy<Real>(load_bits<Real>(data[k] + i * step, aligned));
    }
  }

  /// How many points there are, as known only when the call runs.
  ROBOCACHE_HD std::int64_t number() const noexcept {
    if (count == nullptr) return size;
    const std::int64_t n = *count;
    return n < size ? n : size;
  }
  /// And how many there would be if the bound did not stop them.
  ROBOCACHE_HD std::int64_t beyond() const noexcept {
    if (count == nullptr) return 0;
    const std::int64_t n = *count;
    return n > size ? n - size : 0;
  }
};

template <class Real>
ROBOCACHE_HD inline point_arguments<Real> make_point_arguments(
    const point_view<Real>& points) noexcept {
  point_arguments<Real> result{};
  auto misalignment = static_cast<std::uint64_t>(points.step);
  for (int i = 0; i < 3; ++i) {
    result.data[i] = static_cast<const unsigned char*>(points.data) + points.offsets[i];
    misalignment |= reinterpret_cast<std::uintptr_t>(result.data[i]);
  }
  result.step = points.step;
  result.size = points.size;
  result.count = points.count;
  result.aligned = misalignment % sizeof(Real) == 0;
  return result;
}

/// Features as kernels and loops want them.
struct feature_arguments {
  const unsigned char* data;
  std::int64_t step;
  std::int64_t channel_step;
  std::int64_t channels;
  bool aligned;

  template <class T>
  ROBOCACHE_HD float load(std::int64_t point, std::int64_t channel) const noexcept {
    return real_from_bits<float, T>(
        load_bits<T>(data + point * step + channel * channel_step, aligned));
  }
};

template <class T>
inline feature_arguments make_feature_arguments(const feature_view<T>& features) noexcept {
  const auto misalignment = reinterpret_cast<std::uintptr_t>(features.data) |
                            static_cast<std::uint64_t>(features.step) |
                            static_cast<std::uint64_t>(features.channel_step);
  return {static_cast<const unsigned char*>(features.data), features.step, features.channel_step,
          features.channels, misalignment % sizeof(T) == 0};
}

}  // namespace detail
}  // namespace robocache
