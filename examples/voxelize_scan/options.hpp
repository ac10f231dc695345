// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backend.hpp"
#include "scan_grid.hpp"
#include "scan_picture.hpp"
#include "voxel_job.hpp"

#include <optional>
#include <string>
#include <vector>

/// \file
/// The command line.

namespace recordings {

struct program_options {
  std::string input;
  std::optional<std::string> simulate;  ///< file to write the simulated scan to

  grid_request grid;
  robocache::reduction reduction = robocache::reduction::count;
  std::vector<std::string> features;
  coordinate_type precision = coordinate_type::f32;
  robocache::rigid_transform transform;
  bool moved = false;  ///< the transform is not the identity
  backend_choice backend = backend_choice::automatic;
  int threads = 0;

  std::string output;   ///< empty: none
  std::string picture;  ///< empty: none
  picture_color color = picture_color::height;
};

/// "count".
std::string word_for(robocache::reduction reduction);

/// \return nothing if all was said already (--help, --version)
/// \throws usage_error
std::optional<program_options> parse_command_line(int argc, char** argv);

}  // namespace recordings
