// SPDX-License-Identifier: Apache-2.0

#include <robocache/voxelize.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

/// \file
/// A reducer of your own: an occupancy map in log-odds. Each point is a beam's end (a hit) or a
/// place that a beam passed through (a miss), as its feature says. The same type works on a CUDA
/// stream.

// [snippet:reducer]
struct log_odds {
  float hit = 0.85f;
  float miss = -0.4f;
  float limit = 3.5f;

  struct state {  // whole numbers: in any order the sum is the same
    std::uint32_t hits = 0;
    std::uint32_t misses = 0;
  };
  ROBOCACHE_HD void add(state& s, std::uint32_t /*index*/, float value) const {
    (value > 0 ? s.hits : s.misses) += 1;
  }
  ROBOCACHE_HD void merge(state& s, const state& other) const {
    s.hits += other.hits;
    s.misses += other.misses;
  }
  ROBOCACHE_HD float finish(const state& s, const robocache::voxel_facts&) const {
    return clamped(update(s));
  }
  ROBOCACHE_HD float accumulate(float before, const state& s, const robocache::voxel_facts&) const {
    return clamped(before + update(s));
  }

 private:
  ROBOCACHE_HD float update(const state& s) const {
    return static_cast<float>(s.hits) * hit + static_cast<float>(s.misses) * miss;
  }
  ROBOCACHE_HD float clamped(float x) const {
    return x < -limit ? -limit : (x > limit ? limit : x);
  }
};
// [/snippet:reducer]

int main() {
  using robocache::tensor_view;
  const robocache::voxel_grid<float> grid{{0, 0, 0}, {1, 1, 1}, {4, 1, 1}};
  // Three beams along x: two end in voxel 2, one passes it and ends in voxel 3.
  const std::vector<float> places = {0.5f, 0, 0, 1.5f, 0, 0, 2.5f, 0, 0, 0.5f, 0, 0, 1.5f, 0,    0,
                                     2.5f, 0, 0, 0.5f, 0, 0, 1.5f, 0, 0, 2.5f, 0, 0, 3.5f, 0.0f, 0};
  const std::vector<float> hits = {0, 0, 1, 0, 0, 1, 0, 0, 0, 1};
  const auto n = static_cast<std::int64_t>(hits.size());
  const auto points = robocache::points_of(tensor_view(places.data(), {n, 3}));
  const auto features = robocache::features_of(tensor_view(hits.data(), {n, 1}));

  std::vector<float> map(4);
  std::vector<std::uint32_t> counts(4);
  robocache::voxel_reports reports;
  reports.counts = tensor_view(counts.data(), {1, 1, 4});
  robocache::voxel_options options;

  // [snippet:call]
  const log_odds reducer;
  std::vector<std::byte> memory(
      robocache::voxelize_workspace_bytes(reducer, n, grid, robocache::cpu));
  const robocache::workspace space{memory.data(), memory.size()};
  for (int sweep = 0; sweep < 3; ++sweep) {
    const robocache::status status =
        robocache::voxelize(reducer, points, features, grid, tensor_view(map.data(), {1, 1, 4, 1}),
                            reports, options, space, robocache::cpu);
    if (!status.ok()) {
      std::fprintf(stderr, "%s\n", status.message());
      return 1;
    }
    options.update = robocache::grid_update::accumulate;  // from the second sweep on
  }
  // [/snippet:call]
  for (std::size_t x = 0; x < map.size(); ++x) {
    std::printf("voxel %zu: log-odds %+.2f from %u points\n", x, static_cast<double>(map[x]),
                counts[x]);
  }
}
