// SPDX-License-Identifier: Apache-2.0
#include "scan_picture.hpp"

#include "gnuplot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace recordings {
namespace {

/// Columns of voxels, or squares of several columns where a picture could not show each.
struct column_map {
  std::int64_t columns_per_square = 1;
  std::int64_t nx = 0, ny = 0;
  std::vector<double> values;  ///< [ny, nx]; NaN: nothing there
};

column_map make_map(const picture_request& request) {
  constexpr std::int64_t most_squares = 1000;
  const auto& extents = request.grid.extents;
  column_map map;
  map.columns_per_square = (std::max(extents[0], extents[1]) + most_squares - 1) / most_squares;
  map.nx = (extents[0] + map.columns_per_square - 1) / map.columns_per_square;
  map.ny = (extents[1] + map.columns_per_square - 1) / map.columns_per_square;
  map.values.assign(static_cast<std::size_t>(map.nx * map.ny),
                    std::numeric_limits<double>::quiet_NaN());
  for (const occupied_voxel& voxel : request.occupied.voxels) {
    double& value = map.values[static_cast<std::size_t>(voxel.y / map.columns_per_square * map.nx +
                                                        voxel.x / map.columns_per_square)];
    const bool first = std::isnan(value);
    if (request.color == picture_color::points) {
      value = (first ? 0 : value) + voxel.points;
    } else {
      const double top = request.grid.begin_of(2, voxel.z) + request.grid.size[2] / 2;
      value = first ? top : std::max(value, top);
    }
  }
  return map;
}

/// The range of colours: without the few columns that are far higher or lower than all others.
std::pair<double, double> color_range(const column_map& map, picture_color color) {
  std::vector<double> sorted;
  for (const double value : map.values) {
    if (!std::isnan(value)) sorted.push_back(value);
  }
  if (sorted.empty()) return {0, 1};
  std::sort(sorted.begin(), sorted.end());
  const auto last = static_cast<double>(sorted.size() - 1);
  const double high = sorted[static_cast<std::size_t>(last * 0.995)];
  if (color == picture_color::points) return {1, std::max(high, 10.0)};
  const double low = sorted[static_cast<std::size_t>(last * 0.005)];
  return high > low ? std::pair(low, high) : std::pair(low - 0.5, low + 0.5);
}

/// Pixels around the map: title above, axis below, axis at the left, colours at the right.
constexpr double above = 62, below = 52, left = 74, right = 118;

/// Pixels of the map itself: a whole number for each square, so that no seams show between them.
std::pair<double, double> map_size(const column_map& map, const scan_grid& grid) {
  const auto longest = static_cast<double>(std::max(map.nx, map.ny));
  const double pixels = std::max(std::floor(1000 / longest), 1.0);
  const double shorter = std::min(grid.size[0], grid.size[1]);
  return {pixels * static_cast<double>(map.nx) * grid.size[0] / shorter,
          pixels * static_cast<double>(map.ny) * grid.size[1] / shorter};
}

// Viridis, which grows evenly brighter and is read also by people who see few colours; without the
// yellow at its end, which white paper swallows.
constexpr const char* palette =
    "set palette defined (0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e', 4 '#26828e', "
    "5 '#1f9e89', 6 '#35b779', 7 '#6ece58', 8 '#b5de2b')\n";

class script_writer {
 public:
  explicit script_writer(const picture_request& request)
      : request_(request), map_(make_map(request)) {
    std::tie(width_, height_) = map_size(map_, request.grid);
    constexpr double letter = 12;  // of the title, on average
    total_width_ =
        std::max(left + width_ + right, left + letter * static_cast<double>(request.title.size()));
    total_height_ = above + height_ + below;
    for (std::size_t k = 0; k < 2; ++k) {
      begin_[k] = request.grid.begin_of(static_cast<int>(k), 0);
      square_[k] = request.grid.size[k] * static_cast<double>(map_.columns_per_square);
    }
  }

