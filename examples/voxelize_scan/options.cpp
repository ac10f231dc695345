// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "command_line.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace recordings {
namespace {

using robocache::reduction;

const named_values<reduction>& reduction_words() {
  static const named_values<reduction> words{
      {"count", reduction::count}, {"occupancy", reduction::occupancy},
      {"mean", reduction::mean},   {"max", reduction::max},
      {"min", reduction::min},     {"sum", reduction::sum}};
  return words;
}

struct raw_values {
  std::vector<double> size{0.1}, origin, crop, translate;
  std::vector<std::int64_t> extents;
  double yaw = 0;
};

/// Numbers separated by commas.
template <class T>
CLI::Option* add_list(CLI::App& app, const char* name, std::vector<T>& target, const char* type,
                      const char* help) {
  return app.add_option(name, target, help)
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name(type);
}

void declare_grid(CLI::App& app, program_options& options, raw_values& raw) {
  add_list(app, "--size", raw.size, "M[,M,M]", "Edge lengths of a voxel, in the file's unit")
      ->default_str("0.1");
  add_list(
      app, "--crop", raw.crop, "X,Y,Z,X,Y,Z",
      "Only this box, from its lowest to its highest corner, widened to whole voxels; default: "
      "all finite points");
  add_list(app, "--origin", raw.origin, "X,Y,Z",
           "Corner of the first voxel; default: a multiple of the size");
  add_list(app, "--extents", raw.extents, "N,N,N", "Voxels along x, y and z");
  add_list(app, "--translate", raw.translate, "X,Y,Z", "Added to the points, after the rotation");
  app.add_option("--yaw", raw.yaw, "Turns the points about z")->type_name("DEGREES");
  add_choice<coordinate_type>(app, "--precision", options.precision,
                              {{"float", coordinate_type::f32}, {"double", coordinate_type::f64}},
                              "Type of the coordinates and of the arithmetic about voxels");
}

void declare_output(CLI::App& app, program_options& options) {
  add_choice(app, "--reduction", options.reduction, reduction_words(),
             "What becomes of the points of a voxel");
  add_list(app, "--feature", options.features, "NAME,...",
           "Fields that mean, max, min and sum are of; default: intensity");
  app.add_option("--output", options.output, "The grid: [z][y][x], of features [z][y][x][F]")
      ->type_name("FILE.npy");
  app.add_option("--picture", options.picture, "The grid seen from above, .png or .svg")
      ->type_name("FILE");
  add_choice<picture_color>(
      app, "--color", options.color,
      {{"height", picture_color::height}, {"points", picture_color::points}},
      "Of the picture: height of the highest occupied voxel, or points per column");
}

template <class T, std::size_t N>
void take_list(const char* name, const std::vector<T>& values,
               std::optional<std::array<T, N>>& to) {
  if (values.empty()) return;
  if (values.size() != N) {
    throw usage_error(fmt::format("{}: {} numbers, expected {}", name, values.size(), N));
  }
  for (const T value : values) {
    if (!std::isfinite(static_cast<double>(value))) {
      throw usage_error(fmt::format("{}: {} is not finite", name, value));
    }
  }
  to.emplace();
  std::copy(values.begin(), values.end(), to->begin());
}

void take_grid(program_options& options, raw_values& raw) {
  if (raw.size.size() == 1) raw.size = {raw.size[0], raw.size[0], raw.size[0]};
  std::optional<std::array<double, 3>> size, translate;
  take_list("--size", raw.size, size);
  for (const double edge : *size) {
    // Below or above, a float could not hold it or a grid would have no sensible extents.
    if (edge >= 1e-6 && edge <= 1e6) continue;
    throw usage_error(fmt::format("--size {}: a voxel is 1e-6 to 1e6 wide", edge));
  }
  options.grid.size = *size;
  take_list("--origin", raw.origin, options.grid.origin);
  take_list("--extents", raw.extents, options.grid.extents);
  take_list("--crop", raw.crop, options.grid.crop);
  if (options.grid.crop && (options.grid.origin || options.grid.extents)) {
    throw usage_error("give --crop, or --origin and --extents, not both");
  }
  for (std::size_t k = 0; options.grid.crop && k < 3; ++k) {
    const auto& box = *options.grid.crop;
    if (box[k] < box[k + 3]) continue;
    throw usage_error(
        fmt::format("--crop: along {} it goes from {} to {}", "xyz"[k], box[k], box[k + 3]));
  }
  for (const std::int64_t extent : raw.extents) {
    if (extent >= 1 && extent <= 0x7fffffff) continue;
    throw usage_error(fmt::format("--extents: {} is not 1 to 2147483647", extent));
  }
  take_list("--translate", raw.translate, translate);
  if (!std::isfinite(raw.yaw)) throw usage_error("--yaw is not finite");
  options.moved = raw.yaw != 0 || translate;
  const double angle = raw.yaw * 3.14159265358979323846 / 180;
  const double rotation[9] = {
      std::cos(angle), -std::sin(angle), 0, std::sin(angle), std::cos(angle), 0, 0, 0, 1};
  std::copy(rotation, rotation + 9, options.transform.rotation);
  if (translate) std::copy(translate->begin(), translate->end(), options.transform.translation);
}

void check(program_options& options) {
  if (options.input.empty() == !options.simulate) {
    throw usage_error(
        options.simulate ? "--simulate makes its own scan: give it or a file, not both"
                         : "no scan given (or --simulate FILE.pcd to make one); --help tells more");
  }
  const bool wants_features =
      options.reduction != reduction::count && options.reduction != reduction::occupancy;
  if (!wants_features && !options.features.empty()) {
    throw usage_error(
        fmt::format("--feature: --reduction {} looks at no features", word_for(options.reduction)));
  }
  if (wants_features && options.features.empty()) options.features = {"intensity"};
  if (!options.output.empty() && std::filesystem::path(options.output).extension() != ".npy") {
    throw usage_error(fmt::format("--output {}: the name must end in .npy", options.output));
  }
  if (!options.picture.empty()) check_picture_name("--picture", options.picture);
  if (options.reduction == reduction::occupancy && options.color == picture_color::points) {
    throw usage_error("--color points needs counts, which --reduction occupancy does not make");
  }
}

}  // namespace

std::string word_for(reduction value) {
  return word_for(value, reduction_words());
}

std::optional<program_options> parse_command_line(int argc, char** argv) {
  program_options options;
  raw_values raw;
  CLI::App app{
      "Puts a LiDAR scan into a grid of voxels: a NumPy file, a table, and a picture from above.\n"
      "Reads PCD (ascii, binary, binary_compressed) and PLY (ascii, binary little endian).",
      "voxelize_scan"};
  app.add_option("scan", options.input, "The scan")->type_name("FILE");
  app.add_option("--simulate", options.simulate, "Make a scan of a street, write it and use it")
      ->type_name("FILE.pcd");
  declare_grid(app, options, raw);
  declare_output(app, options);
  add_backend(app, options.backend, options.threads);
  if (!parse(app, argc, argv)) return std::nullopt;
  take_grid(options, raw);
  check(options);
  return options;
}

}  // namespace recordings
