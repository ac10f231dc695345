// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// \file
/// Whole files, with errors that name the file. All throw `input_error`.

namespace recordings {

std::vector<char> read_bytes(const std::string& path);

void write_bytes(const std::string& path, std::string_view bytes);

/// With the folders above it; one that exists is fine.
void make_folder(const std::string& path);

}  // namespace recordings
