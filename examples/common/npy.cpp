// SPDX-License-Identifier: Apache-2.0
#include "npy.hpp"

#include <fmt/format.h>

namespace recordings {

std::string npy_file(const std::string& descr, const std::vector<std::size_t>& shape,
                     const std::string& data) {
  std::string extents;
  for (const std::size_t extent : shape) extents += fmt::format("{}, ", extent);
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", descr, extents);
  // The elements start at a multiple of 64, so that the file can be mapped into memory.
  constexpr std::size_t before_header = 10;
  constexpr std::size_t alignment = 64;
  while ((before_header + header.size() + 1) % alignment != 0) header += ' ';
  header += '\n';

  std::string file("\x93NUMPY\x01\x00", 8);
  append_little_endian(file, header.size(), 2);
  return file + header + data;
}

}  // namespace recordings
