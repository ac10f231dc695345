// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample/groups.hpp>
#include <robocache/status.hpp>

#include "backend.hpp"
#include "engines.hpp"

#include <cstdint>
#include <vector>

/// \file
/// A call of `fuse` with its types erased, and the table of what a back end can run.

namespace robocache_test {

/// The end of the stream before: `robocache::after_previous`.
inline constexpr std::int64_t next_column = -1;

/// A `sensor_stream`.
struct any_stream {
  scalar_kind in = scalar_kind::f32;
  any_view<3> values;
  any_view<2> times;
  any_view<1> lengths;
  any_view<1> offsets;
  bool packed = false;
  robocache::channel_groups groups;
  any_policy policy;
  any_view<1> scale;
  any_view<1> shift;
  std::int64_t column = next_column;
};

/// A `target_view`.
struct any_targets {
  any_view<2> times;    ///< targets, or anchors
  int rank = 2;         ///< 1: one grid for all, `times` without its dimension 0
  any_view<1> windows;  ///< durations
  bool windowed = false;
};

struct any_fuse_call {
  std::vector<any_stream> streams;
  any_targets targets;
  any_view<3> output;
  std::vector<any_view<3>> outputs;  ///< one per stream, instead of `output`, if `separate`
  bool separate = false;
  any_view<3> statuses;
  any_view<3> ages;
};

/// Types of one `sensor_stream` and of its output.
struct fuse_types {
  time_kind time;
  std::vector<scalar_kind> in;
  scalar_kind out;
};

/// What one set of types can do.
struct fuse_operations {
  fuse_types types;
  robocache::status (*fuse)(const any_fuse_call&, const any_where&) = nullptr;
  /// `resample` of one stream, by the overload for groups; only for the scalar types `resampled`.
  std::vector<scalar_kind> resampled;
  robocache::status (*resample)(const any_stream&, const any_targets&, const any_view<3>& output,
                                const any_view<2>& statuses, const any_where&) = nullptr;
  /// Level 1 for every row of streams that are padded and without lengths, one stream of each
  /// scalar type in their order; null where not compiled.
  robocache::status (*fuse_rows)(const any_fuse_call&, group_kind, const any_where&) = nullptr;
  /// For calls of the three streams bf16, f32, f32; null where not compiled.
  robocache::status (*fuse_sensors)(const any_fuse_call&, const any_where&) = nullptr;
};

/// What the CPU back end and the one under test were compiled for.
inline const std::vector<fuse_operations>& cpu_fuse() {
  return all_linked<fuse_operations, on_cpu>();
}
inline const std::vector<fuse_operations>& tested_fuse() {
  return tested().on_device() ? all_linked<fuse_operations, on_cuda>() : cpu_fuse();
}

/// Whether that is every set of `fuse_sets.hpp`; a build for one set alone lacks some types.
inline bool all_fuse_sets_compiled() {
  return tested_fuse().size() > 1;
}

}  // namespace robocache_test
