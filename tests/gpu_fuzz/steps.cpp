// SPDX-License-Identifier: Apache-2.0
#include "steps.hpp"

namespace robocache_test {

const char* name_of(step_kind kind) {
  constexpr const char* names[step_kinds] = {"resample",   "brackets", "rows",        "fuse",
                                             "grouped",    "sensors",  "fused_rows",  "voxelize",
                                             "crowds",     "scans",    "coordinates", "points",
                                             "accumulate", "unpack",   "pipeline"};
  return names[static_cast<int>(kind)];
}

void add_steps(std::vector<step>& to, step_kind kind, const workshop& at) {
  switch (kind) {
    case step_kind::resample:
    case step_kind::brackets:
    case step_kind::rows:
      return add_resample_steps(to, kind, at);
    case step_kind::fuse:
    case step_kind::grouped:
    case step_kind::sensors:
    case step_kind::fused_rows:
      return add_fuse_steps(to, kind, at);
    case step_kind::unpack:
      return add_unpack_steps(to, at);
    case step_kind::pipeline:
      return at.random.chance(0.5) ? add_resample_steps(to, kind, at)
                                   : add_voxel_steps(to, kind, at);
    default:
      return add_voxel_steps(to, kind, at);
  }
}

}  // namespace robocache_test
