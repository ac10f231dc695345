// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "random_problem.hpp"
#include "voxel_problem.hpp"

#include <cstdint>
#include <functional>
#include <vector>

/// \file
/// Random clouds that are the same on every machine.

namespace robocache_test {

/// Where the points of a cloud are.
enum class cloud {
  uniform,   ///< all over the grid and a little beyond
  runs,      ///< neighbours in memory are neighbours in space, as a LiDAR's rings
  crowded,   ///< half of all in one voxel
  one_voxel  ///< all of them
};

struct random_voxel_shape {
  std::int64_t points = 200;
  std::int64_t channels = 3;
  std::int64_t extents[3] = {0, 0, 0};  ///< 0: random, 1 to 9
  cloud where = cloud::uniform;
  bool special_points = true;    ///< NaN, infinities, huge, denormal and -0 coordinates
  bool special_values = true;    ///< such features
  int decades = 0;               ///< magnitudes of features span so many powers of ten more
  bool random_options = false;   ///< empty value, NaN policy
  std::int64_t far_origin = -1;  ///< 1: hundreds of kilometres off, 0: near, -1: random
};

voxel_problem random_voxel_problem(random_source& random, const voxel_types& types,
                                   const random_voxel_shape& shape);

/// The same points and features in another order.
voxel_problem shuffled(random_source& random, const voxel_problem& work);

/// The points `[first, last)` alone.
voxel_problem part_of(const voxel_problem& work, std::int64_t first, std::int64_t last);

/// For all that the back end under test was compiled for.
using voxel_test = std::function<void(random_source&, const voxel_types&)>;
void for_all_voxel_types(std::uint64_t seed, const voxel_test& test);
/// For those with features.
void for_all_feature_types(std::uint64_t seed, const voxel_test& test);

}  // namespace robocache_test
