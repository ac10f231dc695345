// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/resample/detail/arguments.hpp>
#include <robocache/resample/detail/tuning.hpp>
#include <robocache/resample/device.hpp>

#include <cstdint>

/// \file
/// How a warp finds the brackets of its rows together. The rules are level 0's.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

using namespace robocache::detail;

/// The calling warp as a group that can search together.
struct warp_group {
  static __device__ unsigned thread_rank() noexcept { return threadIdx.x % 32u; }
  static constexpr __device__ unsigned size() noexcept { return 32u; }
  static __device__ unsigned ballot(bool vote) noexcept { return __ballot_sync(~0u, vote); }
};

/// The upper bound of every lane's own `t`, searched together while the lanes' targets lie close.
///
/// A round reads one stamp per lane, 32 pivots of the range that still holds all answers, and each
/// lane finds its slice among them by shuffles: one memory latency for five halvings.
///
/// \param pivot  `slice_end` of the whole axis for this lane
template <class Time>
__device__ __forceinline__ std::int32_t warp_upper_bound(const time_axis<Time>& axis, Time t,
                                                         Time pivot) noexcept {
  std::int32_t low = 0;
  std::int32_t high = axis.size;
  while (true) {
    const std::int32_t slice = slice_length(warp_group{}, high - low);
    std::int32_t count = 0;
#pragma unroll
    for (int step = warp_size / 2; step > 0; step /= 2) {
      if (time_less_equal(__shfl_sync(~0u, pivot, count + step - 1), t)) count += step;
    }
    if (time_less_equal(__shfl_sync(~0u, pivot, count), t)) ++count;  // 31 before, so 32 at most

    // Lanes beyond the range repeat its last stamp, so a count may point beyond it too.
    // 32 slices may reach 2^31.
    const auto end = static_cast<std::uint32_t>(low) +
                     static_cast<std::uint32_t>(count) * static_cast<std::uint32_t>(slice);
    const auto first = static_cast<std::int32_t>(min(end, static_cast<std::uint32_t>(high)));
    const std::int32_t last = slice - 1 < high - first ? first + slice - 1 : high;
    if (slice <= warp_size / 2) return upper_bound(axis, t, first, last);  // few steps are left
    const std::int32_t nearer_low = __reduce_min_sync(~0u, first);
    const std::int32_t nearer_high = __reduce_max_sync(~0u, last);
    if (nearer_high - nearer_low > (high - low) / 2 || nearer_high == nearer_low) {
      return upper_bound(axis, t, first, last);  // the targets lie far apart, or all are found
    }
    low = nearer_low;
    high = nearer_high;
    pivot = slice_end(axis, low, high, slice_length(warp_group{}, high - low),
                      warp_group::thread_rank());
  }
}

/// What a lane knows of its row before it has found it: loads that can travel early.
///
/// Rows that have to be searched for: anything with `item`, `target`, `policy` and `report`.
template <class Rows>
struct row_request {
  using time = typename Rows::time;
  using real = typename Rows::real;
  typename timeline<time>::item_type item;
  time pivot;
  time target;

  __device__ __forceinline__ row_request(const Rows& source, std::uint32_t b,
                                         std::uint32_t row) noexcept
      : item(source.item(b)), pivot{} {
    // The first pivots do not depend on the target: both loads are under way together.
    if (item.axis.size > 0) {
      pivot = slice_end(item.axis, 0, item.axis.size, slice_length(warp_group{}, item.axis.size),
                        warp_group::thread_rank());
    }
    target = source.target(b, row);
  }

  __device__ std::int64_t first_sample() const noexcept { return item.first_sample; }

  /// The number of stamps at or before every lane's target. All lanes search, so that the warp
  /// stays together; a lane without a finite target for nothing.
  ///
  /// \param one_row  all lanes ask for the same row
  __device__ __forceinline__ std::int32_t search(bool one_row) const noexcept {
    if (item.axis.size == 0) return 0;
    return one_row ? ballot_upper_bound(warp_group{}, item.axis, target, pivot)
                   : warp_upper_bound(item.axis, target, pivot);
  }

  /// Every lane gets its row.
  __device__ __forceinline__ sample_bracket<real> find(const Rows& source, std::uint32_t b,
                                                       std::uint32_t row, bool one_row,
                                                       bool report) const noexcept {
    const sample_bracket<real> found =
        bracket_after(item.axis, target, search(one_row), source.policy());
    if (report) source.report(b, row, found.status, item.axis, target, found.right);
    return found;
  }
};

/// Rows that were found before.
template <class Real>
struct row_request<stored_rows<Real>> {
  row_source<Real> stored;

  __device__ __forceinline__ row_request(const stored_rows<Real>& source, std::uint32_t b,
                                         std::uint32_t row) noexcept
      : stored(source.find(b, row)) {}

  static constexpr __device__ std::int64_t first_sample() noexcept { return 0; }

  __device__ __forceinline__ row_source<Real> find(const stored_rows<Real>&, std::uint32_t,
                                                   std::uint32_t, bool, bool) const noexcept {
    return stored;
  }
};

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
