// SPDX-License-Identifier: Apache-2.0
#include "scan.hpp"

#include "errors.hpp"
#include "files.hpp"
#include "pcd.hpp"
#include "ply.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <string_view>
#include <utility>

namespace recordings {
namespace {

template <class T>
double read_as(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(value));
  return static_cast<double>(value);
}

struct type_facts {
  std::int64_t size;
  const char* name;
  double (*read)(const char*);
};

// In the order of `number_type`.
constexpr std::array<type_facts, 10> facts{{{1, "int8", read_as<std::int8_t>},
                                            {1, "uint8", read_as<std::uint8_t>},
                                            {2, "int16", read_as<std::int16_t>},
                                            {2, "uint16", read_as<std::uint16_t>},
                                            {4, "int32", read_as<std::int32_t>},
                                            {4, "uint32", read_as<std::uint32_t>},
                                            {8, "int64", read_as<std::int64_t>},
                                            {8, "uint64", read_as<std::uint64_t>},
                                            {4, "float32", read_as<float>},
                                            {8, "float64", read_as<double>}}};

const type_facts& facts_of(number_type type) {
  return facts[static_cast<std::size_t>(type)];
}

void check_coordinates(const scan& result) {
  for (const char* const axis : {"x", "y", "z"}) {
    if (result.find(axis) != nullptr) continue;
    throw input_error(
        fmt::format("{}: no field '{}', only: {}", result.path, axis, names_of(result.fields)));
  }
  if (result.points == 0) throw input_error(fmt::format("{}: no points", result.path));
}

}  // namespace

std::int64_t size_of(number_type type) {
  return facts_of(type).size;
}

const char* name_of(number_type type) {
  return facts_of(type).name;
}

double number_at(const char* bytes, number_type type) {
  return facts_of(type).read(bytes);
}

const scan_field* scan::find(const std::string& name) const {
  for (const scan_field& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::string names_of(const std::vector<scan_field>& fields) {
  std::string names;
  for (const scan_field& field : fields) {
    if (field.name == "_") continue;  // padding
    names += (names.empty() ? "" : " ") + field.name;
  }
  return names;
}

scan parse_scan(const std::string& path, std::vector<char> bytes) {
  const std::string_view text(bytes.data(), bytes.size());
  scan result;
  if (text.substr(0, 4) == "ply\n" || text.substr(0, 4) == "ply\r") {
    result = parse_ply(path, std::move(bytes));
  } else if (looks_like_pcd(text)) {
    result = parse_pcd(path, std::move(bytes));
  } else {
    throw input_error(fmt::format("{}: byte 0: neither a PCD nor a PLY file", path));
  }
  check_coordinates(result);
  return result;
}

scan read_scan(const std::string& path) {
  return parse_scan(path, read_bytes(path));
}

}  // namespace recordings
