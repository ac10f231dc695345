// SPDX-License-Identifier: Apache-2.0
#include <robocache/execution.hpp>
#include <robocache/group.hpp>
#include <robocache/resample.hpp>

#include "../support/catch.hpp"

#include <cstdint>

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

/// A tile of one thread, which can vote, too.
struct tile_of_one {
  static constexpr unsigned thread_rank() { return 0; }
  static constexpr unsigned size() { return 1; }
  static void sync() {}
  static unsigned ballot(int vote) { return vote != 0 ? 1u : 0u; }
  template <class T>
  static T shfl(T x, unsigned) {
    return x;
  }
};

/// Stamps 0, 1, 2, ... that count how often they are read.
struct counting_axis {
  using time = double;
  std::int32_t size;
  double offset;
  int* reads;

  double operator[](std::int32_t i) const {
    ++*reads;
    return i;
  }
  double raw(std::int32_t i) const { return (*this)[i]; }
  std::int32_t sample(std::int32_t i) const { return i; }
};

using floats = robocache::resample_work<float, double, float, false>;

/// A call of one's own: a `resample_work` whose policy is of a type derived from the library's.
struct own_work : floats {
  robocache::resample_options<double> options;

  explicit own_work(const floats& work) : floats(work) {}
  const robocache::resample_options<double>& policy() const noexcept { return options; }
};

}  // namespace

TEST_CASE("a call of one's own may have a policy of another type", "[group]") {
  using robocache::tensor_view;
  const double times[] = {0, 1, 2};
  const double targets[] = {0.25, 5};
  const float values[] = {0, 1, 2};
  float output[2] = {};
  const auto call = robocache::make_resample_call(
      robocache::padded_source(tensor_view(values, {1, 3, 1}), tensor_view(times, {1, 3})),
      robocache::target_view<double>(targets), tensor_view(output, {1, 2, 1}),
      tensor_view<std::uint8_t, 2>{}, {});
  own_work work(call.work());
  work.options.extrapolation = robocache::extrapolation::fill;
  work.options.fill_value = -1;
  robocache::resample_storage<1> storage;
  robocache::row_tile tile;
  tile.rows = 2;
  tile.channels = 1;
  robocache::resample_rows(robocache::serial_group{}, storage, work, tile);
  CHECK(output[0] == 0.25f);
  CHECK(output[1] == -1);
}

TEST_CASE("a tile of one thread halves, like any thread", "[group]") {
  int reads = 0;
  const counting_axis axis{1000000, 0, &reads};
  const auto found =
      robocache::find_bracket(tile_of_one{}, axis, 1.5, robocache::resample_policy<double>{});
  CHECK(found.left == 1);
  CHECK(found.right == 2);
  CHECK(reads < 30);  // by votes a million
}

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
