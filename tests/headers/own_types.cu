// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize.cuh>

#include <cstdint>

// Types of a user's own, in an unnamed namespace: what is instantiated for them gives no warning.

namespace {

struct last_index {
  struct state {
    std::uint32_t index = 0;
  };
  ROBOCACHE_HD void add(state& s, std::uint32_t index, float) const {
    if (index > s.index) s.index = index;
  }
  ROBOCACHE_HD void merge(state& s, const state& other) const { add(s, other.index, 0); }
  ROBOCACHE_HD float finish(const state& s, const robocache::voxel_facts&) const {
    return static_cast<float>(s.index);
  }
  ROBOCACHE_HD float accumulate(float before, const state& s, const robocache::voxel_facts&) const {
    return before < static_cast<float>(s.index) ? static_cast<float>(s.index) : before;
  }
};

}  // namespace

robocache::status reduce_by_own(const robocache::point_view<float>& points,
                                const robocache::feature_view<float>& features,
                                const robocache::voxel_grid<float>& grid,
                                robocache::tensor_view<float, 4> output, robocache::workspace space,
                                cudaStream_t stream);
robocache::status reduce_by_own(const robocache::point_view<float>& points,
                                const robocache::feature_view<float>& features,
                                const robocache::voxel_grid<float>& grid,
                                robocache::tensor_view<float, 4> output, robocache::workspace space,
                                cudaStream_t stream) {
  return robocache::voxelize(last_index{}, points, features, grid, output, {}, {}, space, stream);
}
