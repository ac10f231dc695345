// SPDX-License-Identifier: Apache-2.0
#include "voxel_report.hpp"

#include "report.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace recordings {
namespace {

/// "x y z float32, intensity uint8".
std::string fields_text(const scan& source) {
  std::string text;
  for (std::size_t i = 0; i < source.fields.size(); ++i) {
    const scan_field& field = source.fields[i];
    if (field.name == "_") continue;
    if (!text.empty()) text += ' ';
    text += field.name;
    if (field.count > 1) text += fmt::format("[{}]", field.count);
    const bool same_next = i + 1 < source.fields.size() && source.fields[i + 1].name != "_" &&
                           source.fields[i + 1].type == field.type;
    if (!same_next) {
      text += fmt::format(" {}{}", name_of(field.type), i + 1 < source.fields.size() ? "," : "");
    }
  }
  return text;
}

std::string count_text(double n) {
  return n < 1e9 ? grouped(static_cast<std::int64_t>(n)) : fmt::format("{:.2e}", n);
}

}  // namespace

std::string grouped(std::int64_t n) {
  std::string digits = fmt::format("{}", n);
  for (std::size_t i = digits.size(); i > 3;) digits.insert(i -= 3, ",");
  return digits;
}

std::string size_text(const scan_grid& grid) {
  const auto& s = grid.size;
  if (s[0] == s[1] && s[1] == s[2]) return fmt::format("{} m voxels", s[0]);
  return fmt::format("{} x {} x {} m voxels", s[0], s[1], s[2]);
}

std::string short_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

void print_scan(const scan& source, const voxel_input& input) {
  fmt::print("Read\n  {}: {}, {} points", source.path, source.format, grouped(source.points));
  if (source.height > 1) fmt::print(" ({} x {})", source.width, source.height);
  fmt::print("; {}\n", fields_text(source));
  const char* const type = input.type == coordinate_type::f32 ? "float" : "double";
  if (input.converted) {
    fmt::print("  coordinates converted to {}\n", type);
  } else {
    fmt::print("  coordinates taken as they lie in the file: {}, {} bytes from point to point\n",
               type, input.step);
  }
  if (input.channels > 0) {
    fmt::print("  features {}\n",
               input.features_converted ? "converted to float" : "taken as they lie in the file");
  }
}

void print_voxels(const scan& source, const scan_grid& grid, const occupied_voxels& occupied,
                  const program_options& options, const std::string& backend) {
  const robocache::voxel_counters& counters = occupied.counters;
  const auto voxels = static_cast<std::int64_t>(occupied.voxels.size());
  const double mean =
      voxels > 0 ? static_cast<double>(counters.used) / static_cast<double>(voxels) : 0;
  std::string title = fmt::format("Voxels: {} of {}, on {}: {}", word_for(options.reduction),
                                  size_text(grid), backend, computing_time(occupied.milliseconds));
  title += occupied.blocks > 0 ? fmt::format(" in {} blocks, in double", occupied.blocks)
                               : " (the second time)";
  print_table(
      title,
      {{"scan", "points", "used", "outside", "not finite", "grid", "voxels", "occupied",
        "points/voxel", "at most"},
       {short_name(source.path), fmt::format("{}", source.points), fmt::format("{}", counters.used),
        count_or_dash(static_cast<std::int64_t>(counters.outside)),
        count_or_dash(static_cast<std::int64_t>(counters.not_finite)), grid.extents_text(),
        count_text(grid.voxels()), fmt::format("{}", voxels), fmt::format("{:.2f}", mean),
        occupied.counted ? fmt::format("{}", occupied.most_points()) : "-"}});
}

void print_faces(const std::vector<face_report>& faces) {
  std::vector<std::vector<std::string>> rows{
      {"arithmetic", "occupied", "points in another voxel", "voxels gained", "voxels lost"}};
  for (const face_report& face : faces) {
    rows.push_back({face.arithmetic, fmt::format("{}", face.occupied), count_or_dash(face.moved),
                    count_or_dash(face.gained), count_or_dash(face.lost)});
  }
  print_table("Rounding at the faces of voxels, against floor(p / size) in double", rows);
}

void print_notes(const scan& source) {
  const scan_field* const axes[] = {source.find("x"), source.find("y"), source.find("z")};
  std::int64_t zeros = 0;
  for (std::int64_t i = 0; i < source.points; ++i) {
    bool zero = true;
    for (const scan_field* axis : axes) zero = zero && source.value(*axis, i) == 0;
    zeros += zero ? 1 : 0;
  }
  if (zeros < 2) return;
  fmt::print(
      "\nNotes\n  {} points are at (0, 0, 0): missing returns, probably; they fill a voxel\n",
      zeros);
}

}  // namespace recordings
