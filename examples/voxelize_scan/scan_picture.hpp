// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "occupied.hpp"

#include <string>

/// \file
/// The grid seen from above.

namespace recordings {

enum class picture_color {
  height,  ///< of the highest occupied voxel
  points   ///< per column, on a logarithmic scale
};

struct picture_request {
  const occupied_voxels& occupied;
  const scan_grid& grid;
  picture_color color = picture_color::height;
  std::string title;
  std::string subtitle;
  bool mark_sensor = false;  ///< at (0, 0)
  std::string path;          ///< ends in .png or .svg
};

/// The gnuplot program that draws it, data included.
std::string picture_script(const picture_request& request);

/// \return "" if it was drawn, else one line that says why not
std::string draw_picture(const picture_request& request);

}  // namespace recordings
