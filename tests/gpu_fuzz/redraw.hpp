// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/fuse_call.hpp"
#include "../support/random_problem.hpp"
#include "../support/voxel_call.hpp"
#include "arena.hpp"

#include <vector>

/// \file
/// Other data in the place of a call's, with the same addresses, strides and options: what a graph
/// finds when it is replayed. Everything that a call has behind a pointer changes: lengths,
/// offsets, numbers of points, windows, scale and shift too. All addresses are of the host.

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
/// A window's place relative to its anchor: near, or so far that the sum is no stamp.
stamp random_delta(random_source& random, time_kind time);
void redraw_windows(random_source& random, const any_view<1>& windows, time_kind time);
/// Of a call of these types; each of the two may be absent.
void redraw_normalization(random_source& random, const combination& types, const any_view<1>& scale,
                          const any_view<1>& shift);
void redraw_points(random_source& random, const any_voxel_call& call, scalar_kind kind);
void redraw_features(random_source& random, const any_voxel_call& call, scalar_kind kind);

}  // namespace robocache_test
