// SPDX-License-Identifier: Apache-2.0
#include "pipeline.hpp"

#include "face_check.hpp"
#include "files.hpp"
#include "npy.hpp"
#include "occupied.hpp"
#include "report.hpp"
#include "scan.hpp"
#include "scan_picture.hpp"
#include "simulate_scan.hpp"
#include "stopwatch.hpp"
#include "voxel_report.hpp"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <utility>

namespace recordings {
namespace {

/// Voxels of a grid that is made as a whole: 256 MiB of counts.
constexpr double most_voxels = 1 << 26;

/// A grid, or what is known of one that is too large to exist.
struct voxelized {
  occupied_voxels occupied;
  std::optional<voxel_outcome> dense;
};

[[noreturn]] void refuse(const scan_grid& grid, const program_options& options,
                         const std::string& what) {
  const auto channels = std::max<std::size_t>(options.features.size(), 1);
  throw usage_error(fmt::format(
      "{}: the grid has {} = {:.3g} voxels, {:.3g} GiB; up to {:.3g} voxels are made as a whole. "
      "--crop or a larger --size makes it smaller; without this, count works in blocks",
      what, grid.extents_text(), grid.voxels(),
      grid.voxels() * 4 * static_cast<double>(channels) / (1 << 30), most_voxels));
}

/// Features of double coordinates are left to the CPU, see backend_cuda.cu.
backend_choice place_for(const program_options& options) {
  const bool only_cpu = options.precision == coordinate_type::f64 && !options.features.empty();
  return only_cpu && options.backend == backend_choice::automatic ? backend_choice::cpu
                                                                  : options.backend;
}

voxelized voxelize(const voxel_job& job, const program_options& options, const backend& where) {
  voxelized result;
  const double numbers =
      job.grid.voxels() * static_cast<double>(std::max<std::int64_t>(job.input.channels, 1));
  if (numbers > most_voxels) {
    if (!options.output.empty()) refuse(job.grid, options, "--output");
    if (job.has_features()) {
      refuse(job.grid, options, "--reduction " + word_for(options.reduction));
    }
    result.occupied =
        count_in_blocks(job.input, job.grid, job.transform, where.on_cuda, where.threads);
    return result;
  }
  result.dense = where.on_cuda ? voxelize_on_cuda(job) : voxelize_on_cpu(job, where.threads);
  result.occupied = find_occupied(job, *result.dense);
  return result;
}

/// Every voxel is checked with the library's function for single points: a wrong grid must not
/// leave this program.
void check_occupied(const occupied_voxels& occupied, const std::vector<face_report>& faces,
                    const program_options& options) {
  const bool in_double = occupied.blocks > 0 || options.precision == coordinate_type::f64;
  const auto expected = faces[in_double ? 1 : 2].occupied;
  const auto there = static_cast<std::int64_t>(occupied.voxels.size());
  if (there == expected) return;
  throw computation_error(fmt::format("{} voxels are occupied, cell_of says {}", there, expected));
}

template <class T>
std::string raw_bytes(const std::vector<T>& values) {  // little endian, as all our platforms are
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

void write_grid(const voxel_job& job, const voxel_outcome& outcome, const std::string& path) {
  std::vector<std::size_t> shape;
  for (int k = 2; k >= 0; --k) {
    shape.push_back(static_cast<std::size_t>(job.grid.extents[static_cast<std::size_t>(k)]));
  }
  std::string file;
  if (job.has_features()) {
    shape.push_back(static_cast<std::size_t>(job.input.channels));
    file = npy_file("<f4", shape, raw_bytes(outcome.values));
  } else if (job.reduction == robocache::reduction::count) {
    file = npy_file("<u4", shape, raw_bytes(outcome.counts));
  } else {
    file = npy_file("|u1", shape, raw_bytes(outcome.occupied));
  }
  make_folder(std::filesystem::path(path).parent_path().string());
  write_bytes(path, file);
  fmt::print("  {}: cell (0, 0, 0) begins at ({:.9g}, {:.9g}, {:.9g})\n", path,
             job.grid.begin_of(0, 0), job.grid.begin_of(1, 0), job.grid.begin_of(2, 0));
}

void draw(const scan& source, const voxelized& result, const scan_grid& grid,
          const program_options& options) {
  const auto& counters = result.occupied.counters;
  const std::string title = fmt::format("{}, {}", short_name(source.path), size_text(grid));
  std::string subtitle = fmt::format(
      "{} points in {} voxels of a {} grid", grouped(static_cast<std::int64_t>(counters.used)),
      grouped(static_cast<std::int64_t>(result.occupied.voxels.size())), grid.extents_text());
  if (counters.outside > 0) {
    subtitle += fmt::format("; {} outside", grouped(static_cast<std::int64_t>(counters.outside)));
  }
  if (counters.not_finite > 0) {
    subtitle +=
        fmt::format("; {} not finite", grouped(static_cast<std::int64_t>(counters.not_finite)));
  }
  const bool sensor_in_sight = !options.moved && grid.begin_of(0, 0) < 0 &&
                               grid.begin_of(0, grid.extents[0]) > 0 && grid.begin_of(1, 0) < 0 &&
                               grid.begin_of(1, grid.extents[1]) > 0;
  if (sensor_in_sight) subtitle += "; circle: the sensor";
  make_folder(std::filesystem::path(options.picture).parent_path().string());
  std::fflush(stdout);
  const std::string problem = draw_picture(
      {result.occupied, grid, options.color, title, subtitle, sensor_in_sight, options.picture});
  fmt::print("  {}\n", problem.empty() ? options.picture : problem);
}

}  // namespace

void run(const program_options& options) {
  const stopwatch whole;
  const backend where = choose_backend(place_for(options), options.threads);
  std::string path = options.input;
  if (options.simulate) {
    path = *options.simulate;
    make_folder(std::filesystem::path(path).parent_path().string());
    simulate_scan(path);
    fmt::print("No real data: this scan is simulated (--simulate)\n");
  }
  const scan source = read_scan(path);
  const double read_seconds = whole.seconds();
  const voxel_input input = make_input(source, options.precision, options.features);
  print_scan(source, input);

  const scan_grid grid = choose_grid(options.grid, input, options.transform);
  const voxel_job job{input, grid, options.reduction, options.transform};
  const voxelized result = voxelize(job, options, where);
  const auto faces = check_faces(input, grid, options.transform);
  check_occupied(result.occupied, faces, options);
  print_voxels(source, grid, result.occupied, options, where.name);
  print_faces(faces);
  print_notes(source);

  if (!options.output.empty() || !options.picture.empty()) fmt::print("\nWritten\n");
  if (!options.output.empty()) write_grid(job, *result.dense, options.output);
  const double before_drawing = whole.seconds();
  if (!options.picture.empty()) draw(source, result, grid, options);
  fmt::print("{:.2f} s in all: {:.2f} s reading, {:.2f} s drawing\n", whole.seconds(), read_seconds,
             whole.seconds() - before_drawing);
}

}  // namespace recordings
