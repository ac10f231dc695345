// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample/options.hpp>
#include <robocache/status.hpp>

#include "kinds.hpp"

#include <cstdint>
#include <limits>

/// \file
/// A call of the library with its types erased, and the table of what a back end can run.

namespace robocache_test {

/// A `tensor_view` without its element type. Pointers are the back end's.
template <int Rank>
struct any_view {
  void* data = nullptr;
  std::int64_t extents[Rank] = {};
  std::int64_t strides[Rank] = {};
};

/// `resample_policy` for any time type: durations in exact `stamp`s, infinity for no limit.
struct any_policy {
  robocache::interpolation interpolation = robocache::interpolation::linear;
  robocache::extrapolation extrapolation = robocache::extrapolation::hold;
  robocache::gap_policy gap = robocache::gap_policy::hold;
  stamp offset = 0;
  stamp max_gap = std::numeric_limits<stamp>::infinity();
  stamp tolerance = std::numeric_limits<stamp>::infinity();
  stamp horizon = 0;
  double fill_value = 0;
};

/// The arguments of `resample`, `find_brackets` and `apply_brackets` together.
struct any_call {
  any_view<3> values;
  any_view<2> times;
  any_view<1> lengths;
  any_view<1> offsets;
  bool packed = false;
  any_view<2> targets;
  int target_rank = 2;  // 1: one grid for all, `targets` without its dimension 0
  any_view<3> output;
  any_view<2> statuses;
  any_view<1> scale;
  any_view<1> shift;
  any_view<2> left;
  any_view<2> right;
  any_view<2> weight;
  any_policy policy;
};

/// Who runs a row: the launcher's choice, or level 1 with one of these groups.
enum class group_kind { serial, tile8, tile32, block };

/// The last argument of a launcher.
struct any_where {
  int threads = 0;         // CPU
  void* stream = nullptr;  // CUDA
};

/// What one combination of types can do.
struct operations {
  combination types;
  robocache::status (*resample)(const any_call&, const any_where&);
  robocache::status (*find_brackets)(const any_call&, const any_where&);
  robocache::status (*apply_brackets)(const any_call&, const any_where&);
  /// Level 1 for every row of a padded batch without lengths.
  robocache::status (*resample_rows)(const any_call&, group_kind, const any_where&);
};

}  // namespace robocache_test
