// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>

#include <type_traits>
#include <utility>

/// \file
/// What level 1 functions run on: a group of threads that work on one thing together.
///
/// Anything with `thread_rank()`, `size()` and `sync()` is a group: cooperative groups' threads,
/// tiles and blocks as they are, `serial_group` for one thread on the host or the device, and
/// `warp_group` for a warp of a kernel that does without cooperative groups.

namespace robocache {

/// A group of one thread.
struct serial_group {
  static constexpr ROBOCACHE_HD unsigned thread_rank() noexcept { return 0; }
  static constexpr ROBOCACHE_HD unsigned size() noexcept { return 1; }
  static constexpr ROBOCACHE_HD void sync() noexcept {}
};

#if defined(__CUDACC__)
/// The calling warp of a one-dimensional block of whole warps, all of whose lanes take part.
struct warp_group {
  static __device__ unsigned thread_rank() noexcept { return threadIdx.x % 32u; }
  static constexpr __host__ __device__ unsigned size() noexcept { return 32u; }
  static __device__ void sync() noexcept { __syncwarp(); }
  static __device__ unsigned ballot(int vote) noexcept { return __ballot_sync(~0u, vote); }
  template <class T>
  static __device__ T shfl(T value, unsigned lane) noexcept {
    return __shfl_sync(~0u, value, static_cast<int>(lane));
  }
};
#endif

namespace detail {

template <class Group, class = void>
struct is_group : std::false_type {};
template <class Group>
struct is_group<Group, std::void_t<decltype(std::declval<const Group&>().thread_rank()),
                                   decltype(std::declval<const Group&>().size())>>
    : std::true_type {};

/// The first argument of a collective; of what is no group one thread, so that one sentence is all
/// that the compiler has to say.
template <class Group>
ROBOCACHE_HD constexpr decltype(auto) checked_group(const Group& group) noexcept {
  static_assert(is_group<Group>::value,
                "the first argument is a group of threads, not a thread's index: "
                "robocache::serial_group{}, robocache::warp_group{}, or cooperative groups' "
                "this_thread(), tiled_partition<32>(...), this_thread_block()");
  if constexpr (is_group<Group>::value) {
    return (group);
  } else {
    return serial_group{};
  }
}

template <class Group, class = void>
struct can_ballot : std::false_type {};

/// Tiles of a warp can vote, and then search with all lanes at once.
template <class Group>
struct can_ballot<Group, std::void_t<decltype(std::declval<const Group&>().ballot(1)),
                                     decltype(std::declval<const Group&>().shfl(1, 0))>>
    : std::true_type {};

template <class Group, unsigned Size = Group::size()>
constexpr unsigned static_size(int) noexcept {
  return Size;
}
template <class Group>
constexpr unsigned static_size(long) noexcept {
  return 0;
}

/// Threads of a group if the type tells, else 0.
template <class Group>
inline constexpr unsigned static_size_v = static_size<Group>(0);

/// A whole warp.
template <class Group>
inline constexpr bool is_warp_v = can_ballot<Group>::value&& static_size_v<Group> == 32;

/// A whole block: it has the threads' index. Ranks that follow each other share a warp, whatever
/// the block's dimensions.
template <class Group, class = void>
struct is_block : std::false_type {};
template <class Group>
struct is_block<Group, std::void_t<decltype(std::declval<const Group&>().thread_index()),
                                   decltype(std::declval<const Group&>().group_index())>>
    : std::true_type {};

/// What collectives ask whose shared memory is laid out for a number of threads. A group that does
/// not tell its size may be of them.
template <class Group, unsigned Threads>
ROBOCACHE_HD constexpr void check_block() noexcept {
  static_assert(
      static_size_v<Group> == 0 || static_size_v<Group> == Threads,
      "this collective is for blocks of as many threads as its constant ..._threads says");
}

/// One thread.
template <class Group>
inline constexpr bool is_serial_v = static_size_v<Group> == 1;

}  // namespace detail
}  // namespace robocache