  std::string write() {
    text_.append(gnuplot_terminal(request_.path, total_width_, total_height_));
    write_squares();
    write_axes();
    write_titles();
    write_colors();
    if (request_.mark_sensor) {
      add("set object 1 circle at 0,0 size screen 0.006 front fs empty border lc rgb '#d62728' "
          "lw 2\n");
    }
    // A little wider than they are: squares drawn edge to edge leave hairlines between them.
    add("set style fill solid noborder\n"
        "plot $squares using 1:2:({:.9g}):({:.9g}):3 with boxxyerror lc palette\n",
        square_[0] * 0.51, square_[1] * 0.51);
    return std::string(text_.data(), text_.size());
  }

 private:
  template <class... Arguments>
  void add(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
  }

  void write_squares() {
    add("$squares << EOD\n");
    for (std::int64_t y = 0; y < map_.ny; ++y) {
      for (std::int64_t x = 0; x < map_.nx; ++x) {
        const double value = map_.values[static_cast<std::size_t>(y * map_.nx + x)];
        if (std::isnan(value)) continue;
        add("{:.9g} {:.9g} {:.6g}\n", begin_[0] + (static_cast<double>(x) + 0.5) * square_[0],
            begin_[1] + (static_cast<double>(y) + 0.5) * square_[1], value);
      }
    }
    if (request_.occupied.voxels.empty()) add("NaN NaN NaN\n");  // gnuplot refuses an empty block
    add("EOD\n");
  }

  void write_axes() {
    add("set lmargin at screen {:.6f}\nset rmargin at screen {:.6f}\n"
        "set tmargin at screen {:.6f}\nset bmargin at screen {:.6f}\n",
        left / total_width_, (left + width_) / total_width_, 1 - above / total_height_,
        below / total_height_);
    add("set size ratio -1\nset tics out nomirror scale 0.6\nset border 15 lc rgb '#606060'\n"
        "set grid front lc rgb '#c8c8c8' lt 1 lw 0.4\nunset key\n");
    add("set xrange [{:.9g}:{:.9g}]\nset yrange [{:.9g}:{:.9g}]\n", begin_[0],
        begin_[0] + square_[0] * static_cast<double>(map_.nx), begin_[1],
        begin_[1] + square_[1] * static_cast<double>(map_.ny));
    add("set xlabel 'x [m]' offset 0, 0.3\nset ylabel 'y [m]'\n");
  }

  void write_titles() {
    add("set label 1 {} at graph 0, screen {:.5f} left noenhanced font ',14'\n",
        gnuplot_quoted(request_.title), 1 - 21 / total_height_);
    add("set label 2 {} at graph 0, screen {:.5f} left noenhanced font ',11' tc rgb '#505050'\n",
        gnuplot_quoted(request_.subtitle), 1 - 45 / total_height_);
  }

  void write_colors() {
    const bool points = request_.color == picture_color::points;
    const auto [low, high] = color_range(map_, request_.color);
    text_.append(std::string_view(palette));
    add("set colorbox user origin {:.5f}, {:.5f} size {:.5f}, {:.5f} border\n",
        (left + width_ + 16) / total_width_, below / total_height_, 16 / total_width_,
        height_ / total_height_);
    if (points) add("set logscale cb\n");
    const char* const per = map_.columns_per_square > 1 ? "square" : "column";
    add("set cbrange [{:.6g}:{:.6g}]\nset cblabel {}\n", low, high,
        gnuplot_quoted(points ? fmt::format("points per {}", per)
                              : "height of the highest occupied voxel [m]"));
  }

  const picture_request& request_;
  column_map map_;
  double width_ = 0, height_ = 0, total_width_ = 0, total_height_ = 0;  // pixels
  double begin_[2] = {0, 0}, square_[2] = {0, 0};                       // metres
  fmt::memory_buffer text_;
};

}  // namespace

std::string picture_script(const picture_request& request) {
  return script_writer(request).write();
}

std::string draw_picture(const picture_request& request) {
  return run_gnuplot(picture_script(request), request.path);
}

}  // namespace recordings
