// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/status.hpp>
#include <robocache/voxelize/options.hpp>

#include "backend.hpp"
#include "engines.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

/// \file
/// A call of `voxelize` with its types erased, and the table of what a back end can run.

namespace robocache_test {

/// Types of one call. `in` and `out` mean nothing for reductions without features.
struct voxel_types {
  scalar_kind point = scalar_kind::f32;
  robocache::reduction reduce = robocache::reduction::count;
  scalar_kind in = scalar_kind::f32;
  scalar_kind out = scalar_kind::f32;
};

inline bool has_features(robocache::reduction r) {
  return r != robocache::reduction::count && r != robocache::reduction::occupancy &&
         r != robocache::reduction::occupancy_bits;
}
/// The rest of what a variance is made of is not in the grid.
inline bool accumulates(const voxel_types& types) {
  return types.reduce != robocache::reduction::variance;
}
inline bool operator==(const voxel_types& a, const voxel_types& b) {
  return a.point == b.point && a.reduce == b.reduce &&
         (!has_features(a.reduce) || (a.in == b.in && a.out == b.out));
}
inline std::size_t output_bytes(const voxel_types& types) {
  if (has_features(types.reduce)) return size_of(types.out);
  return types.reduce == robocache::reduction::occupancy ? 1 : 4;
}

/// A `point_view` of either type.
struct any_points {
  const void* data = nullptr;
  std::int64_t size = 0;
  std::int64_t step = 0;
  std::int64_t offsets[3] = {};
  const std::uint32_t* count = nullptr;
  std::int64_t coordinates = 3;
};

/// A `feature_view` of any type.
struct any_features {
  const void* data = nullptr;
  std::int64_t size = 0;
  std::int64_t channels = 0;
  std::int64_t step = 0;
  std::int64_t channel_step = 0;
  int first = 0;  ///< where they are coordinates: the first
};

/// A `voxel_grid` of either type; what it holds is rounded to it.
struct any_grid {
  double origin[3] = {};
  double voxel_size[3] = {1, 1, 1};
  std::int64_t extents[3] = {1, 1, 1};

  std::int64_t cells() const { return extents[0] * extents[1] * extents[2]; }
};

struct any_voxel_call {
  any_points points;
  any_features features;
  any_grid grid;
  any_view<4> output;  ///< without its last dimension for reductions without features
  any_view<3> counts;
  robocache::voxel_counters* counters = nullptr;
  robocache::voxel_options options;
  robocache::workspace space;
};

/// Who adds points at level 1.
enum class voxel_group { serial, block, grid, tiles };

/// What one combination of types can do.
struct voxel_operations {
  voxel_types types;
  robocache::status (*voxelize)(const any_voxel_call&, const any_where&) = nullptr;
  std::size_t (*workspace_bytes)(std::int64_t points, const any_grid&, const any_where&) = nullptr;
  /// `voxelize_points`, which adds to the output, with counters that are added up in
  /// `call.counters`; null for reductions of features.
  robocache::status (*add_points)(const any_voxel_call&, voxel_group, const any_where&) = nullptr;
};

/// What the CPU back end and the one under test were compiled for.
inline const std::vector<voxel_operations>& cpu_voxel() {
  return all_linked<voxel_operations, on_cpu>();
}
inline const std::vector<voxel_operations>& tested_voxel() {
  return tested().on_device() ? all_linked<voxel_operations, on_cuda>() : cpu_voxel();
}

/// Null if not compiled.
inline const voxel_operations* find(const std::vector<voxel_operations>& in,
                                    const voxel_types& types) {
  for (const voxel_operations& candidate : in) {
    if (candidate.types == types) return &candidate;
  }
  return nullptr;
}

}  // namespace robocache_test
