// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/tensor_view.hpp>
#include <robocache/time.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// The inputs of `resample`: recordings as padded or packed batches.

namespace robocache {

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
  tensor_view<const Time, 2> times;
  tensor_view<const std::int64_t, 1> lengths;
  tensor_view<const std::int64_t, 1> offsets;
  bool packed = false;

  /// Number of recordings.
  std::int64_t batch() const noexcept {
    if (!packed) return times.extent(0);
    return offsets.extent(0) > 0 ? offsets.extent(0) - 1 : 0;
  }
};

/// A batch of recordings: stamps, and `values` [B, S, D] (packed: [1, N, D]).
/// Made by `padded_source` or `packed_source`.
template <class Value, class Time>
struct source_view : source_times<Time> {
  tensor_view<const Value, 3> values;
};

/// Stamps [B, S]; with `lengths` [B], item b uses its first `lengths[b]`.
template <class T, class Time = std::remove_const_t<T>>
source_times<Time> padded_times(const tensor_view<T, 2>& times,
                                const tensor_view<const std::int64_t, 1>& lengths = {}) noexcept {
  source_times<Time> source;
  source.times = times;
  source.lengths = lengths;
  return source;
}

/// Stamps [N] of all items one after another; item b has `[offsets[b], offsets[b + 1])`,
/// `offsets` [B + 1].
template <class T, class Time = std::remove_const_t<T>>
source_times<Time> packed_times(const tensor_view<T, 1>& times,
                                const tensor_view<const std::int64_t, 1>& offsets) noexcept {
  source_times<Time> source;
  source.times =
      tensor_view<const Time, 2>(times.data(), {1, times.extent(0)}, {0, times.stride(0)});
  source.offsets = offsets;
  source.packed = true;
  return source;
}

/// Values [B, S, D] at times [B, S]; with `lengths` [B], item b uses its first `lengths[b]`
/// samples.
template <class V, class T, class Value = std::remove_const_t<V>,
          class Time = std::remove_const_t<T>>
source_view<Value, Time> padded_source(
    const tensor_view<V, 3>& values, const tensor_view<T, 2>& times,
    const tensor_view<const std::int64_t, 1>& lengths = {}) noexcept {
  return {padded_times(times, lengths), values};
}

/// Values [N, D] at times [N] of all items one after another; item b has the samples
/// `[offsets[b], offsets[b + 1])`, `offsets` [B + 1].
template <class V, class T, class Value = std::remove_const_t<V>,
          class Time = std::remove_const_t<T>>
source_view<Value, Time> packed_source(const tensor_view<V, 2>& values,
                                       const tensor_view<T, 1>& times,
                                       const tensor_view<const std::int64_t, 1>& offsets) noexcept {
  return {packed_times(times, offsets),
          tensor_view<const Value, 3>(values.data(), {1, values.extent(0), values.extent(1)},
                                      {0, values.stride(0), values.stride(1)})};
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
