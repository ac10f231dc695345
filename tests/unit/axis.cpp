// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample/collective/rows.hpp>
#include <robocache/resample/rules/ring.hpp>

#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

// Axes as users see them: which slot, which sample, and one of the user's own. That rings give the
// bits of arrays is in tests/resample/rings.cpp.

using namespace robocache;

namespace {

/// What a ring is, by a division.
std::int32_t slot_of(std::int64_t capacity, std::int64_t head, std::int64_t i) {
  return static_cast<std::int32_t>((head + i) % capacity);
}

/// A recording that came in any order, read by way of an index that sorts it: what a user may
/// write.
struct sorted_axis {
  using time = double;
  const double* times;
  const std::int32_t* order;
  std::int32_t size;
  double offset;

  ROBOCACHE_HD double operator[](std::int32_t i) const noexcept { return raw(i) + offset; }
  ROBOCACHE_HD double raw(std::int32_t i) const noexcept { return times[order[i]]; }
  ROBOCACHE_HD std::int32_t sample(std::int32_t i) const noexcept { return order[i]; }
};

}  // namespace

static_assert(std::is_trivially_copyable_v<time_axis<double>> &&
              std::is_trivially_copyable_v<ring_axis<std::uint64_t>>);
static_assert(std::is_same_v<time_axis<float>::time, float> &&
              std::is_same_v<ring_axis<std::int64_t>::time, std::int64_t>);
static_assert(sizeof(ring_axis<double>) == 32);

TEST_CASE("a ring's slots are head + i modulo the capacity", "[axis]") {
  for (std::int32_t capacity = 1; capacity <= 9; ++capacity) {
    for (std::int32_t head = 0; head < capacity; ++head) {
      const ring_axis<double> axis{nullptr, capacity, head, capacity};
      for (std::int32_t i = 0; i < capacity; ++i) {
        REQUIRE(axis.sample(i) == slot_of(capacity, head, i));
      }
    }
  }
  // head + i does not fit 32 bits
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  for (const std::int32_t head : {0, 1, most / 2, most - 2, most - 1}) {
    const ring_axis<double> axis{nullptr, most, head, most};
    for (const std::int32_t i : {0, 1, most / 2, most / 2 + 1, most - 2, most - 1}) {
      CHECK(axis.sample(i) == slot_of(most, head, i));
    }
  }
}

TEST_CASE("a ring has a stride and an offset", "[axis]") {
  const std::vector<std::int64_t> interleaved{30, -1, 10, -1, 20, -1};
  ring_axis<std::int64_t> axis{interleaved.data(), 3, 1, 3, 2, 5};
  CHECK(axis[0] == 15);
  CHECK(axis[2] == 35);
  CHECK(axis.raw(2) == 30);
  axis.offset = std::numeric_limits<std::int64_t>::max();
  CHECK(axis[2] == std::numeric_limits<std::int64_t>::max());  // saturates
  axis = {interleaved.data() + 4, 3, 1, 3, -2};
  CHECK(axis[0] == 10);  // slot 1 of 20, 10, 30
  CHECK(axis[1] == 30);
  CHECK(axis[2] == 20);
}

TEST_CASE("the sample of an array's stamp has its number", "[axis]") {
  const double times[] = {1, 2, 3};
  const time_axis<double> axis{times, 1, 3};
  for (std::int32_t i = 0; i < 3; ++i) CHECK(axis.sample(i) == i);
  const auto found = bracket(axis, 2.5, resample_policy<double>{});
  const auto stored = stored_bracket(axis, found);
  CHECK(stored.left == 1);
  CHECK(stored.right == 2);
  CHECK(stored.weight == found.weight);
}

