// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

/// \file
/// The results of rows as files, so that the peers can compare theirs with them.

namespace bench {

/// In place of a row's name: its result is not kept.
inline const std::string no_result;

/// Whether results are kept: the environment variable ROBOCACHE_RESULTS names a folder for them.
inline bool keeps_results(const std::string& row) {
  const char* const folder = std::getenv("ROBOCACHE_RESULTS");
  return row != no_result && folder != nullptr && *folder != '\0';
}

/// Writes the bytes of a row's result as they are, to `<row with _ for />.bin`. Throws where that
/// fails.
///
/// \param row  the row's name without warm, cold or threads, which have the same result
inline void keep_result(std::string row, const void* data, std::size_t bytes) {
  if (!keeps_results(row)) return;
  std::replace(row.begin(), row.end(), '/', '_');
  const auto path = std::filesystem::path(std::getenv("ROBOCACHE_RESULTS")) / (row + ".bin");
  std::ofstream file(path, std::ios::binary);
  file.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace bench
