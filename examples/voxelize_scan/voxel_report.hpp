// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "face_check.hpp"
#include "occupied.hpp"
#include "options.hpp"
#include "scan.hpp"

#include <string>
#include <vector>

/// \file
/// What the program prints.

namespace recordings {

/// What the file is, and how the library takes it.
void print_scan(const scan& source, const voxel_input& input);

void print_voxels(const scan& source, const scan_grid& grid, const occupied_voxels& occupied,
                  const program_options& options, const std::string& backend);

void print_faces(const std::vector<face_report>& faces);

/// What the user should know about the points.
void print_notes(const scan& source);

/// "208,680".
std::string grouped(std::int64_t n);

/// "0.1 m voxels", "0.2 x 0.2 x 0.4 m voxels".
std::string size_text(const scan_grid& grid);

/// The file's name without its folder.
std::string short_name(const std::string& path);

}  // namespace recordings
