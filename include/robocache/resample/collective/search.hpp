// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/group.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/rules/axis.hpp>
#include <robocache/resample/rules/bracket.hpp>
#include <robocache/resample/source.hpp>
#include <robocache/time.hpp>

#include <cstdint>

/// \file
/// How a group of threads searches stamps together. Level 0 decides what the result means.

namespace robocache {
namespace detail {

/// The index that thread `rank` probes in a range `[first, last)` cut into slices: the last of its
/// slice. The range is not empty; threads whose slice lies beyond it probe its last stamp.
ROBOCACHE_HD inline std::int32_t slice_end(std::int32_t first, std::int32_t last,
                                           std::int32_t slice, unsigned rank) noexcept {
  const std::uint32_t end =
      static_cast<std::uint32_t>(first) + (rank + 1u) * static_cast<std::uint32_t>(slice) - 1u;
  const std::uint32_t most = static_cast<std::uint32_t>(last) - 1u;
  return static_cast<std::int32_t>(end < most ? end : most);
}

/// Length of the slices into which a group cuts `size` stamps, one slice per thread.
template <class Group>
ROBOCACHE_HD inline std::int32_t slice_length(const Group& group, std::int32_t size) noexcept {
  return (size - 1) / static_cast<std::int32_t>(group.size()) + 1;
}

/// `upper_bound` of the whole axis by a tile of a warp for one target: each lane asks about one
/// slice per round, so that 32 lanes need two rounds for 1024 stamps. All lanes get the result.
///
/// \param pivot  the stamp at `slice_end` of the whole axis for this lane, loaded ahead so that it
///               may travel together with the target
template <class Group, class Time, class Axis>
ROBOCACHE_HD inline std::int32_t ballot_upper_bound(const Group& group, const Axis& axis, Time t,
                                                    Time pivot) noexcept {
  std::int32_t first = 0;
  std::int32_t last = axis.size;
  while (true) {
    const std::int32_t slice = slice_length(group, last - first);
    // Counts the slices that end at or before t, up to the first that does not. Slices beyond the
    // range repeat its last stamp; if that one is not after t, no stamp is.
    const unsigned missed = static_cast<unsigned>(group.ballot(!time_less_equal(pivot, t)));
    if (missed == 0u) return last;
    std::int32_t count = 0;
#if defined(__CUDA_ARCH__)
    count = __ffs(static_cast<int>(missed)) - 1;
#else
    while (((missed >> count) & 1u) == 0u) ++count;
#endif
    first += count * slice;
    if (slice - 1 < last - first) last = first + slice - 1;
    if (first >= last) return last;
    pivot = axis[slice_end(first, last, slice_length(group, last - first), group.thread_rank())];
  }
}

/// `upper_bound` of the whole axis by a group for one target, the same in every thread. 0 if there
/// are no stamps.
template <class Group, class Time, class Axis>
ROBOCACHE_HD inline std::int32_t group_upper_bound(const Group& group, const Axis& axis,
                                                   Time t) noexcept {
  if (axis.size == 0) return 0;
  if constexpr (can_ballot<Group>::value) {
    if (group.size() > 1) {  // one lane would drop a stamp a round
      const Time pivot =
          axis[slice_end(0, axis.size, slice_length(group, axis.size), group.thread_rank())];
      return ballot_upper_bound(group, axis, t, pivot);
    }
  }
  (void)group;
  return upper_bound(axis, t, 0, axis.size);
}

#if defined(__CUDACC__)

/// The upper bound of every lane's own `t`. The lanes of the warp search together as long as their
/// targets lie close to each other, then each by itself.
///
/// A round reads one stamp per lane, as 32 pivots of the range that still holds all answers. Each
/// lane finds its slice among them by shuffles, so that five halvings take one memory latency.
///
/// \param pivot  the stamp at `slice_end` of the whole axis for this lane
template <class Group, class Time, class Axis>
__device__ __forceinline__ std::int32_t warp_upper_bound(const Group& warp, const Axis& axis,
                                                         Time t, Time pivot) noexcept {
  constexpr std::int32_t lanes = 32;
  std::int32_t low = 0;
  std::int32_t high = axis.size;
  while (true) {
    const std::int32_t slice = slice_length(warp, high - low);
    std::int32_t count = 0;
#pragma unroll
    for (int step = lanes / 2; step > 0; step /= 2) {
      if (time_less_equal(__shfl_sync(~0u, pivot, count + step - 1), t)) count += step;
    }
    if (time_less_equal(__shfl_sync(~0u, pivot, count), t)) ++count;  // 31 before, so 32 at most

    // Lanes whose slice lies beyond the range repeat its last stamp, so a count may lead beyond it,
    // too. 32 slices may reach 2^31.
    const auto end = static_cast<std::uint32_t>(low) +
                     static_cast<std::uint32_t>(count) * static_cast<std::uint32_t>(slice);
    const auto first = static_cast<std::int32_t>(min(end, static_cast<std::uint32_t>(high)));
    const std::int32_t last = slice - 1 < high - first ? first + slice - 1 : high;
    if (slice <= lanes / 2) return upper_bound(axis, t, first, last);  // few steps are left
    const std::int32_t nearer_low = __reduce_min_sync(~0u, first);
    const std::int32_t nearer_high = __reduce_max_sync(~0u, last);
    if (nearer_high - nearer_low > (high - low) / 2 || nearer_high == nearer_low) {
      return upper_bound(axis, t, first, last);  // the targets lie far apart, or all are found
    }
    low = nearer_low;
    high = nearer_high;
    pivot = axis[slice_end(low, high, slice_length(warp, high - low), warp.thread_rank())];
  }
}

#endif

/// A row that a thread asks for: its recording, its target, and the first pivot of a search by a
/// tile. Made before it is used, so that these loads are under way together.
///
/// \tparam Call  has `item(b)` and `target(b, row)`: the work of a call of `resample` or
///               `find_brackets`, or a stream of `fuse`
template <class Call>
struct row_request {
  using time = typename Call::time;
  using real = typename Call::real;
  recording<time> item;
  time pivot;
  time target;

