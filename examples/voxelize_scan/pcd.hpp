// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scan.hpp"

#include <string>
#include <string_view>
#include <vector>

/// \file
/// PCD files, the Point Cloud Library's: a header of lines, then ascii, binary or LZF-compressed
/// points. (https://pointclouds.org/documentation/tutorials/pcd_file_format.html)
///
/// A small reader of its own: the packaged one is all of PCL, and it copies every point into a
/// structure of its own, while `voxelize` takes them from the file's bytes. LZF is liblzf's.

namespace recordings {

/// Whether the first word of the text is one that PCD headers begin with.
bool looks_like_pcd(std::string_view text);

/// \throws input_error
scan parse_pcd(const std::string& path, std::vector<char> bytes);

}  // namespace recordings
