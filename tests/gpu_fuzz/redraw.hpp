// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/fuse_call.hpp"
#include "../support/random_problem.hpp"
#include "../support/voxel_call.hpp"
#include "arena.hpp"

#include <vector>

/// \file
/// Other data in the place of a call's, with the same addresses, strides and options: what a graph
/// finds when it is replayed. Lengths, offsets and numbers of points change too, for the device
/// reads them. All addresses are of the host.

namespace robocache_test {

/// What stamps are between.
struct time_span {
  stamp first = 0;
  stamp last = 0;
};

/// A batch: values, stamps, lengths or offsets, some of which do not fit.
void redraw_batch(random_source& random, arena& memory, const any_stream& batch, time_kind time,
                  const time_span& span);
/// Targets or anchors: stamps of the batch, and others.
void redraw_targets(random_source& random, const any_view<2>& targets, time_kind time,
                    const time_span& span, const any_stream& near);
void redraw_points(random_source& random, const any_voxel_call& call, scalar_kind kind);
void redraw_features(random_source& random, const any_voxel_call& call, scalar_kind kind);

}  // namespace robocache_test
