// SPDX-License-Identifier: Apache-2.0
#include "pcd.hpp"

#include "errors.hpp"
#include "scan_text.hpp"

#include <fmt/format.h>

#include <cstring>
#include <optional>
#include <utility>

#if ROBOCACHE_EXAMPLE_LZF
#include <lzf.h>
#endif

namespace recordings {
namespace {

using words_of_line = std::vector<std::string_view>;

struct pcd_header {
  std::string version = "?";
  std::vector<scan_field> fields;
  std::vector<std::int64_t> sizes;
  std::string types;
  std::optional<std::int64_t> width, height, points;
  std::string data;  ///< ascii, binary, binary_compressed
};

std::optional<number_type> type_from(char letter, std::int64_t size) {
  switch (letter) {
    case 'F':
      if (size == 4) return number_type::f32;
      if (size == 8) return number_type::f64;
      break;
    case 'I':
      if (size == 1) return number_type::i8;
      if (size == 2) return number_type::i16;
      if (size == 4) return number_type::i32;
      if (size == 8) return number_type::i64;
      break;
    case 'U':
      if (size == 1) return number_type::u8;
      if (size == 2) return number_type::u16;
      if (size == 4) return number_type::u32;
      if (size == 8) return number_type::u64;
      break;
    default:
      break;
  }
  return std::nullopt;
}

/// One entry for each field, or the line is wrong.
void check_entries(const line_reader& lines, const words_of_line& words, const pcd_header& header) {
  if (header.fields.empty()) lines.fail(fmt::format("{} before FIELDS", words[0]));
  if (words.size() - 1 == header.fields.size()) return;
  lines.fail(fmt::format("{} has {} entries for {} fields", words[0], words.size() - 1,
                         header.fields.size()));
}

std::int64_t only_number(const line_reader& lines, const words_of_line& words) {
  if (words.size() != 2) lines.fail(fmt::format("{} wants one number", words[0]));
  return header_number(lines, std::string(words[0]).c_str(), words[1]);
}

void take_fields(const line_reader& lines, const words_of_line& words, pcd_header& header) {
  if (words.size() < 2) lines.fail("FIELDS names none");
  if (!header.fields.empty()) lines.fail(fmt::format("{} for the second time", words[0]));
  for (std::size_t i = 1; i < words.size(); ++i) {
    scan_field field;
    field.name = words[i];
    for (const scan_field& before : header.fields) {
      if (before.name == field.name && field.name != "_") {
        lines.fail(fmt::format("two fields are called '{}'", field.name));
      }
    }
    header.fields.push_back(field);
  }
}

void take_types(const line_reader& lines, const words_of_line& words, pcd_header& header) {
  check_entries(lines, words, header);
  if (header.sizes.empty()) lines.fail("TYPE before SIZE");
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::int64_t size = header.sizes[i - 1];
    const auto type = words[i].size() == 1 ? type_from(words[i][0], size) : std::nullopt;
    if (!type) {
      lines.fail(fmt::format("field '{}' has TYPE {} SIZE {}; known are F 4 8, and I and U 1 2 4 8",
                             header.fields[i - 1].name, words[i], size));
    }
    header.fields[i - 1].type = *type;
    header.types += words[i][0];
  }
}

void take_counts(const line_reader& lines, const words_of_line& words, pcd_header& header) {
  check_entries(lines, words, header);
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::int64_t count = header_number(lines, "COUNT", words[i]);
    if (count < 1 || count > 65536) {
      lines.fail(fmt::format("field '{}' has COUNT {}, which is not 1 to 65536",
                             header.fields[i - 1].name, count));
    }
    header.fields[i - 1].count = count;
  }
}

/// \return true if the line was the header's last
bool take_line(const line_reader& lines, const words_of_line& words, pcd_header& header) {
  const std::string_view key = words[0];
  if (key == "VERSION") {
    if (words.size() == 2) header.version = words[1][0] == '.' ? "0" : "";
    if (words.size() == 2) header.version += words[1];
  } else if (key == "FIELDS" || key == "COLUMNS") {
    take_fields(lines, words, header);
  } else if (key == "SIZE") {
    check_entries(lines, words, header);
    header.sizes.clear();
    for (std::size_t i = 1; i < words.size(); ++i) {
      header.sizes.push_back(header_number(lines, "SIZE", words[i]));
    }
  } else if (key == "TYPE") {
    take_types(lines, words, header);
  } else if (key == "COUNT") {
    take_counts(lines, words, header);
  } else if (key == "WIDTH") {
    header.width = only_number(lines, words);
  } else if (key == "HEIGHT") {
    header.height = only_number(lines, words);
  } else if (key == "POINTS") {
    header.points = only_number(lines, words);
  } else if (key == "DATA") {
    header.data = words.size() == 2 ? words[1] : "";
    if (header.data == "ascii" || header.data == "binary" || header.data == "binary_compressed") {
      return true;
    }
    lines.fail(
        fmt::format("DATA '{}' is not one of ascii, binary, binary_compressed", header.data));
  } else if (key != "VIEWPOINT") {
    lines.fail(fmt::format("'{}' is no word of a PCD header", key.substr(0, 20)));
  }
  return false;
}

