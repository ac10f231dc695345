// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>

#include <type_traits>
#include <utility>

/// \file
/// What level 1 functions run on: a group of threads that work on one thing together.
///
/// Anything with `thread_rank()`, `size()` and `sync()` is a group: cooperative groups' thread
/// blocks and tiles as they are, and `serial_group` for one thread on the host or the device.

namespace robocache {

/// A group of one thread.
struct serial_group {
  static constexpr ROBOCACHE_HD unsigned thread_rank() noexcept { return 0; }
  static constexpr ROBOCACHE_HD unsigned size() noexcept { return 1; }
  static constexpr ROBOCACHE_HD void sync() noexcept {}
};

namespace detail {

template <class Group, class = void>
struct can_ballot : std::false_type {};

/// Tiles of a warp can vote, and then search with all lanes at once.
template <class Group>
struct can_ballot<Group, std::void_t<decltype(std::declval<const Group&>().ballot(1)),
                                     decltype(std::declval<const Group&>().shfl(1, 0))>>
    : std::true_type {};

}  // namespace detail
}  // namespace robocache
