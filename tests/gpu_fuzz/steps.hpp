// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/random_problem.hpp"
#include "arena.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

/// \file
/// Random calls of every operation in the memory of a round.

namespace robocache_test {

/// What the calls are drawn from.
enum class step_kind {
  resample,     ///< padded, with lengths, packed
  brackets,     ///< find_brackets and apply_brackets
  rows,         ///< resample_row in a kernel of the tests', by any group
  fuse,         ///< with windows, separate outputs, reports, groups
  grouped,      ///< resample of channel groups
  sensors,      ///< fuse_sensors
  fused_rows,   ///< fuse_row in a kernel of the tests'
  voxelize,     ///< marks and features
  crowds,       ///< many points in few voxels
  scans,        ///< more points than are added one by one
  coordinates,  ///< features that are the points' coordinates
  points,       ///< voxelize_points in a kernel of the tests'
  accumulate,   ///< a cloud, and more onto the same grid
  unpack,       ///< fields of PointCloud2 messages, and their stamps
  pipeline      ///< calls that read, and overwrite, what those before them left
};
inline constexpr int step_kinds = 15;
const char* name_of(step_kind kind);

/// A call, ready to be made by the target and by the CPU back end.
struct step {
  step_kind kind = step_kind::resample;
  std::string title;
  bool after_previous = false;  ///< reads what the step before writes: belongs on its stream
  std::function<robocache::status(const any_where&)> on_target;
  std::function<robocache::status()> on_cpu;  ///< on the image `expected`
  /// Other data of the same shapes in the image `before`.
  std::function<void(random_source&)> redraw;
  /// The addresses in the target's memory, by name.
  std::vector<std::pair<const char*, const void*>> addresses;
};

/// Where a step is made.
struct workshop {
  arena& memory;
  random_source& random;
  std::uint64_t turn;           ///< the types' turn: each combination has its own
  const void* space = nullptr;  ///< of all calls together, if they take turns on one stream
  std::size_t space_bytes = 0;
  bool small = false;  ///< for sanitizers
};

/// Appends one step, or those that hang together.
void add_steps(std::vector<step>& to, step_kind kind, const workshop& at);

// The same by operation.
void add_resample_steps(std::vector<step>& to, step_kind kind, const workshop& at);
void add_fuse_steps(std::vector<step>& to, step_kind kind, const workshop& at);
void add_voxel_steps(std::vector<step>& to, step_kind kind, const workshop& at);
void add_unpack_steps(std::vector<step>& to, const workshop& at);

}  // namespace robocache_test
