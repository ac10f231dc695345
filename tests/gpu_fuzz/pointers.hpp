// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../support/call.hpp"
#include "../support/fuse_call.hpp"
#include "../support/voxel_call.hpp"
#include "arena.hpp"
#include "unpack_call.hpp"

/// \file
/// Every address of a call with its types erased, by name.

namespace robocache_test {

template <class Do>
void for_each_pointer(any_call& call, const Do& act) {
  act("values", call.values.data);
  act("times", call.times.data);
  act("lengths", call.lengths.data);
  act("offsets", call.offsets.data);
  act("targets", call.targets.data);
  act("output", call.output.data);
  act("statuses", call.statuses.data);
  act("scale", call.scale.data);
  act("shift", call.shift.data);
  act("left", call.left.data);
  act("right", call.right.data);
  act("weight", call.weight.data);
}

template <class Do>
void for_each_pointer(any_fuse_call& call, const Do& act) {
  for (any_stream& stream : call.streams) {
    act("a stream's values", stream.values.data);
    act("a stream's times", stream.times.data);
    act("a stream's lengths", stream.lengths.data);
    act("a stream's offsets", stream.offsets.data);
    act("a stream's scale", stream.scale.data);
    act("a stream's shift", stream.shift.data);
  }
  act("targets", call.targets.times.data);
  act("windows", call.targets.windows.data);
  act("output", call.output.data);
  for (any_view<3>& output : call.outputs) act("an output", output.data);
  act("statuses", call.statuses.data);
  act("ages", call.ages.data);
}

template <class Do>
void for_each_pointer(any_voxel_call& call, const Do& act) {
  act("points", call.points.data);
  act("points.count", call.points.count);
  act("features", call.features.data);
  act("output", call.output.data);
  act("counts", call.counts.data);
  act("counters", call.counters);
  act("workspace", call.space.data);
}

template <class Do>
void for_each_pointer(any_unpack_call& call, const Do& act) {
  act("message.data", call.data);
  act("output", call.output.data);
}

/// The same call in an image of the target's memory.
template <class Call>
Call in_image(const arena& memory, image which, Call call) {
  for_each_pointer(call, [&](const char*, auto& p) { p = memory.in(which, p); });
  return call;
}

}  // namespace robocache_test
