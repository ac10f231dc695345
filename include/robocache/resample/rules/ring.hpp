// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/resample/rules/axis.hpp>
#include <robocache/time.hpp>

#include <cstdint>

/// \file
/// Level 0 of `resample`: the axis of a ring, in which the newest sample replaces the oldest.

namespace robocache {

/// The time stamps of a ring of `capacity` slots, of which `size` are in use: the oldest sample in
/// slot `head`, the next ones in the slots that follow, slot 0 after the last. So stamp i is
/// `times[s * stride] + offset` and belongs to sample s of the values, s being
/// `(head + i) modulo capacity`.
///
/// Requires `0 <= size <= capacity`, and `0 <= head < capacity` unless the ring is empty; nobody
/// checks. Such a ring gives the bits that the same samples in an array, oldest first, give with a
/// `time_axis`. Nothing outside of its slots is read, whatever they hold.
///
/// It is a snapshot: while it is used nobody may write to the slots in use.
///
/// \code
/// // Rings of 64 slots: times [64], values [64, D].
/// robocache::ring_axis<double> axis{times, 64, head, size};
/// auto status = robocache::resample_row(robocache::serial_group{}, axis, t, values,
///                                       robocache::resample_policy<double>{},
///                                       robocache::channel_affine<float>{}, row);
/// \endcode
template <class Time>
struct ring_axis {
  using time = Time;

  const Time* times = nullptr;  ///< [capacity]
  std::int32_t capacity = 0;    ///< number of slots
  std::int32_t head = 0;        ///< slot of the oldest sample
  std::int32_t size = 0;        ///< number of samples
  std::int32_t stride = 1;      ///< of the stamps, in elements
  duration_t<Time> offset = 0;  ///< added to every stamp

  /// A stamp, the offset added. Integers saturate.
  ///
  /// \param i  0 to `size - 1`, from the oldest
  ROBOCACHE_HD Time operator[](std::int32_t i) const noexcept {
    return time_shifted(raw(i), offset);
  }
  /// The stamp as it is in memory, without the offset.
  ///
  /// \param i  0 to `size - 1`, from the oldest
  ROBOCACHE_HD Time raw(std::int32_t i) const noexcept {
    return times[detail::wide_product(sample(i), stride)];
  }
  /// The slot of a stamp, of its time and of its sample in the values. `sample(size)` is where the
  /// next sample goes while the ring is not full. After that it is `head`.
  ///
  /// \param i  0 to `capacity - 1`, from the oldest
  ROBOCACHE_HD std::int32_t sample(std::int32_t i) const noexcept {
    const std::int32_t before_wrap = capacity - head;  // compared first: head + i may overflow
    return i < before_wrap ? head + i : i - before_wrap;
  }
};

}  // namespace robocache