TEST_CASE("brackets on a ring count from the oldest; stored_bracket tells slots", "[axis]") {
  const double times[] = {4, 5, 2, 3};
  const ring_axis<double> axis{times, 4, 2, 4};
  resample_policy<double> policy;
  const auto across = bracket(axis, 3.25, policy);
  CHECK(across.left == 1);
  CHECK(across.right == 2);
  CHECK(across.weight == 0.25f);
  const auto stored = stored_bracket(axis, across);
  CHECK(stored.left == 3);
  CHECK(stored.right == 0);
  CHECK(stored.weight == 0.25f);
  CHECK(+stored.status == row_status::ok);
  policy.extrapolation = extrapolation::fill;
  policy.fill_value = 9;
  const auto constant = stored_bracket(axis, bracket(axis, 7.0, policy));
  CHECK(constant.left < 0);
  CHECK(constant.weight == 9);
  CHECK(+constant.status == row_status::after);
}

TEST_CASE("upper bounds on a ring, from any guess", "[axis]") {
  robocache_test::random_source random(83);
  for (const std::int32_t capacity : {1, 2, 7, 200}) {
    for (int k = 0; k < 12; ++k) {
      const auto head = static_cast<std::int32_t>(random.between(0, capacity - 1));
      const auto size = static_cast<std::int32_t>(random.between(0, capacity));
      std::vector<std::int64_t> slots(static_cast<std::size_t>(capacity), -99);
      std::vector<std::int64_t> array;
      std::int64_t stamp = 0;
      for (std::int32_t i = 0; i < size; ++i) {
        stamp += random.between(0, 2);
        slots[static_cast<std::size_t>(slot_of(capacity, head, i))] = stamp;
        array.push_back(stamp);
      }
      const ring_axis<std::int64_t> ring{slots.data(), capacity, head, size};
      const time_axis<std::int64_t> linear{array.data(), 1, size};
      for (std::int64_t t = -1; t <= stamp + 1; t += 1 + stamp / 40) {
        const std::int32_t expected = upper_bound(linear, t, 0, size);
        REQUIRE(upper_bound(ring, t, 0, size) == expected);
        for (std::int32_t guess = 0; guess <= size; ++guess) {
          REQUIRE(upper_bound_near(ring, t, guess) == expected);
        }
      }
    }
  }
}

TEST_CASE("template arguments may be given as before", "[axis]") {
  const double times[] = {0, 1};
  const time_axis<double> axis{times, 1, 2};
  const resample_options<double> options;  // a policy and more
  CHECK(upper_bound<double>(axis, 0.5, 0, 2) == 1);
  CHECK(bracket<float>(axis, 0.5, options).weight == 0.5f);
  CHECK(bracket<float, double>(axis, 0.5, options).weight == 0.5f);
  CHECK(bracket_after<float, double>(axis, 0.5, 1, options).weight == 0.5f);
  CHECK(find_bracket<serial_group, double, float>({}, axis, 0.5, options).weight == 0.5f);
  // And an axis in braces is that of an array.
  CHECK(upper_bound({times, 1, 2}, 0.5, 0, 2) == 1);
  CHECK(bracket<float>({times, 1, 2}, 0.5, resample_policy<double>{}).weight == 0.5f);
  CHECK(find_bracket(serial_group{}, {times, 1, 2}, 0.5, resample_policy<double>{}).weight == 0.5f);
}

TEST_CASE("an axis of the user's", "[axis]") {
  const double times[] = {3, 1, 2, 0};
  const std::int32_t order[] = {3, 1, 2, 0};
  const float values[] = {30, 10, 20, 0};  // [4, 1]
  const sorted_axis axis{times, order, 4, 0.5};
  const resample_policy<double> policy;
  const tensor_view<const float, 2> samples(values, {4, 1});
  float out = -1;
  const tensor_view<float, 1> row(&out, {1});
  for (double t = 0; t < 4.5; t += 0.25) {
    const double expected = t < 0.5 ? 0 : t > 3.5 ? 30 : 10 * (t - 0.5);
    const std::uint8_t status =
        resample_row(serial_group{}, axis, t, samples, policy, channel_affine<float>{}, row);
    CHECK(out == static_cast<float>(expected));
    CHECK(+status == (t < 0.5 ? row_status::before : t > 3.5 ? row_status::after : row_status::ok));
    out = -1;
    write_row(serial_group{}, stored_bracket(axis, bracket(axis, t, policy)), samples,
              channel_affine<float>{}, row);
    CHECK(out == static_cast<float>(expected));
  }
}
