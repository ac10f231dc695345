// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/coordinate_call.hpp"
#include "../support/random_voxel_problem.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

/// \file
/// Problems whose features are coordinates of their points.

namespace robocache_test {

/// Has the problem's features say what the library has to make of its points.
///
/// \param first  the first of the coordinates, `work.channels` of which are taken
inline void expect_coordinates(voxel_problem& work, robocache::relative_to to, int first) {
  work.features.clear();
  for (std::int64_t i = 0; i < work.size(); ++i) {
    const std::uint64_t* const point = &work.points[static_cast<std::size_t>(3 * i)];
    const bool inside =
        cell_reference(work.types.point, point, work.grid, work.options.transform).is ==
        reference_cell::fate::inside;
    for (int c = 0; c < work.channels; ++c) {
      work.features.push_back(inside ? coordinate_reference(work.types.point, point, first + c,
                                                            work.grid, work.options.transform, to)
                                     : 0);
    }
  }
}

/// About an axis that is none of the grid's.
inline robocache::rigid_transform tilted(double x, double y, double z) {
  const double c = std::cos(0.3);
  const double s = std::sin(0.3);
  // By 0.3 about z, then about x.
  return {{c, -s, 0, c * s, c * c, -s, s * s, c * s, c}, {x, y, z}};
}

/// A random problem of coordinates, and how it lies in memory.
struct coordinate_problem {
  voxel_problem work;
  voxel_setup how;
};

inline coordinate_problem random_coordinates(random_source& random,
                                             const coordinate_operations& entry,
                                             random_voxel_shape shape) {
  coordinate_problem made;
  const int first = static_cast<int>(random.between(0, 2));
  shape.channels = random.between(1, 3 - first);
  voxel_problem& work = made.work;
  work = random_voxel_problem(random, entry.run.types, shape);
  if (random.chance(0.7)) {
    // The cloud stays in the grid, more or less: what is there is turned about the grid's corner.
    double t[3];
    const robocache::rigid_transform turn = tilted(0, 0, 0);
    for (int i = 0; i < 3; ++i) {
      const double* const r = turn.rotation + 3 * i;
      const double* const o = work.grid.origin;
      t[i] = o[i] - (r[0] * o[0] + r[1] * o[1] + r[2] * o[2]) + 0.1 * (random.unit() - 0.5);
    }
    work.options.transform =
        random.chance(0.7) ? tilted(t[0], t[1], t[2])
                           : robocache::rigid_transform{{1, 0, 0, 0, 1, 0, 0, 0, 1}, {0, 0.01, 0}};
  }
  expect_coordinates(work, entry.to, first);
  voxel_setup& how = made.how;
  how.features.first = first;
  const auto real = static_cast<std::int64_t>(size_of(work.types.point));
  if (random.chance(0.6)) {
    const std::int64_t gap = random.between(0, 5);
    how.points = {3 * real + gap, {2 * real, 0, real}, random.between(0, 9), random.chance(0.3)};
    how.output.shift = random.between(0, 8);
    how.output.padding = {0, random.between(0, 3), random.between(0, 2), 0};
  }
  if (random.chance(0.2)) how.output.order = {3, 0, 1, 2};
  if (random.chance(0.3)) how.count = random.between(0, work.size() + 5);
  return made;
}

/// Runs it on one back end.
inline voxel_outcome run(backend& where, const coordinate_operations& entry,
                         const voxel_problem& work, const voxel_setup& how) {
  return run(where, std::vector<voxel_operations>{entry.run}, work, how);
}

}  // namespace robocache_test
