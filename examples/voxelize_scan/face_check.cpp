// SPDX-License-Identifier: Apache-2.0
#include "face_check.hpp"

#include <robocache/voxelize/rules/cell.hpp>

#include <algorithm>
#include <cmath>

namespace recordings {
namespace {

constexpr std::int64_t nowhere = -1;

/// Voxel numbers, one per point.
using numbers = std::vector<std::int64_t>;

template <class Real>
numbers numbers_in(const voxel_input& input, const scan_grid& grid,
                   const robocache::rigid_transform& transform) {
  const robocache::voxel_grid<Real> whole = grid.in<Real>();
  numbers result;
  for (std::int64_t i = 0; i < input.points; ++i) {
    Real p[3];
    input.load(i, transform, p);
    const auto cell = robocache::cell_of(p[0], p[1], p[2], whole);
    const bool inside = cell.fate == robocache::point_fate::inside;
    result.push_back(inside ? grid.number_of(cell) : nowhere);
  }
  return result;
}

/// floor(p / size), with nothing subtracted before; from a corner that was told, the difference.
numbers numbers_by_rule(const voxel_input& input, const scan_grid& grid,
                        const robocache::rigid_transform& transform) {
  numbers result;
  for (std::int64_t i = 0; i < input.points; ++i) {
    double p[3];
    input.load(i, transform, p);
    robocache::voxel_cell cell{};
    std::int32_t* const axis[] = {&cell.x, &cell.y, &cell.z};
    bool inside = true;
    for (std::size_t k = 0; k < 3; ++k) {
      const double from_corner = grid.origin ? p[k] - (*grid.origin)[k] : p[k];
      const double c = std::floor(from_corner / grid.size[k]) - static_cast<double>(grid.first[k]);
      inside = inside && c >= 0 && c < static_cast<double>(grid.extents[k]);
      if (inside) *axis[k] = static_cast<std::int32_t>(c);
    }
    result.push_back(inside ? grid.number_of(cell) : nowhere);
  }
  return result;
}

/// Each occupied voxel once, in order.
numbers distinct(numbers all) {
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (!all.empty() && all.front() == nowhere) all.erase(all.begin());
  return all;
}

std::int64_t missing_from(const numbers& a, const numbers& b) {
  numbers difference;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(difference));
  return static_cast<std::int64_t>(difference.size());
}

face_report compare(const char* arithmetic, const numbers& these, const numbers& rule) {
  face_report report;
  report.arithmetic = arithmetic;
  for (std::size_t i = 0; i < these.size(); ++i) report.moved += these[i] != rule[i] ? 1 : 0;
  const numbers voxels = distinct(these);
  const numbers expected = distinct(rule);
  report.occupied = static_cast<std::int64_t>(voxels.size());
  report.gained = missing_from(voxels, expected);
  report.lost = missing_from(expected, voxels);
  return report;
}

}  // namespace

std::vector<face_report> check_faces(const voxel_input& input, const scan_grid& grid,
                                     const robocache::rigid_transform& transform) {
  const numbers rule = numbers_by_rule(input, grid, transform);
  return {compare("floor(p / size)", rule, rule),
          compare("double", numbers_in<double>(input, grid, transform), rule),
          compare("float", numbers_in<float>(input, grid, transform), rule)};
}

}  // namespace recordings