pcd_header read_header(line_reader& lines) {
  pcd_header header;
  words_of_line words;
  do {
    if (!lines.next_words(words, '#')) lines.fail("the file ends within the header");
  } while (!take_line(lines, words, header));
  if (header.fields.empty()) lines.fail("the header has no FIELDS");
  if (header.types.size() != header.fields.size()) lines.fail("the header has no TYPE");
  if (!header.width) lines.fail("the header has no WIDTH");
  if (!header.height) header.height = 1;
  const std::int64_t points = *header.width * *header.height;  // both below 2^31
  if (header.points && *header.points != points) {
    lines.fail(fmt::format("POINTS is {}, WIDTH x HEIGHT is {} x {} = {}", *header.points,
                           *header.width, *header.height, points));
  }
  if (points > 0x7fffffff) {
    lines.fail(fmt::format("WIDTH x HEIGHT is {} x {}, more than 2147483647 points", *header.width,
                           *header.height));
  }
  header.points = points;
  return header;
}

std::uint32_t word_at(const std::vector<char>& bytes, std::size_t at) {
  std::uint32_t word;
  std::memcpy(&word, bytes.data() + at, sizeof(word));
  return word;
}

[[noreturn]] void fail_at(const scan& result, std::size_t byte, const std::string& message) {
  throw input_error(fmt::format("{}: byte {}: {}", result.path, byte, message));
}

/// The fields lie one after another: all x, then all y.
void decompress(const std::vector<char>& file, std::size_t begin, scan& result) {
  if (file.size() - begin < 8) {
    fail_at(result, file.size(), "the file ends before the sizes of the compressed points");
  }
  const std::uint32_t compressed = word_at(file, begin);
  const std::uint32_t size = word_at(file, begin + 4);
  const std::size_t there = file.size() - begin - 8;
  if (compressed > there) {
    fail_at(result, begin,
            fmt::format("{} compressed bytes are announced, {} follow", compressed, there));
  }
  std::int64_t record = 0;
  for (scan_field& field : result.fields) {
    field.offset = record * result.points;
    field.step = field.count * size_of(field.type);
    record += field.step;
  }
  if (size != record * result.points) {
    fail_at(result, begin + 4,
            fmt::format("{} bytes uncompressed, but {} points of {} bytes take "
                        "{}",
                        size, result.points, record, record * result.points));
  }
  // Three bytes of LZF stand for at most 264, so nobody gets us to ask for absurd memory.
  if (size / 88 > compressed) {
    fail_at(result, begin,
            fmt::format("{} compressed bytes cannot stand for {}", compressed, size));
  }
  result.bytes.resize(size);
  if (size == 0) return;
#if ROBOCACHE_EXAMPLE_LZF
  const unsigned written =
      lzf_decompress(file.data() + begin + 8, compressed, result.bytes.data(), size);
  if (written != size) {
    fail_at(result, begin + 8,
            fmt::format("the compressed points are damaged: {} of {} bytes", written, size));
  }
#else
  throw input_error(
      fmt::format("{}: binary_compressed is not supported, this program was built "
                  "without liblzf (Debian: liblzf-dev)",
                  result.path));
#endif
}

}  // namespace

bool looks_like_pcd(std::string_view text) {
  for (const char* const word : {"#", "VERSION", "FIELDS", "COLUMNS"}) {
    if (text.substr(0, std::strlen(word)) == word) return true;
  }
  return false;
}

scan parse_pcd(const std::string& path, std::vector<char> bytes) {
  line_reader lines(path, {bytes.data(), bytes.size()});
  pcd_header header = read_header(lines);
  scan result;
  result.path = path;
  result.format = fmt::format("PCD {}, {}", header.version, header.data);
  result.fields = std::move(header.fields);
  result.points = *header.points;
  result.width = *header.width;
  result.height = *header.height;
  const std::size_t begin = lines.position();
  if (header.data == "ascii") {
    read_text_points(lines, result);
  } else if (header.data == "binary_compressed") {
    decompress(bytes, begin, result);
  } else {
    const std::int64_t record = pack_records(result.fields, static_cast<std::int64_t>(begin));
    check_complete(result, begin, record, bytes.size());
    result.bytes = std::move(bytes);
  }
  return result;
}

}  // namespace recordings
