// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/scalar.hpp>
#include <robocache/voxelize/points.hpp>

#include <cstdint>
#include <cstring>

/// \file
/// Level 0 of `voxelize`: reading points and features, at any address.

namespace robocache::detail {

/// Reads a scalar's bits at any address.
///
/// \param aligned  the address is a multiple of the scalar's size
template <class T>
ROBOCACHE_HD inline typename scalar_traits<T>::bits load_bits_anywhere(const unsigned char* p,
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

/// How many points there are, which may be known only when the call runs.
struct points_at_hand {
  std::int64_t size;           ///< the most that are looked at
  const std::uint32_t* count;  ///< how many there are; null: `size`

  /// How many there are to look at.
  ROBOCACHE_HD std::int64_t present() const noexcept {
    if (count == nullptr) return size;
    const std::int64_t n = *count;
    return n < size ? n : size;
  }
  /// How many more there are than `size` allows to look at.
  ROBOCACHE_HD std::int64_t beyond() const noexcept {
    if (count == nullptr) return 0;
    const std::int64_t n = *count;
    return n > size ? n - size : 0;
  }
};

/// Points as kernels and loops want them.
template <class Real>
struct point_arguments : points_at_hand {
  const unsigned char* data[3];  ///< x, y, z of the first point
  std::int64_t step;
  bool aligned;

  ROBOCACHE_HD Real load(std::int64_t i, int k) const noexcept {
    return bit_copy<Real>(load_bits_anywhere<Real>(data[k] + i * step, aligned));
  }
  ROBOCACHE_HD void load(std::int64_t i, Real (&p)[3]) const noexcept {
    for (int k = 0; k < 3; ++k) p[k] = load(i, k);
  }
};

template <class Real>
ROBOCACHE_HD inline point_arguments<Real> make_point_arguments(
    const point_view<Real>& points) noexcept {
  point_arguments<Real> result{};
  auto misalignment = static_cast<std::uint64_t>(points.step);
  for (int i = 0; i < 3; ++i) {
    // On integers: with no points the pointer may be null, and the offsets may be anything.
    const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(points.data) +
                                   static_cast<std::uintptr_t>(points.offsets[i]);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): see above
    result.data[i] = reinterpret_cast<const unsigned char*>(address);
    misalignment |= address;
  }
  result.step = points.step;
  result.size = points.size;
  result.count = points.count;
  result.aligned = misalignment % sizeof(Real) == 0;
  return result;
}

/// Features as kernels and loops want them.
///
/// \tparam T  the one name of their format, or what `rules/coordinates.hpp` has
template <class T>
struct feature_arguments {
  using value = T;                          ///< a type that holds all values there can be
  static constexpr bool in_vectors = true;  ///< neighbouring channels can be loaded at once

  const unsigned char* data;
  std::int64_t step;
  std::int64_t channel_step;
  std::int64_t channels;
  bool aligned;

  ROBOCACHE_HD float load(std::int64_t point, std::int64_t channel) const noexcept {
    return real_from_bits<float, T>(
        load_bits_anywhere<T>(data + point * step + channel * channel_step, aligned));
  }
};

/// The one name of a feature's type.
template <class T>
struct canonical_feature {
  using type = typename scalar_traits<T>::canonical;
};

/// \param of_call  the call's locator, of which features in memory need nothing
template <class T, class Locator>
ROBOCACHE_HD inline feature_arguments<typename canonical_feature<T>::type> make_feature_arguments(
    const feature_view<T>& features, const Locator& /*of_call*/) noexcept {
  const auto misalignment = reinterpret_cast<std::uintptr_t>(features.data) |
                            static_cast<std::uint64_t>(features.step) |
                            static_cast<std::uint64_t>(features.channel_step);
  return {static_cast<const unsigned char*>(features.data), features.step, features.channel_step,
          features.channels, misalignment % sizeof(T) == 0};
}

}  // namespace robocache::detail
