// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/rules/reducer.hpp>

#include <cstdint>

/// \file
/// The reducers `max` and `min`: the value itself, in IEEE's total order, so -0 < +0.

namespace robocache {
namespace detail {

/// Numbers that are not NaN as integers in the order of IEEE's total order.
ROBOCACHE_HD inline std::int32_t key_of(float x) noexcept {
  const auto bits = bit_copy<std::int32_t>(x);
  return bits >= 0 ? bits : bits ^ 0x7fffffff;
}
ROBOCACHE_HD inline float value_of_key(std::int32_t key) noexcept {
  return bit_copy<float>(key >= 0 ? key : key ^ 0x7fffffff);
}

template <bool Largest>
struct extreme {
  struct state {
    std::int32_t key = Largest ? -2147483647 - 1 : 2147483647;
    std::uint32_t nans = 0;
  };

  ROBOCACHE_HD static bool better(std::int32_t a, std::int32_t b) noexcept {
    return Largest ? a > b : a < b;
  }
  ROBOCACHE_HD void add(state& s, std::uint32_t, float x) const noexcept {
    if (is_nan(x)) {
      ++s.nans;
    } else if (better(key_of(x), s.key)) {
      s.key = key_of(x);
    }
  }
  ROBOCACHE_HD void merge(state& s, const state& other) const noexcept {
    s.key = better(other.key, s.key) ? other.key : s.key;
    s.nans += other.nans;
  }
  ROBOCACHE_HD float finish(const state& s, const voxel_facts& facts) const noexcept {
    if (s.nans == facts.points || (s.nans != 0 && facts.nans == nan_policy::propagate)) {
      return canonical_nan<float>();
    }
    return value_of_key(s.key);
  }
  ROBOCACHE_HD float accumulate(float before, const state& s,
                                const voxel_facts& facts) const noexcept {
    return join(before, facts.prior_points, finish(s, facts), facts.points, facts.nans);
  }

  /// The better of what a voxel holds and a fresh value.
  ROBOCACHE_HD static float join(float before, std::uint32_t, float fresh, std::uint32_t,
                                 nan_policy nans) noexcept {
    if (is_nan(before) || is_nan(fresh)) {
      if (nans == nan_policy::propagate) return canonical_nan<float>();
      return is_nan(before) ? fresh : before;
    }
    return better(key_of(fresh), key_of(before)) ? fresh : before;
  }

  ROBOCACHE_HD float of_one(float x) const noexcept { return x; }

  template <class In, class Out>
  static constexpr bool pairs = true;
  template <class In, class Out>
  ROBOCACHE_HD bool of_two(float a, float b, nan_policy nans, float& result) const noexcept {
    state best;
    add(best, 0, a);
    add(best, 1, b);
    result = finish(best, {2, 0, nans});
    return true;
  }
};

}  // namespace detail

namespace reducers {

/// The largest value, in IEEE's total order.
struct max : detail::extreme<true> {};
/// The smallest value.
struct min : detail::extreme<false> {};

}  // namespace reducers

template <>
struct detail::reducer_of<reduction::max> {
  using type = reducers::max;
};
template <>
struct detail::reducer_of<reduction::min> {
  using type = reducers::min;
};

}  // namespace robocache
