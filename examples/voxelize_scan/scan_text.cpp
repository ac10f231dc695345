// SPDX-License-Identifier: Apache-2.0
#include "scan_text.hpp"

#include "errors.hpp"
#include "text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

namespace recordings {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

template <class T>
bool write_integer(std::string_view word, char* to) {
  T value{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return false;
  std::memcpy(to, &value, sizeof(value));
  return true;
}

/// \return false if the word is no number of this type
bool write_number(std::string_view word, number_type type, char* to) {
  switch (type) {
    case number_type::i8:
      return write_integer<std::int8_t>(word, to);
    case number_type::u8:
      return write_integer<std::uint8_t>(word, to);
    case number_type::i16:
      return write_integer<std::int16_t>(word, to);
    case number_type::u16:
      return write_integer<std::uint16_t>(word, to);
    case number_type::i32:
      return write_integer<std::int32_t>(word, to);
    case number_type::u32:
      return write_integer<std::uint32_t>(word, to);
    case number_type::i64:
      return write_integer<std::int64_t>(word, to);
    case number_type::u64:
      return write_integer<std::uint64_t>(word, to);
    case number_type::f32:
    case number_type::f64:
      break;
  }
  double value = 0;
  if (!parse_number(word, value)) return false;
  if (type == number_type::f64) {
    std::memcpy(to, &value, sizeof(value));
  } else {
    const auto rounded = static_cast<float>(value);
    std::memcpy(to, &rounded, sizeof(rounded));
  }
  return true;
}

}  // namespace

bool line_reader::next(std::string_view& line) {
  if (next_ >= text_.size()) return false;
  const std::size_t end = text_.find('\n', next_);
  line = text_.substr(next_, end == std::string_view::npos ? end : end - next_);
  next_ = end == std::string_view::npos ? text_.size() : end + 1;
  ++line_;
  return true;
}

bool line_reader::next_words(std::vector<std::string_view>& words, char comment) {
  std::string_view line;
  while (next(line)) {
    words.clear();
    std::size_t at = 0;
    for (;;) {
      while (at < line.size() && is_blank(line[at])) ++at;
      if (at == line.size()) break;
      const std::size_t begin = at;
      while (at < line.size() && !is_blank(line[at])) ++at;
      words.push_back(line.substr(begin, at - begin));
    }
    if (!words.empty() && (comment == '\0' || words[0][0] != comment)) return true;
  }
  return false;
}

void line_reader::fail(const std::string& message) const {
  throw input_error(fmt::format("{}:{}: {}", path_, line_, message));
}

std::int64_t header_number(const line_reader& lines, const char* what, std::string_view word) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || value < 0 ||
      value > std::numeric_limits<std::int32_t>::max()) {
    lines.fail(fmt::format("{} '{}' is not a number from 0 to 2147483647", what, word));
  }
  return value;
}

std::int64_t pack_records(std::vector<scan_field>& fields, std::int64_t begin) {
  std::int64_t size = 0;
  for (scan_field& field : fields) {
    field.offset = begin + size;
    size += field.count * size_of(field.type);
  }
  for (scan_field& field : fields) field.step = size;
  return size;
}

void read_text_points(line_reader& lines, scan& result) {
  const std::int64_t record = pack_records(result.fields, 0);
  std::int64_t numbers = 0;
  for (const scan_field& field : result.fields) numbers += field.count;
  // No more memory than the text can fill, whatever is announced: a number and what parts it from
  // the next take two bytes at least.
  // NOLINTNEXTLINE(clang-analyzer-core.DivideZero): headers without fields have been refused
  const auto possible = static_cast<std::int64_t>(lines.remaining()) / (2 * numbers) + 1;
  std::vector<char> bytes;
  bytes.reserve(static_cast<std::size_t>(std::min(result.points, possible) * record));
  std::vector<std::string_view> words;
  for (std::int64_t point = 0; point < result.points; ++point) {
    if (!lines.next_words(words)) {
      lines.fail(fmt::format("the file ends after {} of {} points", point, result.points));
    }
    if (static_cast<std::int64_t>(words.size()) != numbers) {
      lines.fail(fmt::format("{} numbers, expected {}", words.size(), numbers));
    }
    std::size_t word = 0;
    bytes.resize(bytes.size() + static_cast<std::size_t>(record));
    char* to = bytes.data() + point * record;
    for (const scan_field& field : result.fields) {
      for (std::int64_t k = 0; k < field.count; ++k, ++word, to += size_of(field.type)) {
        if (write_number(words[word], field.type, to)) continue;
        lines.fail(
            fmt::format("{} '{}' is not a {}", field.name, words[word], name_of(field.type)));
      }
    }
  }
  result.bytes = std::move(bytes);
}

void check_complete(const scan& result, std::size_t begin, std::int64_t record, std::size_t size) {
  const auto there = static_cast<std::int64_t>(size - begin);
  // Points are below 2^31 and records below 2^31 bytes: no overflow.
  if (result.points * record <= there) return;
  throw input_error(fmt::format(
      "{}: byte {}: the file ends in point {} of {}, {} bytes of {} bytes a point are missing",
      result.path, size, there / record, result.points, result.points * record - there, record));
}

}  // namespace recordings
