// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/resample/rules/axis.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/time.hpp>

#include <cstdint>
#include <limits>
#include <type_traits>

/// \file
/// The inputs of `resample`: recordings as padded or packed batches.

namespace robocache {
namespace detail {

/// The most samples of an item: they are counted in 32 bits.
inline constexpr std::int64_t most_samples = std::numeric_limits<std::int32_t>::max();

/// The samples of one item.
struct sample_range {
  std::int64_t first;
  std::int32_t size;
};

/// Samples `[first, end)` of `samples`; none if that is no valid range.
ROBOCACHE_HD inline sample_range checked_range(std::int64_t first, std::int64_t end,
                                               std::int64_t samples) noexcept {
  const bool valid = first >= 0 && first <= end && end <= samples;
  if (!valid || end - first > most_samples) return {0, 0};
  return {first, static_cast<std::int32_t>(end - first)};
}

/// Where the recordings of a batch begin and end: by offsets if packed, else by lengths. No data:
/// all are equally long.
struct recording_bounds {
  const std::int64_t* data = nullptr;
  std::int64_t stride = 0;
  bool packed = false;
};

/// The samples of item `b` of a batch with bounds.
template <int = 0>
ROBOCACHE_DETAIL_HD_COLD sample_range range_of_item(const recording_bounds& bounds, std::int64_t b,
                                                    std::int64_t samples) noexcept {
  const std::int64_t first = bounds.packed ? bounds.data[b * bounds.stride] : 0;
  const std::int64_t end = bounds.data[(bounds.packed ? b + 1 : b) * bounds.stride];
  return checked_range(first, end, samples);
}

}  // namespace detail

/// One recording of a batch: its stamps, and where its samples begin in dimension 1 of the values.
template <class Time>
struct recording {
  time_axis<Time> axis;
  std::int64_t first_sample = 0;
};

namespace detail {

/// Recording `b` of a batch.
///
/// \param axis     its stamps if it has no bounds; else the item's first stamp, or all recordings'
/// \param bounds   where it begins and ends
/// \param samples  S, or N if packed
template <class Time>
ROBOCACHE_HD inline recording<Time> recording_of(const time_axis<Time>& axis,
                                                 const recording_bounds& bounds, std::int64_t b,
                                                 std::int64_t samples) noexcept {
  recording<Time> result{axis, 0};
  if (bounds.data != nullptr) {
    const sample_range found = range_of_item(bounds, b, samples);
    result.axis.times += found.first * axis.stride;
    result.axis.size = found.size;
    result.first_sample = found.first;
  }
  return result;
}

}  // namespace detail

/// The stamps of a batch of recordings. Made by `padded_times` or `packed_times`.
///
/// Padded: `times` is [B, S]; item b has `lengths[b]` stamps, or S where `lengths` is empty.
/// Packed: `times` is [1, N]; item b has the stamps `offsets[b]` up to `offsets[b + 1]`.
///
/// An item has at most 2^31 - 1 stamps, in non-decreasing order. Lengths and offsets live where the
/// stamps live. The CPU back end rejects lengths and offsets out of range; the GPU back end, which
/// cannot look at them, treats such an item as one without samples (status EMPTY).
template <class Time>
struct source_times {
  static_assert(is_time_v<Time>, "time stamps are float, double, std::int64_t or std::uint64_t");
  using time_type = Time;

  tensor_view<const Time, 2> times;
  tensor_view<const std::int64_t, 1> lengths;
  tensor_view<const std::int64_t, 1> offsets;
  bool packed = false;

  /// Number of recordings.
  ROBOCACHE_HD std::int64_t batch() const noexcept {
    if (!packed) return times.extent(0);
    return offsets.extent(0) > 0 ? offsets.extent(0) - 1 : 0;
  }

  /// A recording. If its length or offsets do not fit it has no samples. Packed stamps must have
  /// a stride of 0 along the batch.
  ///
  /// \param b       0 to `batch() - 1`
  /// \param offset  what to add to its stamps, in their unit
  ROBOCACHE_HD recording<Time> item(std::int64_t b, duration_t<Time> offset) const noexcept {
    const time_axis<Time> axis{times.data() + b * times.stride(0),
                               static_cast<std::int32_t>(times.stride(1)),
                               packed ? 0 : static_cast<std::int32_t>(times.extent(1)), offset};
    return detail::recording_of(axis, bounds(), b, times.extent(1));
  }

  /// Where recordings begin and end, for `detail::recording_of`.
  ROBOCACHE_HD detail::recording_bounds bounds() const noexcept {
    const tensor_view<const std::int64_t, 1>& used = packed ? offsets : lengths;
    return {used.data(), used.stride(0), packed};
  }
};

/// A batch of recordings: stamps, and `values` [B, S, D] (packed: [1, N, D]).
/// Made by `padded_source` or `packed_source`.
template <class Value, class Time>
struct source_view : source_times<Time> {
  using value_type = Value;

