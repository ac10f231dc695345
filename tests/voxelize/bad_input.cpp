// SPDX-License-Identifier: Apache-2.0
#include "sound_voxel_call.hpp"

#include <cstdint>
#include <limits>
#include <string>

// Every way a call can be wrong: the message names the argument and the numbers, nothing is
// written.

using namespace robocache_test;
using robocache::grid_update;
using robocache::nan_policy;

namespace {

constexpr std::int64_t far = std::int64_t{1} << 62;
const double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

template <class T>
void shift_bytes(T*& pointer, int bytes) {
  pointer = reinterpret_cast<T*>(reinterpret_cast<std::uintptr_t>(pointer) +
                                 static_cast<std::uintptr_t>(bytes));
}
void shift_bytes(void*& pointer, int bytes) {
  pointer = static_cast<char*>(pointer) + bytes;
}

}  // namespace

TEST_CASE("the sound call is sound", "[voxel][bad]") {
  for (const voxel_operations& entry : tested_voxel()) {
    const voxel_problem work = sound_problem(entry.types);
    voxel_setup how;
    how.count = 5;
    CHECK(check(work, how) == "");
    CHECK_FALSE(run(work, how).untouched);
  }
}

TEST_CASE("grids that are none", "[voxel][bad]") {
  both_refused("voxelize: grid.origin is nan along x, must be finite",
               [](any_voxel_call& c) { c.grid.origin[0] = not_a_number; });
  both_refused("voxelize: grid.origin is inf along y, must be finite",
               [](any_voxel_call& c) { c.grid.origin[1] = infinity; });
  both_refused("voxelize: grid.origin is -inf along z, must be finite",
               [](any_voxel_call& c) { c.grid.origin[2] = -infinity; });
  both_refused("voxelize: grid.voxel_size is 0 along x, must be positive",
               [](any_voxel_call& c) { c.grid.voxel_size[0] = 0; });
  both_refused("voxelize: grid.voxel_size is -0 along y, must be positive",
               [](any_voxel_call& c) { c.grid.voxel_size[1] = -0.0; });
  both_refused("voxelize: grid.voxel_size is -0.5 along z, must be positive",
               [](any_voxel_call& c) { c.grid.voxel_size[2] = -0.5; });
  both_refused("voxelize: grid.voxel_size is nan along x, must be positive",
               [](any_voxel_call& c) { c.grid.voxel_size[0] = not_a_number; });
  both_refused("voxelize: grid.voxel_size is inf along x, must be positive",
               [](any_voxel_call& c) { c.grid.voxel_size[0] = infinity; });
  both_refused("voxelize: grid.extents is 0 along x, must be 1 to 2147483647 voxels",
               [](any_voxel_call& c) { c.grid.extents[0] = 0; });
  both_refused("voxelize: grid.extents is -3 along y, must be 1 to 2147483647 voxels",
               [](any_voxel_call& c) { c.grid.extents[1] = -3; });
  both_refused("voxelize: grid.extents is 2147483648 along z, must be 1 to 2147483647 voxels",
               [](any_voxel_call& c) { c.grid.extents[2] = std::int64_t{1} << 31; });
  both_refused("voxelize: grid.extents has 9.90352e+27 voxels, at most 1e18 are supported",
               [](any_voxel_call& c) {
                 for (std::int64_t& extent : c.grid.extents) extent = 0x7fffffff;
               });
}

TEST_CASE("points that are none", "[voxel][bad]") {
  both_refused("voxelize: points has size -1, must be 0 to 2147483647",
               [](any_voxel_call& c) { c.points.size = -1; });
  both_refused("voxelize: points has size 2147483648, must be 0 to 2147483647",
               [](any_voxel_call& c) { c.points.size = std::int64_t{1} << 31; });
  both_refused("voxelize: points is a null pointer but has size 5",
               [](any_voxel_call& c) { c.points.data = nullptr; });
  both_refused("voxelize: points has step 4611686018427387904, more than 63-bit offsets reach",
               [](any_voxel_call& c) { c.points.step = far; });
  both_refused("voxelize: points has extent 4 in dimension 1, must be 3",
               [](any_voxel_call& c) { c.points.coordinates = 4; });
  both_refused("voxelize: points has extent 2 in dimension 1, must be 3",
               [](any_voxel_call& c) { c.points.coordinates = 2; });
  both_refused("voxelize: points.offsets[2] is 4611686018427387904 bytes, out of range",
               [](any_voxel_call& c) { c.points.offsets[2] = far; });
  both_refused("voxelize: points.offsets[0] is -4611686018427387904 bytes, out of range",
               [](any_voxel_call& c) { c.points.offsets[0] = -far; });
  both_refused("voxelize: points.count is at address 0x...",
               [](any_voxel_call& c) { shift_bytes(c.points.count, 2); });
}

