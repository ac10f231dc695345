// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/voxelize/points.hpp>

#include <cstdint>

/// \file
/// Features that are the coordinates of the call's own points, as the call moves them: for height
/// maps, centroids, and what a network wants to know of a point within its voxel.

namespace robocache {

/// Which of a point's coordinates.
enum class coordinate : std::uint8_t { x, y, z };

/// Where coordinates count from.
enum class relative_to : std::uint8_t {
  frame,         ///< the zero of the grid's frame, in which `voxel_grid::origin` is given, too
  voxel_centre,  ///< the centre of the voxel that the point lies in
};

/// As the type of features: coordinates of the call's own points, after `options.transform`. The
/// very numbers by which their voxels were chosen, so a height map of a moved sensor holds heights
/// in the frame of the grid. Nothing is stored: they are made of the points where they are needed.
///
/// Reducers take floats, so each is rounded to float once. Of double coordinates far from zero that
/// leaves little: 0.25 m at 5,000 km. There take `relative_to::voxel_centre`, computed in double
/// for points of either type: `fma(-(cell + 0.5), voxel_size, p - origin)`, the cell along the axis
/// as `cell_of` says, difference and fma rounded to double, the result to float. A point on a
/// face may so be more than half a voxel off: by a rounding of the points' type, which is many
/// voxels where floats are more than 2^23 of them from the origin.
///
/// \tparam Real  type of the points, float or double
template <class Real, relative_to To = relative_to::frame>
struct point_coordinates;

/// N points with up to three coordinates each as features. Make one with `coordinates_of`.
template <class Real, relative_to To>
struct feature_view<point_coordinates<Real, To>> {
  point_view<Real> points;           ///< the call's own; others are refused
  coordinate first = coordinate::x;  ///< the first channel
  std::int64_t channels = 3;         ///< F: 0 up to those from `first` to z
};

/// Features that are one or some of the coordinates of the call's own points, moved by the call.
///
/// \code
/// // A height map: the highest z of each column, in the grid's frame.
/// const auto heights = coordinates_of(points, coordinate::z);
/// voxelize<reduction::max>(points, heights, grid, output, {}, options, space, where);
/// // How far the points' mean is from the centre of their voxel along x, y and z.
/// const auto places = coordinates_of<relative_to::voxel_centre>(points);
/// voxelize<reduction::mean>(points, places, grid, output, {}, options, space, where);
/// \endcode
///
/// \tparam To       where they count from
/// \param points    the points of the call; in memory, not made by a kernel
/// \param first     the first of the coordinates
/// \param channels  how many: F
template <relative_to To = relative_to::frame, class Real>
ROBOCACHE_HD constexpr feature_view<point_coordinates<Real, To>> coordinates_of(
    const point_view<Real>& points, coordinate first, std::int64_t channels = 1) noexcept {
  return {points, first, channels};
}

/// The same of all three, x, y and z.
///
/// \param points  as above
template <relative_to To = relative_to::frame, class Real>
ROBOCACHE_HD constexpr feature_view<point_coordinates<Real, To>> coordinates_of(
    const point_view<Real>& points) noexcept {
  return {points, coordinate::x, 3};
}

namespace detail {

/// Features are made of the call's points.
template <class In>
inline constexpr bool are_coordinates = false;
template <class Real, relative_to To>
inline constexpr bool are_coordinates<point_coordinates<Real, To>> = true;

}  // namespace detail
}  // namespace robocache
