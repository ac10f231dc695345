// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scan.hpp"

#include <string>
#include <vector>

/// \file
/// PLY files, ascii and binary little endian: the properties of their vertices are the fields.
///
/// A small reader of its own: it shares all but the header with PCD's, and no packaged library
/// (draco, assimp, PCL, VTK) gives the bytes as they are, or even keeps an intensity.

namespace recordings {

/// Elements before the vertices may have no lists; what follows the vertices is not looked at.
/// \throws input_error
scan parse_ply(const std::string& path, std::vector<char> bytes);

}  // namespace recordings
