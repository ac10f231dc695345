// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/time.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// The times asked for: times of each item, the same for all, or windows around anchors.

namespace robocache {

/// Target times, [B, T]. Converts from a view of rank 2 (times of each item) or 1 (times that all
/// items share), and is what `window_times` returns. Any order, repeats allowed.
///
/// \tparam Time  the type of the source's stamps
template <class Time>
struct target_view {
  static_assert(is_time_v<Time>, "time stamps are float, double, std::int64_t or std::uint64_t");

  tensor_view<const Time, 2> anchors;              ///< [B, A], or [1, A] if `shared`
  tensor_view<const duration_t<Time>, 1> windows;  ///< [K]; unused unless `windowed`
  bool shared = false;
  bool windowed = false;

  target_view() = default;

  template <class T, int Rank>
  ROBOCACHE_HD target_view(const tensor_view<T, Rank>& times) noexcept {
    static_assert(std::is_same_v<std::remove_const_t<T>, Time>,
                  "source and target times have the same type");
    static_assert(Rank == 1 || Rank == 2, "target times are [B, T], or [T] shared by all items");
    if constexpr (std::is_same_v<std::remove_const_t<T>, Time> && Rank == 2) {
      anchors = times;
    } else if constexpr (std::is_same_v<std::remove_const_t<T>, Time> && Rank == 1) {
      anchors =
          tensor_view<const Time, 2>(times.data(), {1, times.extent(0)}, {0, times.stride(0)});
      shared = true;
    }
  }

  /// From a span, a vector or an array (times that all items share), or anything shaped like
  /// `std::mdspan` of rank 1 or 2.
  ///
  /// \param times  [T] or [B, T]
  template <class View, class = std::enable_if_t<detail::is_other_view<View>::value>>
  target_view(const View& times) : target_view(tensor_view(times)) {}

  /// Targets per item: T, or A * K.
  ROBOCACHE_HD std::int64_t rows() const noexcept {
    return windowed ? anchors.extent(1) * windows.extent(0) : anchors.extent(1);
  }
};

/// Targets in windows around anchors: row `a * K + k` is at `anchors[b, a] + deltas[k]`, so an
/// output [B, A * K, D] that is dense is [B, A, K, D]. History stacking (negative deltas) and
/// action chunks (positive ones) without a tensor of target times. Integer stamps saturate at the
/// ends of their type.
///
/// The rows of a window that reach beyond the recording have `row_status::before` or `after` set:
/// the padding mask where stamps are integers. Floating-point sums of anchors and deltas round, so
/// that a row at the very end of a recording may count as beyond it.
///
/// \param anchors  [B, A], or [A] shared by all items
/// \param deltas   [K], in the unit of the stamps, in the memory of the back end that runs
/// \return what `resample` and `fuse` take as target times; its rows are A * K
template <class T, int Rank, class Time = std::remove_const_t<T>>
ROBOCACHE_HD inline target_view<Time> window_times(
    const tensor_view<T, Rank>& anchors,
    const tensor_view<const duration_t<Time>, 1>& deltas) noexcept {
  target_view<Time> targets(anchors);
  targets.windows = deltas;
  targets.windowed = true;
  return targets;
}

}  // namespace robocache
