// SPDX-License-Identifier: Apache-2.0
#include "occupied.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace recordings {
namespace {

/// Cells of a block: 2 MB of counts, which stay in the cache.
constexpr std::array<std::int64_t, 3> block_extents{128, 128, 32};

void append(const scan_grid& grid, const std::array<std::int64_t, 3>& begin,
            const std::vector<std::uint32_t>& counts, std::vector<occupied_voxel>& to) {
  std::size_t i = 0;
  for (std::int64_t z = 0; z < grid.extents[2]; ++z) {
    for (std::int64_t y = 0; y < grid.extents[1]; ++y) {
      for (std::int64_t x = 0; x < grid.extents[0]; ++x, ++i) {
        if (counts[i] == 0) continue;
        to.push_back({begin[0] + x, begin[1] + y, begin[2] + z, counts[i]});
      }
    }
  }
}

/// Points by the block that they lie in.
class block_sorter {
 public:
  explicit block_sorter(const scan_grid& grid) : grid_(grid), whole_(grid.in<double>()) {
    for (std::size_t k = 0; k < 3; ++k) {
      blocks_[k] = (grid.extents[k] + block_extents[k] - 1) / block_extents[k];
    }
  }

  void add(const double (&p)[3], robocache::voxel_counters& counters) {
    const robocache::voxel_cell cell = robocache::cell_of(p[0], p[1], p[2], whole_);
    if (cell.fate != robocache::point_fate::inside) {
      counters.outside += cell.fate == robocache::point_fate::outside ? 1u : 0u;
      counters.not_finite += cell.fate == robocache::point_fate::not_finite ? 1u : 0u;
      return;
    }
    const std::int64_t block =
        (cell.z / block_extents[2] * blocks_[1] + cell.y / block_extents[1]) * blocks_[0] +
        cell.x / block_extents[0];
    points_.push_back({block, {p[0], p[1], p[2]}});
  }

  block_job sorted() {
    std::stable_sort(points_.begin(), points_.end(),
                     [](const placed& a, const placed& b) { return a.block < b.block; });
    block_job job;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      if (i == 0 || points_[i].block != points_[i - 1].block) {
        job.blocks.push_back(make_block(points_[i].block, i));
      }
      ++job.blocks.back().points;
      job.points.insert(job.points.end(), points_[i].p.begin(), points_[i].p.end());
    }
    return job;
  }

 private:
  struct placed {
    std::int64_t block;
    std::array<double, 3> p;
  };

  point_block make_block(std::int64_t number, std::size_t first) const {
    const std::array<std::int64_t, 3> place{number % blocks_[0], number / blocks_[0] % blocks_[1],
                                            number / blocks_[0] / blocks_[1]};
    point_block block;
    std::array<std::int64_t, 3> extents{};
    for (std::size_t k = 0; k < 3; ++k) {
      block.begin[k] = place[k] * block_extents[k];
      extents[k] = std::min(block_extents[k], grid_.extents[k] - block.begin[k]);
    }
    block.grid = grid_.part(block.begin, extents);
    block.first = first;
    return block;
  }

  const scan_grid& grid_;
  robocache::voxel_grid<double> whole_;
  std::array<std::int64_t, 3> blocks_{};
  std::vector<placed> points_;
};

}  // namespace

std::uint32_t occupied_voxels::most_points() const {
  std::uint32_t most = 0;
  for (const occupied_voxel& voxel : voxels) most = std::max(most, voxel.points);
  return most;
}

occupied_voxels find_occupied(const voxel_job& job, const voxel_outcome& outcome) {
  occupied_voxels result;
  result.counters = outcome.counters;
  result.milliseconds = outcome.milliseconds;
  result.counted = outcome.occupied.empty();
  append(job.grid, {0, 0, 0},
         result.counted
             ? outcome.counts
             : std::vector<std::uint32_t>(outcome.occupied.begin(), outcome.occupied.end()),
         result.voxels);
  return result;
}

occupied_voxels count_in_blocks(const voxel_input& input, const scan_grid& grid,
                                const robocache::rigid_transform& transform, bool on_cuda,
                                int threads) {
  occupied_voxels result;
  block_sorter sorter(grid);
  for (std::int64_t i = 0; i < input.points; ++i) {
    double p[3];
    input.load(i, transform, p);
    sorter.add(p, result.counters);
  }
  const block_job job = sorter.sorted();
  result.blocks = static_cast<std::int64_t>(job.blocks.size());
  const auto take = [&](const point_block& block, const std::vector<std::uint32_t>& counts,
                        const robocache::voxel_counters& counters) {
    result.counters.used += counters.used;
    result.counters.outside += counters.outside;
    append(block.grid, block.begin, counts, result.voxels);
  };
  if (job.blocks.empty()) return result;
  result.milliseconds =
      on_cuda ? count_blocks_on_cuda(job, take) : count_blocks_on_cpu(job, threads, take);
  return result;
}

}  // namespace recordings