TEST_CASE("features that are none", "[voxel][bad]") {
  const auto mean_refused = [](const std::string& message, const voxel_change& what) {
    refused(mean_of_float, message, what);
  };
  mean_refused("voxelize: features has -1 channels, must be 0 to 262144",
               [](any_voxel_call& c) { c.features.channels = -1; });
  mean_refused("voxelize: features has 262145 channels, must be 0 to 262144",
               [](any_voxel_call& c) { c.features.channels = 262145; });
  mean_refused("voxelize: features has size 4, points has 5",
               [](any_voxel_call& c) { c.features.size = 4; });
  mean_refused("voxelize: features has size 6, points has 5",
               [](any_voxel_call& c) { c.features.size = 6; });
  mean_refused("voxelize: features is a null pointer but has size 5",
               [](any_voxel_call& c) { c.features.data = nullptr; });
  mean_refused("voxelize: features has step -4611686018427387904, more than 63-bit offsets reach",
               [](any_voxel_call& c) { c.features.step = -far; });
  mean_refused(
      "voxelize: features has channel_step 4611686018427387904, more than 63-bit offsets reach",
      [](any_voxel_call& c) { c.features.channel_step = far; });
}

TEST_CASE("outputs of another shape", "[voxel][bad]") {
  both_refused("voxelize: output has extent 3 in dimension 0, grid.extents (z) has 2",
               [](any_voxel_call& c) { c.output.extents[0] = 3; });
  both_refused("voxelize: output has extent 2 in dimension 1, grid.extents (y) has 3",
               [](any_voxel_call& c) { c.output.extents[1] = 2; });
  both_refused("voxelize: output has extent 39 in dimension 2, grid.extents (x) has 40",
               [](any_voxel_call& c) { c.output.extents[2] = 39; });
  refused(bits_of_float,
          "voxelize: output has extent 1 in dimension 2, grid.extents (x), in words of 32, has 2",
          [](any_voxel_call& c) { c.output.extents[2] = 1; });
  refused(mean_of_float, "voxelize: output has extent 2 in dimension 3, features (channels) has 3",
          [](any_voxel_call& c) { c.output.extents[3] = 2; });
  both_refused("voxelize: output has negative extent -2 in dimension 0",
               [](any_voxel_call& c) { c.output.extents[0] = -2; });
  both_refused("voxelize: output is a null pointer but has ...",
               [](any_voxel_call& c) { c.output.data = nullptr; });
  both_refused("voxelize: output is at address 0x...",
               [](any_voxel_call& c) { shift_bytes(c.output.data, 2); });
  both_refused("voxelize: output spans ...", [](any_voxel_call& c) { c.output.strides[0] = far; });
  both_refused("voxelize: output overlaps itself: stride 1 in dimension 1, ...",
               [](any_voxel_call& c) { c.output.strides[1] = 1; });
  refused(mean_of_float, "voxelize: output overlaps itself: stride 0 in dimension 3, ...",
          [](any_voxel_call& c) { c.output.strides[3] = 0; });
}

TEST_CASE("reports that are wrong", "[voxel][bad]") {
  const auto mean_refused = [](const std::string& message, const voxel_change& what) {
    refused(mean_of_float, message, what);
  };
  mean_refused("voxelize: reports.counts has extent 1 in dimension 0, grid.extents (z) has 2",
               [](any_voxel_call& c) { c.counts.extents[0] = 1; });
  mean_refused("voxelize: reports.counts has extent 2 in dimension 1, grid.extents (y) has 3",
               [](any_voxel_call& c) { c.counts.extents[1] = 2; });
  mean_refused("voxelize: reports.counts has extent 39 in dimension 2, grid.extents (x) has 40",
               [](any_voxel_call& c) { c.counts.extents[2] = 39; });
  mean_refused("voxelize: reports.counts is a null pointer but has 240 elements",
               [](any_voxel_call& c) { c.counts.data = nullptr; });
  mean_refused("voxelize: reports.counts is at address 0x...",
               [](any_voxel_call& c) { shift_bytes(c.counts.data, 1); });
  mean_refused("voxelize: reports.counts overlaps itself: stride 0 in dimension 2, ...",
               [](any_voxel_call& c) { c.counts.strides[2] = 0; });
  both_refused("voxelize: reports.counters is at address 0x...",
               [](any_voxel_call& c) { shift_bytes(c.counters, 4); });
  refused(count_of_float,
          "voxelize: reports.counts is set, but only reductions of features write it",
          [](any_voxel_call& c) {
            c.counts = {c.output.data, {2, 3, 40}, {120, 40, 1}};
          });
}