  tensor_view<const Value, 3> values;
};

/// Stamps as a padded batch. For what they must be see `source_times`.
///
/// \param times    [B, S]
/// \param lengths  [B], 0 to S: item b uses its first `lengths[b]` stamps; if empty, all S
template <class T, class Time = std::remove_const_t<T>>
ROBOCACHE_HD inline source_times<Time> padded_times(
    const tensor_view<T, 2>& times,
    const tensor_view<const std::int64_t, 1>& lengths = {}) noexcept {
  source_times<Time> source;
  source.times = times;
  source.lengths = lengths;
  return source;
}

/// Stamps as a packed batch, one item's after another's. For what they must be see `source_times`.
///
/// \param times    [N]
/// \param offsets  [B + 1]: item b has the stamps `[offsets[b], offsets[b + 1])`; must outlive it
template <class T, class Time = std::remove_const_t<T>>
ROBOCACHE_HD inline source_times<Time> packed_times(
    const tensor_view<T, 1>& times, const tensor_view<const std::int64_t, 1>& offsets) noexcept {
  source_times<Time> source;
  source.times =
      tensor_view<const Time, 2>(times.data(), {1, times.extent(0)}, {0, times.stride(0)});
  source.offsets = offsets;
  source.packed = true;
  return source;
}

/// Recordings as a padded batch. For what stamps and lengths must be see `source_times`.
///
/// \param values   [B, S, D]
/// \param times    [B, S]
/// \param lengths  [B], 0 to S: item b uses its first `lengths[b]` samples; if empty, all S
template <class V, class T, class Value = std::remove_const_t<V>,
          class Time = std::remove_const_t<T>>
ROBOCACHE_HD inline source_view<Value, Time> padded_source(
    const tensor_view<V, 3>& values, const tensor_view<T, 2>& times,
    const tensor_view<const std::int64_t, 1>& lengths = {}) noexcept {
  return {padded_times(times, lengths), values};
}

/// The same from anything shaped like `std::mdspan`, of rank 3 and 2.
///
/// \param values, times, lengths  as above
template <class Values, class Times,
          class = std::enable_if_t<detail::is_other_view<Values>::value ||
                                   detail::is_other_view<Times>::value>>
inline auto padded_source(const Values& values, const Times& times,
                          const tensor_view<const std::int64_t, 1>& lengths = {}) {
  return padded_source(tensor_view(values), tensor_view(times), lengths);
}

/// Recordings as a packed batch, one after another. For what stamps and offsets must be see
/// `source_times`.
///
/// \param values   [N, D]
/// \param times    [N]
/// \param offsets  [B + 1]: item b has the samples `[offsets[b], offsets[b + 1])`; must outlive it
template <class V, class T, class Value = std::remove_const_t<V>,
          class Time = std::remove_const_t<T>>
ROBOCACHE_HD inline source_view<Value, Time> packed_source(
    const tensor_view<V, 2>& values, const tensor_view<T, 1>& times,
    const tensor_view<const std::int64_t, 1>& offsets) noexcept {
  return {packed_times(times, offsets),
          tensor_view<const Value, 3>(values.data(), {1, values.extent(0), values.extent(1)},
                                      {0, values.stride(0), values.stride(1)})};
}

/// The same where values are shaped like `std::mdspan`, of rank 2, or times are a span or a vector.
///
/// \param values, times, offsets  as above
template <class Values, class Times,
          class = std::enable_if_t<detail::is_other_view<Values>::value ||
                                   detail::is_other_view<Times>::value>>
inline auto packed_source(const Values& values, const Times& times,
                          const tensor_view<const std::int64_t, 1>& offsets) {
  return packed_source(tensor_view(values), tensor_view(times), offsets);
}

/// Brackets of [B, T] targets, as `find_brackets` writes and `apply_brackets` reads them.
///
/// | left | right | the row is |
/// |---|---|---|
/// | >= 0 | == left | sample `left` |
/// | >= 0 | != left | `fma(weight, sample[right] - sample[left], sample[left])` |
/// | < 0 | < 0 | the constant `weight` |
///
/// Indices count samples of the item; for packed sources, of the whole packed array.
template <class Real = float>
struct brackets_view {
  tensor_view<std::int64_t, 2> left;
  tensor_view<std::int64_t, 2> right;
  tensor_view<Real, 2> weight;
  tensor_view<std::uint8_t, 2> statuses;  ///< may be empty
};

}  // namespace robocache
