// SPDX-License-Identifier: Apache-2.0
#include "sound_voxel_call.hpp"

#include <cstdint>
#include <string>

// Outputs that are inputs, and outputs that are each other.

using namespace robocache_test;

namespace {

char* bytes(const void* p) {
  return static_cast<char*>(const_cast<void*>(p));
}

}  // namespace

TEST_CASE("outputs over inputs", "[voxel][bad]") {
  both_refused("voxelize: output overlaps points: bytes ...",
               [](any_voxel_call& c) { c.output.data = bytes(c.points.data); });
  both_refused("voxelize: output overlaps points: bytes ...", [](any_voxel_call& c) {
    c.points.data = bytes(c.output.data) + 400;  // in its middle
  });
  both_refused("voxelize: output overlaps points.count: bytes ...", [](any_voxel_call& c) {
    c.points.count = static_cast<const std::uint32_t*>(c.output.data) + 7;
  });
  refused(mean_of_float, "voxelize: output overlaps features: bytes ...",
          [](any_voxel_call& c) { c.features.data = bytes(c.output.data) + 40; });
  refused(mean_of_float, "voxelize: reports.counts overlaps features: bytes ...",
          [](any_voxel_call& c) { c.features.data = bytes(c.counts.data) + 40; });
  refused(mean_of_float, "voxelize: reports.counts overlaps points: bytes ...",
          [](any_voxel_call& c) { c.points.data = c.counts.data; });
  both_refused("voxelize: reports.counters overlaps points: bytes ...",
               [](any_voxel_call& c) { c.points.data = c.counters; });
  both_refused("voxelize: workspace overlaps points: bytes ...",
               [](any_voxel_call& c) { c.points.data = c.space.data; });
  both_refused("voxelize: workspace overlaps points.count: bytes ...", [](any_voxel_call& c) {
    c.points.count = static_cast<const std::uint32_t*>(c.space.data) + 1;
  });
  refused(mean_of_float, "voxelize: workspace overlaps features: bytes ...",
          [](any_voxel_call& c) { c.features.data = bytes(c.space.data) + 8; });
}

TEST_CASE("outputs over outputs", "[voxel][bad]") {
  refused(mean_of_float, "voxelize: reports.counts overlaps output: bytes ...",
          [](any_voxel_call& c) { c.counts.data = c.output.data; });
  both_refused("voxelize: reports.counters overlaps output: bytes ...", [](any_voxel_call& c) {
    c.counters = reinterpret_cast<robocache::voxel_counters*>(bytes(c.output.data) + 64);
  });
  both_refused("voxelize: workspace overlaps output: bytes ...",
               [](any_voxel_call& c) { c.space.data = bytes(c.output.data) + 32; });
  refused(mean_of_float, "voxelize: workspace overlaps reports.counts: bytes ...",
          [](any_voxel_call& c) { c.space.data = bytes(c.counts.data) + 32; });
}

TEST_CASE("features inside the records of the points are no overlap", "[voxel][bad]") {
  // Input may overlap input.
  if (find(tested_voxel(), mean_of_float) == nullptr) return;
  prepared_voxels sound(tested(), tested_voxel(), sound_problem(mean_of_float));
  sound.call.features.data = sound.call.points.data;
  sound.call.features.step = sound.call.points.step;
  const voxel_outcome got = sound.collect(sound.launch(tested().where()));
  CHECK(std::string(got.status.message()) == "");
}
