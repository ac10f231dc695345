// SPDX-License-Identifier: Apache-2.0
#include "rings.hpp"

#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

// A ring gives the bits that its samples in an array give, oldest first, wherever it has wrapped:
// level 1 by groups of all kinds, under all policies.

using namespace robocache_test;

namespace {

/// How the stamps of a ring are made.
enum class stamp_order { sorted, unsorted, not_finite };

/// The beginning of the stamps and their unit: small enough for differences to be exact.
template <class Time>
Time stamp(std::int64_t ticks) {
  if constexpr (std::is_same_v<Time, std::int64_t>) {
    return 1'700'000'000'000'000'000 + ticks * 250'001;
  } else if constexpr (std::is_same_v<Time, std::uint64_t>) {
    return 1'700'000'000'000'000'000u + static_cast<std::uint64_t>(ticks) * 250'001u;
  } else if constexpr (std::is_same_v<Time, double>) {
    return 1.7e9 + static_cast<double>(ticks) * 0.01;
  } else {
    return static_cast<float>(ticks) * 0.01f;
  }
}
template <class Time>
robocache::duration_t<Time> ticks_long(std::int64_t ticks) {
  return static_cast<robocache::duration_t<Time>>(stamp<Time>(1000 + ticks) - stamp<Time>(1000));
}

/// All interpolations, extrapolations and policies of gaps, without limits and with narrow ones.
template <class Time>
std::vector<robocache::resample_policy<Time>> all_policies() {
  std::vector<robocache::resample_policy<Time>> all;
  for (int i = 0; i < 4 * 4 * 4 * 2; ++i) {
    robocache::resample_policy<Time> policy;
    policy.interpolation = static_cast<robocache::interpolation>(i % 4);
    policy.extrapolation = static_cast<robocache::extrapolation>(i / 4 % 4);
    policy.gap = static_cast<robocache::gap_policy>(i / 16 % 4);
    policy.horizon = ticks_long<Time>(20);
    policy.fill_value = 77;
    if (i >= 64) {
      policy.max_gap = ticks_long<Time>(4);
      policy.tolerance = ticks_long<Time>(2);
      policy.horizon = ticks_long<Time>(3);
    }
    all.push_back(policy);
  }
  return all;
}

/// A ring whose unused slots hold what must not be read.
template <class Time>
ring_work<Time> random_ring(random_source& random, std::int32_t capacity, std::int32_t size,
                            std::int32_t head, stamp_order order) {
  ring_work<Time> work;
  work.capacity = capacity;
  work.head = head;
  work.size = size;
  constexpr std::int32_t strides[] = {1, 1, 3, -1, -2};
  work.stride = strides[random.between(0, 4)];
  if (random.chance(0.3)) work.offset = -ticks_long<Time>(3);
  const std::size_t reach = work.slot_at(work.stride < 0 ? 0 : capacity - 1) + 1;
  work.times.assign(reach, stamp<Time>(500));  // in the midst of the others
  work.values.assign(static_cast<std::size_t>(capacity * ring_channels), 1e30f);
  std::int64_t ticks = 990;
  for (std::int32_t i = 0; i < size; ++i) {
    const std::int32_t slot = (head + i) % capacity;
    ticks += random.chance(0.2) ? 0 : random.between(1, 6);
    Time t = stamp<Time>(ticks);
    if (order == stamp_order::unsorted && random.chance(0.4)) {
      t = stamp<Time>(random.between(985, 990 + 4 * size));
    }
    if constexpr (std::is_floating_point_v<Time>) {
      constexpr Time infinity = std::numeric_limits<Time>::infinity();
      constexpr Time odd[] = {std::numeric_limits<Time>::quiet_NaN(), infinity, -infinity};
      if (order == stamp_order::not_finite && random.chance(0.3)) t = odd[random.between(0, 2)];
    }
    work.times[work.slot_at(slot)] = t;
    for (std::int32_t d = 0; d < ring_channels; ++d) {
      float value = static_cast<float>(random.unit() * 6 - 3);
      if (random.chance(0.02)) value = std::numeric_limits<float>::infinity();
      if (random.chance(0.02)) value = 0;
      work.values[static_cast<std::size_t>(slot * ring_channels + d)] = value;
    }
  }
  return work;
}

/// The same samples in an array, oldest first.
template <class Time>
ring_work<Time> as_array(const ring_work<Time>& ring) {
  ring_work<Time> array = ring;
  array.array = true;
  array.capacity = 0;
  array.head = 0;
  array.stride = 1;
  array.times.clear();
  array.values.clear();
  for (std::int32_t i = 0; i < ring.size; ++i) {
    const std::int32_t slot = (ring.head + i) % ring.capacity;
    array.times.push_back(ring.times[ring.slot_at(slot)]);
    const auto first = ring.values.begin() + slot * ring_channels;
    array.values.insert(array.values.end(), first, first + ring_channels);
  }
  return array;
}

/// On stamps, beside and between them, before, after, and what is no time.
template <class Time>
std::vector<Time> targets_for(random_source& random, const ring_work<Time>& work) {
  std::vector<Time> targets;
  for (std::int32_t k = 0; k < 6 && work.size > 0; ++k) {
    const auto i = static_cast<std::int32_t>(random.between(0, work.size - 1));
    targets.push_back(work.times[work.slot_at((work.head + i) % work.capacity)]);
  }
  const std::int64_t end = 990 + 4 * work.size;
  for (int k = 0; k < 8; ++k) targets.push_back(stamp<Time>(random.between(985, end + 6)));
  for (int k = 0; k < 3; ++k) {
    targets.push_back(stamp<Time>(random.between(990, end)) +
                      static_cast<Time>(ticks_long<Time>(1)) / 3);
  }
  targets.push_back(stamp<Time>(900));
  targets.push_back(stamp<Time>(end + 100));
  targets.push_back(std::numeric_limits<Time>::lowest());
  targets.push_back(std::numeric_limits<Time>::max());
  if constexpr (std::is_floating_point_v<Time>) {
    targets.push_back(std::numeric_limits<Time>::quiet_NaN());
    targets.push_back(std::numeric_limits<Time>::infinity());
    targets.push_back(-std::numeric_limits<Time>::infinity());
  }
  return targets;
}

template <class T>
std::size_t different(const std::vector<T>& a, const std::vector<T>& b) {
  std::size_t count = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    count += std::memcmp(&a[i], &b[i], sizeof(T)) == 0 ? 0u : 1u;  // bits: NaN equals itself
  }
  return count;
}

