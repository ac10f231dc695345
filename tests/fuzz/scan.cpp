// SPDX-License-Identifier: Apache-2.0
#include "scan.hpp"

#include "errors.hpp"
#include "input.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

// PCD files (ascii, binary, compressed) and PLY files: every number of every point.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace recordings;
  using robocache_test::require;
  const char* const first = reinterpret_cast<const char*>(data);
  try {
    const scan read = parse_scan("f", std::vector<char>(first, first + size));
    require(read.width * read.height == read.points, "width times height are other points");
    const auto bytes = static_cast<std::int64_t>(read.bytes.size());
    for (const scan_field& field : read.fields) {
      if (read.points == 0) continue;
      const std::int64_t last =
          field.offset + (read.points - 1) * field.step + field.count * size_of(field.type);
      require(field.offset >= 0 && field.step >= 0 && last <= bytes, "a field beyond the bytes");
      for (const std::int64_t point : {std::int64_t{0}, read.points - 1}) {
        for (std::int64_t i = 0; i < field.count && i < 64; ++i) (void)read.value(field, point, i);
      }
    }
    (void)names_of(read.fields);
  } catch (const input_error&) {
  }
  return 0;
}
