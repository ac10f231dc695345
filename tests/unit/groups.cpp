// SPDX-License-Identifier: Apache-2.0
#include <robocache/execution.hpp>
#include <robocache/group.hpp>

#include "../support/catch.hpp"

namespace {

/// A tile of cooperative groups, as far as the library looks at it.
struct tile_like {
  unsigned thread_rank() const { return 0; }
  unsigned size() const { return 32; }
  void sync() const {}
  unsigned ballot(int) const { return 0; }
  template <class T>
  T shfl(T x, int) const {
    return x;
  }
};

}  // namespace

TEST_CASE("serial_group is a group of one", "[group]") {
  constexpr robocache::serial_group group;
  static_assert(group.size() == 1);
  static_assert(group.thread_rank() == 0);
  group.sync();
  static_assert(!robocache::detail::can_ballot<robocache::serial_group>::value);
  static_assert(robocache::detail::can_ballot<tile_like>::value);
  SUCCEED();
}

TEST_CASE("cpu takes a number of threads", "[group]") {
  static_assert(robocache::cpu.threads == 0);
  static_assert(robocache::cpu(4).threads == 4);
  SUCCEED();
}