std::size_t different_brackets(const ring_rows& a, const ring_rows& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.brackets.size(); ++i) {
    const auto& x = a.brackets[i];
    const auto& y = b.brackets[i];
    const bool same = x.left == y.left && x.right == y.right && x.status == y.status &&
                      std::memcmp(&x.weight, &y.weight, sizeof(x.weight)) == 0;
    count += same ? 0u : 1u;
  }
  return count;
}

void require_same(const ring_rows& got, const ring_rows& expected) {
  CHECK(different(got.plain, expected.plain) == 0);
  CHECK(different(got.grouped, expected.grouped) == 0);
  CHECK(different(got.statuses, expected.statuses) == 0);
  CHECK(different_brackets(got, expected) == 0);
}

/// Runs a ring and its array by all groups.
///
/// \return how many rows are blends of the last slot and the first
template <class Time>
std::size_t check_ring(const ring_work<Time>& work, bool sorted) {
  INFO("capacity " << work.capacity << ", head " << work.head << ", size " << work.size
                   << ", stride " << work.stride << ", rows " << work.rows());
  const ring_work<Time> array = as_array(work);
  const ring_rows first = run_ring(array, ring_group_kinds().front());
  for (const ring_group group : ring_group_kinds()) {
    INFO("group " << static_cast<int>(group));
    const ring_rows got = run_ring(work, group);
    // Near disorder groups may differ from each other, but not a ring from its array.
    require_same(got, sorted ? first : run_ring(array, group));
  }
  std::size_t across = 0;
  const robocache::ring_axis<Time> axis{nullptr, work.capacity, work.head, work.size, 1, {}};
  for (const auto& found : first.brackets) {
    const auto samples = robocache::stored_bracket(axis, found);
    across += samples.left > samples.right ? 1u : 0u;
  }
  return across;
}

