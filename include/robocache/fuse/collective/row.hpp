// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/resample/collective/rows.hpp>
#include <robocache/resample/groups.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/rules/axis.hpp>
#include <robocache/resample/rules/blend.hpp>
#include <robocache/tensor_view.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// Level 1 of `fuse`: one row from several recordings by a group of threads. Level 0 is
/// `resample`'s.

namespace robocache {

/// One recording as `fuse_row` takes it. Groups are best made on the host and passed to the kernel:
/// those that a kernel makes lie in its local memory.
///
/// \tparam Real    `compute_t<In, Out>`: float, or double for double values
/// \tparam Groups  `channel_groups`, or `no_groups`, which is less code
template <class In, class Time, class Real = float, class Groups = no_groups>
struct stream_item {
  time_axis<Time> axis;                ///< stamps [S], with the stream's offset
  tensor_view<const In, 2> values;     ///< [S, D]
  resample_policy<Time, Real> policy;  ///< its rules; `policy.offset` is not used, `axis.offset` is
  channel_affine<Real> affine;         ///< normalization
  Groups groups;                       ///< what the channels mean
};

/// Brings several recordings to one target time and writes them side by side, by any group of
/// threads.
///
/// For use inside your own kernel, or on the host with `serial_group`. All threads of the group
/// call it with the same arguments. Allocates nothing and has no barrier inside: call
/// `group.sync()` before other threads of the group read the row. Same bits as the launchers.
///
/// \param group     the threads that work on the row together
/// \param t         target time
/// \param row       [sum D], the output
/// \param statuses  [N], one status byte per recording, in every thread
/// \param items     N `stream_item`s of any scalar types
template <class Group, class Time, class Out, class... In, class... Real, class... Groups>
ROBOCACHE_HD inline void fuse_row(const Group& group, Time t, const tensor_view<Out, 1>& row,
                                  std::uint8_t (&statuses)[sizeof...(In)],
                                  const stream_item<In, Time, Real, Groups>&... items) noexcept {
  const auto& threads = detail::checked_group(group);
  std::int64_t column = 0;
  int n = 0;
  const auto write = [&](const auto& item) {
    const std::int64_t channels = item.values.extent(1);
    const tensor_view<Out, 1> part(row.data() + column * row.stride(0), {channels},
                                   {row.stride(0)});
    if constexpr (std::is_same_v<std::decay_t<decltype(item.groups)>, no_groups>) {
      statuses[n] =
          resample_row(threads, item.axis, t, item.values, item.policy, item.affine, part);
    } else {
      statuses[n] = resample_row(threads, item.axis, t, item.values, item.groups, item.policy,
                                 item.affine, part);
    }
    ++n;
    column += channels;
  };
  (write(items), ...);
}

}  // namespace robocache
