// SPDX-License-Identifier: Apache-2.0
#include "files.hpp"

#include "errors.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace recordings {

std::vector<char> read_bytes(const std::string& path) {
  if (std::filesystem::is_directory(path)) {
    throw input_error(fmt::format("{}: is a directory, not a recording", path));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw input_error(fmt::format("{}: {}", path, std::strerror(errno)));
  std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) throw input_error(fmt::format("{}: cannot be read", path));
  return bytes;
}

void write_bytes(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw input_error(fmt::format("{}: cannot be written", path));
}

void make_folder(const std::string& path) {
  if (path.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw input_error(fmt::format("{}: {}", path, error.message()));
}

}  // namespace recordings
