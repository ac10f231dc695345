// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scan_grid.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// \file
/// What rounding does to the points next to the faces of voxels.

namespace recordings {

/// The cells of one arithmetic, beside those of floor(p / size) in double.
struct face_report {
  std::string arithmetic;     ///< "float"
  std::int64_t occupied = 0;  ///< voxels
  std::int64_t moved = 0;     ///< points that are in another voxel than by the rule
  std::int64_t gained = 0;    ///< voxels that only moved points are in
  std::int64_t lost = 0;      ///< voxels that moved points left empty
};

/// The rule itself, then double and float. `occupied` of each is the rule's plus gained minus lost.
/// \param input  its points are taken to be of their own type and converted for the other
std::vector<face_report> check_faces(const voxel_input& input, const scan_grid& grid,
                                     const robocache::rigid_transform& transform);

}  // namespace recordings