TEST_CASE("workspaces that do not do", "[voxel][bad]") {
  for (const voxel_operations& entry : tested_voxel()) {
    const std::size_t needed =
        entry.workspace_bytes(5, sound_problem(entry.types).grid, tested().where());
    REQUIRE(needed > 0);
    refused(entry.types,
            "voxelize: workspace has " + std::to_string(needed - 1) + " bytes, this call needs " +
                std::to_string(needed) + " (voxelize_workspace_bytes)",
            [](any_voxel_call& c) { --c.space.bytes; });
    refused(entry.types,
            "voxelize: workspace has 0 bytes, this call needs " + std::to_string(needed) +
                " (voxelize_workspace_bytes)",
            [](any_voxel_call& c) { c.space = {}; });
    refused(entry.types,
            "voxelize: workspace is a null pointer but has " + std::to_string(needed) + " bytes",
            [](any_voxel_call& c) { c.space.data = nullptr; });
    refused(entry.types, "voxelize: workspace is at address 0x...",
            [](any_voxel_call& c) { shift_bytes(c.space.data, 8); });
  }
}

TEST_CASE("the workspace of arguments that make no sense is 0, of more points no less",
          "[voxel][bad]") {
  for (const voxel_operations& entry : tested_voxel()) {
    any_grid grid = sound_problem(entry.types).grid;
    const auto bytes = [&](std::int64_t points) {
      return entry.workspace_bytes(points, grid, tested().where());
    };
    std::size_t last = 0;
    for (std::int64_t points = 0; points < 100000; points = points * 3 / 2 + 1) {
      CHECK(bytes(points) >= last);
      CHECK(bytes(points) < std::size_t{100000} + 200 * static_cast<std::size_t>(points));
      last = bytes(points);
    }
    CHECK(bytes(-1) == 0);
    grid.extents[1] = 0;
    CHECK(bytes(10) == 0);
    grid.extents[1] = 3;
    grid.voxel_size[0] = not_a_number;
    CHECK(bytes(10) == 0);
  }
}

TEST_CASE("options that are none", "[voxel][bad]") {
  both_refused("voxelize: options.update is 2, not one of 0..1",
               [](any_voxel_call& c) { c.options.update = static_cast<grid_update>(2); });
  both_refused("voxelize: options.nans is 200, not one of 0..1",
               [](any_voxel_call& c) { c.options.nans = static_cast<nan_policy>(200); });
  refused(mean_of_float,
          "voxelize: reports.counts is empty, grid_update::accumulate needs it to tell which "
          "voxels hold something",
          [](any_voxel_call& c) {
            c.options.update = grid_update::accumulate;
            c.counts = {};
          });
  refused(mean_of_float,
          "voxelize: options.nans is ignore, but counts do not tell how many values a mean had "
          "without its NaNs, which grid_update::accumulate would need",
          [](any_voxel_call& c) {
            c.options.update = grid_update::accumulate;
            c.options.nans = nan_policy::ignore;
          });
  refused({scalar_kind::f32, robocache::reduction::variance},
          "voxelize: options.update is accumulate, but what this reduction left in a voxel does "
          "not tell enough to go on from there",
          [](any_voxel_call& c) { c.options.update = grid_update::accumulate; });
}

TEST_CASE("transforms that are not rigid", "[voxel][bad]") {
  both_refused("voxelize: options.transform.rotation[4] is nan, must be finite",
               [](any_voxel_call& c) { c.options.transform.rotation[4] = not_a_number; });
  both_refused("voxelize: options.transform.rotation[0] is -inf, must be finite",
               [](any_voxel_call& c) { c.options.transform.rotation[0] = -infinity; });
  both_refused("voxelize: options.transform.translation[2] is inf, must be finite",
               [](any_voxel_call& c) { c.options.transform.translation[2] = infinity; });
  both_refused("voxelize: options.transform.translation[0] is nan, must be finite",
               [](any_voxel_call& c) { c.options.transform.translation[0] = not_a_number; });
  both_refused(
      "voxelize: options.transform.translation[1] is 1e+39, too large for the points' type",
      [](any_voxel_call& c) { c.options.transform.translation[1] = 1e39; });
  both_refused(
      "voxelize: options.transform is not rigid: rows 0 and 0 of the rotation have the dot product "
      "4, must be 1",
      [](any_voxel_call& c) { c.options.transform.rotation[0] = 2; });
  both_refused(
      "voxelize: options.transform is not rigid: rows 0 and 1 of the rotation have the dot product "
      "0.25, must be 0",
      [](any_voxel_call& c) { c.options.transform.rotation[3] = 0.25; });
  both_refused(
      "voxelize: options.transform is not rigid: the rotation has determinant -1, it mirrors",
      [](any_voxel_call& c) { c.options.transform.rotation[8] = -1; });
  both_refused("voxelize: options.transform is not rigid: rows 0 and 0 ...", [](any_voxel_call& c) {
    for (double& r : c.options.transform.rotation) r = 0;
  });
}
