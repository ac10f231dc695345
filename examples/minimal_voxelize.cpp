// SPDX-License-Identifier: Apache-2.0

#include <robocache/group.hpp>
#include <robocache/voxelize.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

/// \file
/// The shortest use of `voxelize`: points as a driver delivers them into counts, the mean
/// intensity of each voxel, gathered over two sweeps, and a height map.

namespace {

/// A driver's record. The library sees it as bytes: where x, y, z are, and how far apart records.
struct lidar_point {
  float x, y, z;
  std::uint16_t ring;
  std::uint16_t padding;
  float intensity;
};

void print(const std::vector<std::uint32_t>& counts, const std::vector<float>& means) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    std::printf("  voxel (%zu, %zu, %zu): %u points, mean intensity %g\n", i % 8, i / 8 % 8, i / 64,
                counts[i], static_cast<double>(means[i]));
  }
}

}  // namespace

int main() {
  std::vector<lidar_point> sweep{{0.1f, 0.1f, 0.1f, 0, 0, 10.0f},
                                 {0.2f, 0.3f, 0.4f, 1, 0, 30.0f},
                                 {-0.9f, 0.6f, 0.0f, 2, 0, 50.0f},
                                 {0.49f, 0.0f, 0.2f, 3, 0, 2.0f},
                                 {90.0f, 0.0f, 0.0f, 4, 0, 1.0f}};

  // [snippet:count]
  using robocache::reduction;
  using robocache::tensor_view;

  const robocache::voxel_grid<float> grid{{-2, -2, -1}, {0.5f, 0.5f, 0.5f}, {8, 8, 4}};
  const auto points = robocache::point_records<float>(
      sweep.data(), static_cast<std::int64_t>(sweep.size()), sizeof(lidar_point),
      offsetof(lidar_point, x), offsetof(lidar_point, y), offsetof(lidar_point, z));

  std::vector<std::uint32_t> counts(4 * 8 * 8);  // [z][y][x]
  robocache::voxel_counters counters{};
  robocache::voxel_reports reports;
  reports.counters = &counters;

  std::vector<std::byte> memory(
      robocache::voxelize_workspace_bytes<reduction::count>(points.size, grid, robocache::cpu));
  const robocache::workspace space{memory.data(), memory.size()};

  const robocache::status done = robocache::voxelize<reduction::count>(
      points, grid, tensor_view(counts.data(), {4, 8, 8}), reports, {}, space, robocache::cpu);
  if (!done.ok()) {
    std::fprintf(stderr, "%s\n", done.message());
    return 1;
  }
  // [/snippet:count]
  std::printf("%llu points used, %llu outside, %llu not finite\n",
              static_cast<unsigned long long>(counters.used),
              static_cast<unsigned long long>(counters.outside),
              static_cast<unsigned long long>(counters.not_finite));

  std::vector<std::byte> more(
      robocache::voxelize_workspace_bytes<reduction::mean>(points.size, grid, robocache::cpu));
  const robocache::workspace mean_space{more.data(), more.size()};
  std::vector<float> means(4 * 8 * 8);

  // [snippet:mean]
  const auto intensity =
      robocache::feature_records<float>(sweep.data(), static_cast<std::int64_t>(sweep.size()),
                                        sizeof(lidar_point), offsetof(lidar_point, intensity));
  const tensor_view output(means.data(), {4, 8, 8, 1});  // [z][y][x][F]
  reports.counts = tensor_view(counts.data(), {4, 8, 8});

  robocache::voxel_options options;  // the first sweep overwrites what is in the buffers
  robocache::status status = robocache::voxelize<reduction::mean>(
      points, intensity, grid, output, reports, options, mean_space, robocache::cpu);

  // The robot has moved 0.5 m ahead; the next sweep is put beside the first.
  options.update = robocache::grid_update::accumulate;
  options.transform.translation[0] = 0.5;
  if (status.ok()) {
    status = robocache::voxelize<reduction::mean>(points, intensity, grid, output, reports, options,
                                                  mean_space, robocache::cpu);
  }
  // [/snippet:mean]
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.message());
    return 1;
  }
  print(counts, means);

  // [snippet:height]
  // Columns, and a sensor 1.8 m above the grid's zero: the highest z of each, in the grid's frame.
  const robocache::voxel_grid<float> columns{{-2, -2, -5}, {0.5f, 0.5f, 10}, {8, 8, 1}};
  robocache::voxel_options mounted;
  mounted.transform.translation[2] = 1.8;
  std::vector<float> heights(8 * 8);
  status = robocache::voxelize<reduction::max>(
      points, robocache::coordinates_of(points, robocache::coordinate::z), columns,
      tensor_view(heights.data(), {1, 8, 8, 1}), {}, mounted, mean_space, robocache::cpu);
  // [/snippet:height]
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.message());
    return 1;
  }
  const float highest = heights[4 * 8 + 4];  // of 0.1, 0.4 and 0.2, moved
  std::printf("(0.1, 0.1) is up to %g m high\n", static_cast<double>(highest));
  if (highest < 2.19f || highest > 2.21f) return 1;

  // [snippet:cell_of]
  const robocache::voxel_cell cell = robocache::cell_of(-0.9f, 0.6f, 0.0f, grid);
  if (cell.fate == robocache::point_fate::inside) {
    std::printf("(-0.9, 0.6, 0) lies in voxel (%d, %d, %d)\n", cell.x, cell.y, cell.z);
  }
  // [/snippet:cell_of]

  // [snippet:group]
  // Inside a kernel of your own: cooperative_groups::this_grid(), this_thread_block(), a tile...
  std::vector<std::uint32_t> mine(4 * 8 * 8);  // voxelize_points adds, and does not clear
  const robocache::voxel_counters taken = robocache::voxelize_points<reduction::count>(
      robocache::serial_group{}, points, grid, tensor_view(mine.data(), {4, 8, 8}));
  // [/snippet:group]
  return taken.used == counters.used ? 0 : 1;
}
