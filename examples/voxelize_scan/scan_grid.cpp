// SPDX-License-Identifier: Apache-2.0
#include "scan_grid.hpp"

#include "errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <type_traits>

namespace recordings {
namespace {

constexpr double most_cells = 2147483647;

/// The smallest and largest coordinates of the finite points.
template <class Real>
struct point_bounds {
  Real low[3], high[3];
};

template <class Real>
point_bounds<Real> measure(const voxel_input& input, const robocache::rigid_transform& transform) {
  constexpr Real infinity = std::numeric_limits<Real>::infinity();
  point_bounds<Real> bounds{{infinity, infinity, infinity}, {-infinity, -infinity, -infinity}};
  bool any = false;
  for (std::int64_t i = 0; i < input.points; ++i) {
    Real p[3];
    input.load(i, transform, p);
    if (!std::isfinite(p[0]) || !std::isfinite(p[1]) || !std::isfinite(p[2])) continue;
    any = true;
    for (int k = 0; k < 3; ++k) {
      bounds.low[k] = std::min(bounds.low[k], p[k]);
      bounds.high[k] = std::max(bounds.high[k], p[k]);
    }
  }
  if (!any) throw usage_error("none of the points is finite: no grid to cover them");
  return bounds;
}

/// Cells [first, end) along an axis; checked before they become integers.
void set_cells(scan_grid& grid, std::size_t axis, double first, double end) {
  const double extent = end - first;
  if (!(extent >= 1 && extent <= most_cells && std::fabs(first) < 1e15)) {
    throw usage_error(
        fmt::format("the grid would have {:.6g} voxels along {}, from {:.6g} m on; 1 to 2147483647 "
                    "are possible",
                    extent, "xyz"[axis], first * grid.size[axis]));
  }
  grid.first[axis] = static_cast<std::int64_t>(first);
  grid.extents[axis] = static_cast<std::int64_t>(extent);
}

template <class Real>
bool is_inside(const scan_grid& grid, std::size_t axis, Real x) {
  robocache::voxel_grid<Real> whole = grid.in<Real>();
  for (std::size_t k = 0; k < 3; ++k) {
    whole.origin[k] = whole.origin[axis];
    whole.voxel_size[k] = whole.voxel_size[axis];
    whole.extents[k] = grid.extents[axis];
  }
  return robocache::cell_of(x, x, x, whole).fate == robocache::point_fate::inside;
}

template <class Real>
void cover(scan_grid& grid, const point_bounds<Real>& bounds) {
  for (std::size_t k = 0; k < 3; ++k) {
    const double size = grid.size[k];
    set_cells(grid, k, std::floor(static_cast<double>(bounds.low[k]) / size),
              std::floor(static_cast<double>(bounds.high[k]) / size) + 1);
    // The outermost points may be on a face, and rounding may put them beyond it.
    if (!is_inside(grid, k, bounds.low[k])) --grid.first[k], ++grid.extents[k];
    if (!is_inside(grid, k, bounds.high[k])) ++grid.extents[k];
  }
}

/// From a corner that was told to the last point.
template <class Real>
void cover_from_origin(scan_grid& grid, const point_bounds<Real>& bounds) {
  for (std::size_t k = 0; k < 3; ++k) {
    const double reach = static_cast<double>(bounds.high[k]) - (*grid.origin)[k];
    set_cells(grid, k, 0, std::max(std::floor(reach / grid.size[k]), 0.0) + 1);
  }
}

/// Moves the origin down, by a unit in the last place or two, until the coordinate 0 is in the cell
/// that begins there: the likeliest of all coordinates to lie on a face.
template <class Real>
void keep_zero(robocache::voxel_grid<Real>& grid, int axis, std::int64_t cell) {
  for (int steps = 0; steps < 4; ++steps) {
    if (std::floor(-grid.origin[axis] / grid.voxel_size[axis]) >= static_cast<Real>(cell)) return;
    grid.origin[axis] = std::nextafter(grid.origin[axis], -std::numeric_limits<Real>::infinity());
  }
}

}  // namespace

double scan_grid::voxels() const {
  return static_cast<double>(extents[0]) * static_cast<double>(extents[1]) *
         static_cast<double>(extents[2]);
}

double scan_grid::begin_of(int axis, std::int64_t c) const {
  const auto k = static_cast<std::size_t>(axis);
  return (origin ? (*origin)[k] : 0) + static_cast<double>(first[k] + c) * size[k];
}

std::string scan_grid::extents_text() const {
  return fmt::format("{} x {} x {}", extents[0], extents[1], extents[2]);
}

template <class Real>
robocache::voxel_grid<Real> scan_grid::in() const {
  robocache::voxel_grid<Real> grid{};
  for (int i = 0; i < 3; ++i) {
    const auto k = static_cast<std::size_t>(i);
    double begin = begin_of(i, 0);
    // fma is 0 if the product is exact, as with sizes like 0.5: then nothing needs to be done.
    const bool exact = std::fma(static_cast<double>(first[k]), size[k], -begin) == 0;
    if (std::is_same_v<Real, double> && !exact && !(origin && first[k] == 0)) {
      const auto farthest =
          static_cast<double>(std::max(std::llabs(first[k]), std::llabs(first[k] + extents[k])));
      begin -= 4 * std::numeric_limits<double>::epsilon() * farthest * size[k];
    }
    grid.origin[i] = static_cast<Real>(begin);
    grid.voxel_size[i] = static_cast<Real>(size[k]);
    grid.extents[i] = extents[k];
    if (!origin && first[k] < 0) keep_zero(grid, i, -first[k]);
  }
  return grid;
}

template robocache::voxel_grid<float> scan_grid::in<float>() const;
template robocache::voxel_grid<double> scan_grid::in<double>() const;

scan_grid scan_grid::part(const std::array<std::int64_t, 3>& begin,
                          const std::array<std::int64_t, 3>& count) const {
  scan_grid result = *this;
  for (std::size_t k = 0; k < 3; ++k) result.first[k] += begin[k];
  result.extents = count;
  return result;
}

scan_grid choose_grid(const grid_request& request, const voxel_input& input,
                      const robocache::rigid_transform& transform) {
  scan_grid grid;
  grid.size = request.size;
  grid.origin = request.origin;
  if (request.crop) {
    for (std::size_t k = 0; k < 3; ++k) {
      set_cells(grid, k, std::floor((*request.crop)[k] / grid.size[k]),
                std::ceil((*request.crop)[k + 3] / grid.size[k]));
    }
    return grid;
  }
  if (!(request.origin && request.extents)) {
    const auto cover_points = [&](auto real) {
      const auto bounds = measure<decltype(real)>(input, transform);
      if (request.origin) {
        cover_from_origin(grid, bounds);
      } else {
        cover(grid, bounds);
      }
    };
    if (input.type == coordinate_type::f32) {
      cover_points(float{});
    } else {
      cover_points(double{});
    }
  }
  if (request.extents) grid.extents = *request.extents;
  return grid;
}

}  // namespace recordings
