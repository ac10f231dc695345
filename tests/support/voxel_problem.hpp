// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../reference/voxel_reference.hpp"
#include "backend.hpp"
#include "guarded.hpp"
#include "voxel_call.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// \file
/// A voxelization as plain vectors, the ways to lay it out and to run it, and the check of the
/// outcome against the reference.

namespace robocache_test {

struct voxel_problem {
  voxel_types types;
  std::vector<std::uint64_t> points;    ///< [N, 3] bits
  std::vector<std::uint64_t> features;  ///< [N, F] bits
  std::int64_t channels = 0;            ///< F; 0 too for reductions without features
  any_grid grid;
  robocache::voxel_options options;
  std::vector<std::uint64_t> prior;         ///< the output before, of a call that accumulates
  std::vector<std::uint32_t> prior_counts;  ///< and its counts

  std::int64_t size() const { return static_cast<std::int64_t>(points.size() / 3); }
  bool featured() const { return has_features(types.reduce); }
  /// Elements of the output along x, and per voxel.
  std::int64_t row() const {
    const bool words = types.reduce == robocache::reduction::occupancy_bits;
    return words ? (grid.extents[0] + 31) / 32 : grid.extents[0];
  }
  std::int64_t depth() const { return featured() ? channels : 1; }
  void add(double x, double y, double z);
};

/// How the coordinates lie in memory, in bytes.
struct point_layout {
  std::int64_t step = 0;  ///< 0: dense [N, 3]
  std::int64_t offsets[3] = {};
  std::int64_t shift = 0;  ///< bytes that all is moved off the allocation
  bool backwards = false;  ///< the first point has the highest address
};

/// And the features.
struct feature_layout {
  bool in_records = false;        ///< with the points: at `offset` of each step
  std::int64_t offset = 0;        ///< of the first channel
  std::int64_t step = 0;          ///< 0: dense [N, F]
  std::int64_t channel_step = 0;  ///< 0: neighbours; negative: the last channel comes first
  std::int64_t shift = 0;
  bool backwards = false;
  int first = 0;  ///< where they are coordinates: the first
};

struct voxel_setup {
  point_layout points;
  feature_layout features;
  placement output;  ///< [nz, ny, nx, F], or 1 for F
  placement counts;
  bool with_counts = true;
  bool with_counters = true;
  /// What `points.count` says; -1: it is not set.
  std::int64_t count = -1;
  int threads = 0;
};

/// Where the points went: `voxel_counters`.
struct point_fates {
  std::uint64_t used = 0;
  std::uint64_t outside = 0;
  std::uint64_t not_finite = 0;
  std::uint64_t beyond = 0;
};
bool operator==(const point_fates& a, const point_fates& b);

/// What came out.
struct voxel_outcome {
  robocache::status status;
  std::vector<std::uint64_t> output;  ///< [nz, ny, nx, F] bits
  std::vector<std::uint32_t> counts;  ///< [nz, ny, nx], if asked for
  point_fates fates;                  ///< if asked for
  bool padding_intact = true;
  bool untouched = true;  ///< no output was written
};

/// Same bits everywhere both outcomes have something.
bool same_results(const voxel_outcome& a, const voxel_outcome& b);

/// A problem in a back end's memory, ready to be launched any number of times.
class prepared_voxels {
 public:
  prepared_voxels(backend& where, const std::vector<voxel_operations>& in,
                  const voxel_problem& work, const voxel_setup& how = {});

  robocache::status launch(const any_where& at) const;
  /// Waits, and reads everything back.
  voxel_outcome collect(const robocache::status& launched);
  /// Outputs as they were before the first launch.
  void reset();
  void set_count(std::uint32_t count);

  any_voxel_call call;  ///< may be changed before `launch`
  const voxel_operations* entry;
  guarded<1> point_bytes, feature_bytes, count;
  guarded<4> output;
  guarded<3> counts;
  guarded<1> counters;
  guarded<1> space;

 private:
  void store_inputs(const voxel_problem& work, const voxel_setup& how);

  backend* backend_;
  voxel_problem work_;
};

/// Prepares, launches and collects; `launch` waits for nothing.
voxel_outcome run(backend& where, const std::vector<voxel_operations>& in,
                  const voxel_problem& work, const voxel_setup& how = {});
/// On the back end under test.
voxel_outcome run(const voxel_problem& work, const voxel_setup& how = {});

/// What the reference says.
struct voxel_expectation {
  std::vector<value_range> output;
  std::vector<std::uint32_t> counts;  ///< prior counts included
  point_fates fates;
};
/// \param count  as `voxel_setup::count`
voxel_expectation expect(const voxel_problem& work, std::int64_t count = -1);

/// "" if the outcome is what the reference says, else a description of the first difference.
std::string difference(const voxel_problem& work, const voxel_expectation& expected,
                       const voxel_outcome& got);

/// Runs it on the back end under test and says what is wrong, "" for nothing.
std::string check(const voxel_problem& work, const voxel_setup& how = {});

/// For messages.
std::string title(const voxel_types& types);

/// The outcome as what a next call, which accumulates, finds.
void carry_on(voxel_problem& next, const voxel_outcome& from);

}  // namespace robocache_test
