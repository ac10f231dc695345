// SPDX-License-Identifier: Apache-2.0
#include "ply.hpp"

#include "errors.hpp"
#include "scan_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace recordings {
namespace {

using words_of_line = std::vector<std::string_view>;

struct ply_element {
  std::string name;
  std::int64_t count = 0;
  std::vector<scan_field> fields;
  bool has_list = false;
};

struct ply_header {
  std::string version;
  bool text = false;
  std::vector<ply_element> before;  ///< elements before the vertices
  ply_element vertex;
};

std::optional<number_type> type_from(std::string_view word) {
  struct name {
    const char* old_word;
    const char* word;
    number_type type;
  };
  constexpr std::array<name, 8> names{{{"char", "int8", number_type::i8},
                                       {"uchar", "uint8", number_type::u8},
                                       {"short", "int16", number_type::i16},
                                       {"ushort", "uint16", number_type::u16},
                                       {"int", "int32", number_type::i32},
                                       {"uint", "uint32", number_type::u32},
                                       {"float", "float32", number_type::f32},
                                       {"double", "float64", number_type::f64}}};
  for (const name& n : names) {
    if (word == n.old_word || word == n.word) return n.type;
  }
  return std::nullopt;
}

void take_format(const line_reader& lines, const words_of_line& words, ply_header& header) {
  if (words.size() != 3) lines.fail("format wants a kind and a version");
  if (words[1] != "ascii" && words[1] != "binary_little_endian") {
    lines.fail(fmt::format("format '{}' is not one of ascii, binary_little_endian", words[1]));
  }
  header.text = words[1] == "ascii";
  header.version = words[2];
}

void take_property(const line_reader& lines, const words_of_line& words, ply_element& element) {
  if (words.size() == 5 && words[1] == "list") {
    element.has_list = true;
    return;
  }
  if (words.size() != 3) lines.fail("property wants a type and a name");
  const auto type = type_from(words[1]);
  if (!type) lines.fail(fmt::format("property '{}' has the unknown type {}", words[2], words[1]));
  for (const scan_field& before : element.fields) {
    if (before.name == words[2])
      lines.fail(fmt::format("two properties are called '{}'", words[2]));
  }
  scan_field field;
  field.name = words[2];
  field.type = *type;
  element.fields.push_back(field);
}

/// Puts elements where they belong; the header ends or the next element begins.
void close_element(const line_reader& lines, ply_element& element, ply_header& header,
                   bool& vertex_seen) {
  if (element.name.empty() || vertex_seen) return;
  if (element.has_list) {
    lines.fail(fmt::format("element '{}' has a list, which is only supported after the vertices",
                           element.name));
  }
  if (element.name == "vertex") {
    header.vertex = element;
    vertex_seen = true;
  } else {
    header.before.push_back(element);
  }
}

ply_header read_header(line_reader& lines) {
  ply_header header;
  ply_element element;
  words_of_line words;
  bool vertex_seen = false;
  lines.next_words(words);  // ply
  for (;;) {
    if (!lines.next_words(words)) lines.fail("the file ends within the header");
    if (words[0] == "format") {
      take_format(lines, words, header);
    } else if (words[0] == "element") {
      close_element(lines, element, header, vertex_seen);
      if (words.size() != 3) lines.fail("element wants a name and a number");
      element = {std::string(words[1]), header_number(lines, "element count", words[2]), {}, false};
    } else if (words[0] == "property") {
      if (element.name.empty()) lines.fail("property before element");
      take_property(lines, words, element);
    } else if (words[0] == "end_header") {
      break;
    } else if (words[0] != "comment" && words[0] != "obj_info") {
      lines.fail(fmt::format("'{}' is no word of a PLY header", words[0].substr(0, 20)));
    }
  }
  close_element(lines, element, header, vertex_seen);
  if (header.version.empty()) lines.fail("the header has no format");
  if (!vertex_seen) lines.fail("the header has no element vertex");
  if (header.vertex.fields.empty()) lines.fail("element vertex has no properties");
  return header;
}

}  // namespace

scan parse_ply(const std::string& path, std::vector<char> bytes) {
  line_reader lines(path, {bytes.data(), bytes.size()});
  ply_header header = read_header(lines);
  scan result;
  result.path = path;
  result.format = fmt::format("PLY {}, {}", header.version, header.text ? "ascii" : "binary");
  result.fields = std::move(header.vertex.fields);
  result.points = result.width = header.vertex.count;
  if (header.text) {
    words_of_line ignored;
    for (const ply_element& element : header.before) {
      for (std::int64_t i = 0; i < element.count; ++i) {
        if (!lines.next_words(ignored)) lines.fail("the file ends before the vertices");
      }
    }
    read_text_points(lines, result);
    return result;
  }
  std::size_t begin = lines.position();
  for (ply_element& element : header.before) {
    const std::int64_t size = element.count * pack_records(element.fields, 0);
    if (static_cast<std::size_t>(size) > bytes.size() - begin) {
      throw input_error(
          fmt::format("{}: byte {}: the file ends before the vertices", path, bytes.size()));
    }
    begin += static_cast<std::size_t>(size);
  }
  const std::int64_t record = pack_records(result.fields, static_cast<std::int64_t>(begin));
  check_complete(result, begin, record, bytes.size());
  result.bytes = std::move(bytes);
  return result;
}

}  // namespace recordings
