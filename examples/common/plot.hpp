// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stream_result.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// \file
/// The picture: recorded samples, the resampled curve, and gaps; drawn by gnuplot.

namespace recordings {

/// What to draw and where to.
struct plot_request {
  const std::vector<stream_result>& streams;
  const std::vector<std::int64_t>& targets;  ///< ns, [rows]
  std::vector<std::string> columns;          ///< channels to draw; empty: chosen
  std::string path;                          ///< ends in .png or .svg
  std::string curve_name;                    ///< "resampled"
  bool mark_targets = false;                 ///< lines through all enlarged panels
};

/// The gnuplot program that draws it, data included.
std::string plot_script(const plot_request& request);

/// Draws the picture with the gnuplot found on the PATH.
/// \return "" if it was drawn, else one line that says why not
std::string draw_plot(const plot_request& request);

}  // namespace recordings
