// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/rules/reducer.hpp>

#include <cstdint>

/// \file
/// The reducer `first`: the value of the voxel's first point.

namespace robocache {
namespace reducers {

/// The value of the point with the smallest index, as it is. Where that is NaN it is the result
/// under `nan_policy::propagate`; `ignore` takes the first that is not. On accumulating, what the
/// voxel held is first, unless it is NaN under `ignore`.
struct first {
  static constexpr std::uint32_t none = 0xffffffffu;
  struct state {
    std::uint32_t index = none;  ///< of the first point
    std::uint32_t valid = none;  ///< of the first whose value is not NaN
    float value = 0;             ///< of that
  };

  ROBOCACHE_HD void add(state& s, std::uint32_t index, float x) const noexcept {
    s.index = index < s.index ? index : s.index;
    if (index < s.valid && !detail::is_nan(x)) {
      s.valid = index;
      s.value = x;
    }
  }
  ROBOCACHE_HD void merge(state& s, const state& other) const noexcept {
    s.index = other.index < s.index ? other.index : s.index;
    if (other.valid < s.valid) {
      s.valid = other.valid;
      s.value = other.value;
    }
  }
  ROBOCACHE_HD float finish(const state& s, const voxel_facts& facts) const noexcept {
    const bool is_nan =
        s.valid == none || (s.valid != s.index && facts.nans == nan_policy::propagate);
    return is_nan ? detail::canonical_nan<float>() : s.value;
  }
  ROBOCACHE_HD float accumulate(float before, const state& s,
                                const voxel_facts& facts) const noexcept {
    const bool skipped = detail::is_nan(before) && facts.nans == nan_policy::ignore;
    return skipped ? finish(s, facts) : before;
  }
  ROBOCACHE_HD float of_one(float x) const noexcept { return x; }
};

}  // namespace reducers

template <>
struct detail::reducer_of<reduction::first> {
  using type = reducers::first;
};

}  // namespace robocache
