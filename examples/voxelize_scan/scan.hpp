// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// \file
/// A scan as it lies in its file: bytes, and where in them each field of each point is.

namespace recordings {

enum class number_type { i8, u8, i16, u16, i32, u32, i64, u64, f32, f64 };

/// Bytes that a number takes.
std::int64_t size_of(number_type type);

/// "float32", "uint8".
const char* name_of(number_type type);

/// Reads a number at any address. Rounded where a double cannot hold it (64-bit integers).
double number_at(const char* bytes, number_type type);

struct scan_field {
  std::string name;
  number_type type = number_type::f32;
  std::int64_t count = 1;   ///< numbers per point
  std::int64_t offset = 0;  ///< bytes from `scan::bytes` to the first point's
  std::int64_t step = 0;    ///< bytes from one point's to the next point's
};

/// The points of a file. Their fields lie as the file has them: one record after another, or, as in
/// compressed PCD files, one field after another.
struct scan {
  std::string path;
  std::string format;  ///< for people: "PCD 0.7, binary"
  std::vector<char> bytes;
  std::vector<scan_field> fields;
  std::int64_t points = 0;
  std::int64_t width = 0;  ///< of an organised scan: width * height points
  std::int64_t height = 1;

  /// Null if there is none.
  const scan_field* find(const std::string& name) const;
  double value(const scan_field& field, std::int64_t point, std::int64_t number = 0) const {
    const std::int64_t at = field.offset + point * field.step + number * size_of(field.type);
    return number_at(bytes.data() + at, field.type);
  }
};

/// Reads a PCD or PLY file; which one it is, its first bytes tell.
/// \throws input_error with the file and the line (text) or byte (binary) where something is wrong
scan read_scan(const std::string& path);

/// The same from what was read already. \param path  for messages
scan parse_scan(const std::string& path, std::vector<char> bytes);

/// "x y z intensity".
std::string names_of(const std::vector<scan_field>& fields);

}  // namespace recordings
