// SPDX-License-Identifier: Apache-2.0
#include "random_voxel_problem.hpp"

#include "../reference/numbers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace robocache_test {
namespace {

std::uint64_t special_coordinate(random_source& random, scalar_kind kind) {
  const double infinity = std::numeric_limits<double>::infinity();
  switch (random.between(0, 6)) {
    case 0:
      return encode(kind, infinity);
    case 1:
      return encode(kind, -infinity);
    case 2:
      return encode(kind, -0.0);
    case 3:  // quiet or signalling, of any payload
      return (kind == scalar_kind::f32 ? 0x7f800001u : 0x7ff0000000000001u) |
             (random.bits() >> (kind == scalar_kind::f32 ? 42 : 13));
    case 4:
      return random.bits() & 0xffffu;  // denormal
    case 5:
      return encode(kind, random.chance(0.5) ? 1e38 : -1e38);
    default:
      return kind == scalar_kind::f32 ? random.bits() & 0xffffffffu : random.bits();
  }
}

any_grid random_grid(random_source& random, const random_voxel_shape& shape) {
  constexpr double sizes[] = {0.1, 0.16, 0.32, 0.075, 0.15625, 0.2, 1, 3.3};
  any_grid grid;
  const bool far = shape.far_origin < 0 ? random.chance(0.3) : shape.far_origin == 1;
  for (int i = 0; i < 3; ++i) {
    grid.voxel_size[i] = sizes[random.between(0, 7)];
    grid.extents[i] = shape.extents[i] > 0 ? shape.extents[i] : random.between(1, 9);
    grid.origin[i] = (random.unit() * 2 - 1) * (far ? 5e5 : 3);
    if (random.chance(0.2)) grid.origin[i] = 0;
  }
  return grid;
}

/// A feature whose magnitude may span many decades, and is sometimes special.
std::uint64_t feature(random_source& random, scalar_kind kind, const random_voxel_shape& shape) {
  if (shape.special_values && random.chance(0.02)) return random_value(random, kind, true);
  if (shape.decades == 0) return random_value(random, kind, false);
  const double exponent = (random.unit() - 0.5) * shape.decades;
  return encode(kind, (random.chance(0.5) ? 1 : -1) * std::pow(10.0, exponent));
}

}  // namespace

voxel_problem random_voxel_problem(random_source& random, const voxel_types& types,
                                   const random_voxel_shape& shape) {
  voxel_problem work;
  work.types = types;
  work.grid = random_grid(random, shape);
  if (work.featured()) work.channels = shape.channels;
  double at[3] = {random.unit(), random.unit(), random.unit()};  // in the grid, 0 to 1
  for (std::int64_t n = 0; n < shape.points; ++n) {
    const bool stay =
        shape.where == cloud::one_voxel || (shape.where == cloud::crowded && random.chance(0.5));
    for (int i = 0; i < 3; ++i) {
      const auto extent = static_cast<double>(work.grid.extents[i]);
      double place = random.unit() * 1.2 - 0.1;
      if (shape.where == cloud::runs) {
        at[i] += (random.unit() - 0.5) * 0.1 / extent;
        if (random.chance(0.02) || at[i] < -0.1 || at[i] > 1.1) at[i] = place;
        place = at[i];
      }
      if (stay) place = 0.5 / extent;
      const double p = work.grid.origin[i] + place * extent * work.grid.voxel_size[i];
      const bool special = shape.special_points && random.chance(0.01);
      work.points.push_back(special ? special_coordinate(random, types.point)
                                    : encode(types.point, p));
    }
    for (std::int64_t c = 0; c < work.channels; ++c) {
      work.features.push_back(feature(random, types.in, shape));
    }
  }
  if (shape.random_options) {
    if (random.chance(0.5)) work.options.nans = robocache::nan_policy::ignore;
    constexpr float empty[] = {0, -1.5f, 3.14159f, std::numeric_limits<float>::quiet_NaN(),
                               -std::numeric_limits<float>::infinity()};
    work.options.empty_value = empty[random.between(0, 4)];
  }
  return work;
}

voxel_problem shuffled(random_source& random, const voxel_problem& work) {
  voxel_problem result = work;
  const auto depth = static_cast<std::size_t>(work.channels);
  for (std::int64_t i = work.size() - 1; i > 0; --i) {
    const auto a = static_cast<std::size_t>(i);
    const auto b = static_cast<std::size_t>(random.between(0, i));
    if (a == b) continue;
    for (std::size_t k = 0; k < 3; ++k)
      std::swap(result.points[3 * a + k], result.points[3 * b + k]);
    for (std::size_t c = 0; c < depth; ++c) {
      std::swap(result.features[depth * a + c], result.features[depth * b + c]);
    }
  }
  return result;
}

voxel_problem part_of(const voxel_problem& work, std::int64_t first, std::int64_t last) {
  voxel_problem result = work;
  result.points.assign(work.points.begin() + 3 * first, work.points.begin() + 3 * last);
  result.features.assign(work.features.begin() + work.channels * first,
                         work.features.begin() + work.channels * last);
  return result;
}

void for_all_voxel_types(std::uint64_t seed, const voxel_test& test) {
  for (const voxel_operations& entry : tested_voxel()) {
    random_source random(seed);
    test(random, entry.types);
  }
}

void for_all_feature_types(std::uint64_t seed, const voxel_test& test) {
  for (const voxel_operations& entry : tested_voxel()) {
    random_source random(seed);
    if (has_features(entry.types.reduce)) test(random, entry.types);
  }
}

}  // namespace robocache_test