  template <class Group>
  ROBOCACHE_HD row_request(const Group& group, const Call& call, std::uint32_t b,
                           std::uint32_t row) noexcept
      : item(call.item(b)), pivot{} {
    if constexpr (can_ballot<Group>::value) {
      // The first pivots do not depend on the target: both loads are under way together. Adding the
      // offset waits for a load, so it comes after both.
      if (item.axis.size > 0) {
        pivot = item.axis.raw(
            slice_end(0, item.axis.size, slice_length(group, item.axis.size), group.thread_rank()));
      }
    }
    target = call.target(b, row);
    if constexpr (can_ballot<Group>::value) pivot = time_shifted(pivot, item.axis.offset);
  }

  ROBOCACHE_HD std::int64_t first_sample() const noexcept { return item.first_sample; }

  /// The number of stamps at or before the target; 0 if there are no stamps.
  ///
  /// \param together  all threads of the group ask for the same row
  template <class Group>
  ROBOCACHE_HD std::int32_t search(const Group& group, bool together) const noexcept {
    if (item.axis.size == 0) return 0;
#if defined(__CUDA_ARCH__)
    if constexpr (is_warp_v<Group>) {
      // All lanes search, so that the warp stays together, even those whose target is not finite.
      return together ? ballot_upper_bound(group, item.axis, target, pivot)
                      : warp_upper_bound(group, item.axis, target, pivot);
    }
#endif
    if constexpr (can_ballot<Group>::value) {
      if (together && group.size() > 1) {
        return ballot_upper_bound(group, item.axis, target, pivot);
      }
    }
    (void)group;
    (void)together;
    return upper_bound(item.axis, target, 0, item.axis.size);
  }

  /// The same for a thread that works alone, row after row. It begins where the row before was
  /// found, since targets mostly rise.
  ///
  /// \param near  in: the result for the row before, or any number from 0 up; out: this result
  ROBOCACHE_HD std::int32_t search_near(std::int32_t& near) const noexcept {
    if (item.axis.size > 0 && time_is_finite(target)) {
      near = upper_bound_near(item.axis, target, near < item.axis.size ? near : item.axis.size);
    }
    return near;
  }
};

}  // namespace detail

/// `bracket` by a group: every thread of it gets the same result.
///
/// A warp or a tile of it searches with all its lanes, in log(S) / log(lanes) rounds of one load
/// each. In other groups every thread does the same binary search. All threads of the group call it
/// with the same arguments.
///
/// \param group   the threads that search together
/// \param axis    stamps of this item, [S]: a `time_axis`, a `ring_axis` or one of your own
/// \param t       target time
/// \param policy  the rules
/// \return the bracket, in every thread; `write_row` takes the `stored_bracket` of it
template <class Group, class Time, class Real, class Axis = time_axis<Time>>
ROBOCACHE_HD inline sample_bracket<Real> find_bracket(
    const Group& group, const Axis& axis, Time t,
    const resample_policy<Time, Real>& policy) noexcept {
  const auto& threads = detail::checked_group(group);
  sample_bracket<Real> result;
  if (detail::bracket_trivial(axis, t, policy, result)) return result;
  return detail::bracket_found<resample_policy<Time, Real>>(
      axis, t, detail::group_upper_bound(threads, axis, t), policy);
}

}  // namespace robocache