template <class Time>
void check_small_rings(std::uint64_t seed) {
  random_source random(seed);
  const auto policies = all_policies<Time>();
  std::size_t across = 0;
  for (const stamp_order order :
       {stamp_order::sorted, stamp_order::unsorted, stamp_order::not_finite}) {
    if (order == stamp_order::not_finite && !std::is_floating_point_v<Time>) continue;
    for (std::int32_t capacity = 1; capacity <= 5; ++capacity) {
      for (std::int32_t size = 0; size <= capacity; ++size) {
        for (std::int32_t head = 0; head < capacity; ++head) {
          ring_work<Time> work = random_ring<Time>(random, capacity, size, head, order);
          work.targets = targets_for(random, work);
          work.policies = policies;
          across += check_ring(work, order == stamp_order::sorted);
        }
      }
    }
  }
  CHECK(across > 1000);  // so the test can tell
}

template <class Time>
void check_large_rings(std::uint64_t seed) {
  random_source random(seed);
  const auto policies = all_policies<Time>();
  for (const std::int32_t capacity : {31, 32, 33, 97, 1500}) {
    for (int k = 0; k < 4; ++k) {
      const auto size = static_cast<std::int32_t>(random.between(k == 0 ? capacity : 1, capacity));
      const auto head =
          static_cast<std::int32_t>(k == 0 ? capacity - 1 : random.between(0, capacity - 1));
      const stamp_order order = k == 3 ? stamp_order::unsorted : stamp_order::sorted;
      ring_work<Time> work = random_ring<Time>(random, capacity, size, head, order);
      work.targets = targets_for(random, work);
      work.policies = policies;
      check_ring(work, order == stamp_order::sorted);
    }
  }
}

}  // namespace

TEST_CASE("a ring gives the bits of an array: every head and size", "[ring]") {
  SECTION("float") {
    check_small_rings<float>(501);
  }
  SECTION("double") {
    check_small_rings<double>(502);
  }
  SECTION("int64") {
    check_small_rings<std::int64_t>(503);
  }
  SECTION("uint64") {
    check_small_rings<std::uint64_t>(504);
  }
}

TEST_CASE("a ring gives the bits of an array: large ones", "[ring]") {
  SECTION("float") {
    check_large_rings<float>(505);
  }
  SECTION("double") {
    check_large_rings<double>(506);
  }
  SECTION("int64") {
    check_large_rings<std::int64_t>(507);
  }
  SECTION("uint64") {
    check_large_rings<std::uint64_t>(508);
  }
}

TEST_CASE("a ring as a controller fills it, one sample after another", "[ring]") {
  constexpr std::int32_t capacity = 4;
  ring_work<double> work;
  work.capacity = capacity;
  work.times.assign(capacity, 0.0);
  work.values.assign(capacity * ring_channels, 0.0f);
  work.policies = {robocache::resample_policy<double>{}};
  for (int sample = 0; sample < 11; ++sample) {
    const bool full = work.size == capacity;
    const std::int32_t slot = full ? work.head : (work.head + work.size) % capacity;
    work.times[static_cast<std::size_t>(slot)] = sample;
    for (std::int32_t d = 0; d < ring_channels; ++d) {
      work.values[static_cast<std::size_t>(slot * ring_channels + d)] =
          static_cast<float>(10 * sample + d);
    }
    if (full) {
      work.head = (work.head + 1) % capacity;
    } else {
      ++work.size;
    }
    const int oldest = sample - work.size + 1;
    work.targets = {sample - 0.5, sample + 1.0, oldest - 1.0, static_cast<double>(sample)};
    const double expected[] = {sample == 0 ? 0.0 : sample - 0.5, static_cast<double>(sample),
                               static_cast<double>(oldest), static_cast<double>(sample)};
    for (const ring_group group : ring_group_kinds()) {
      INFO("sample " << sample << ", group " << static_cast<int>(group));
      const ring_rows got = run_ring(work, group);
      for (std::size_t row = 0; row < 4; ++row) {
        CHECK(got.plain[row * ring_channels] == static_cast<float>(10 * expected[row]));
        CHECK(got.plain[row * ring_channels + 9] == static_cast<float>(10 * expected[row] + 9));
      }
    }
  }
}
