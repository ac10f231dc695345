// SPDX-License-Identifier: Apache-2.0
#include "text_table.hpp"

#include "files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>

namespace recordings {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes the next line off `rest`, without its line end (LF or CR LF).
std::string_view next_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

/// The first of , ; and tab that stands outside quotes; blanks if there is none.
char guess_delimiter(std::string_view line) {
  bool quoted = false;
  std::string outside;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (!quoted) outside += c;
  }
  for (const char delimiter : {',', ';', '\t'}) {
    if (outside.find(delimiter) != std::string::npos) return delimiter;
  }
  return ' ';
}

/// Appends the fields of a line. A field may stand in double quotes, which then may hold
/// delimiters. \return false if a quote is not closed
bool split(std::string_view line, char delimiter, std::vector<std::string_view>& fields) {
  line = delimiter == '\t' ? line : trimmed(line);
  const auto is_end = [&](char c) { return delimiter == ' ' ? is_blank(c) : c == delimiter; };
  for (;;) {
    if (delimiter != '\t') {
      while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    }
    const bool quoted = !line.empty() && line.front() == '"';
    if (quoted) line.remove_prefix(1);
    std::size_t end = 0;
    if (quoted) {
      end = line.find('"');
      if (end == std::string_view::npos) return false;
    } else {
      while (end < line.size() && !is_end(line[end])) ++end;
    }
    fields.push_back(trimmed(line.substr(0, end)));
    line.remove_prefix(quoted ? end + 1 : end);
    while (!line.empty() && !is_end(line.front())) line.remove_prefix(1);
    if (line.empty()) return true;
    line.remove_prefix(1);
  }
}

}  // namespace

bool parse_number(std::string_view text, double& value) {
  if (text.empty()) {
    value = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return false;
  if (error == std::errc::result_out_of_range) {  // denormal, zero or infinite: strtod tells which
    value = std::strtod(std::string(text).c_str(), nullptr);
  }
  return true;
}

bool is_number(std::string_view text) {
  double ignored = 0;
  return !text.empty() && parse_number(text, ignored);
}

text_table read_text_table(const std::string& path) {
  text_table table;
  table.path = path;
  table.content = read_bytes(path);
  std::string_view rest(table.content.data(), table.content.size());
  if (rest.substr(0, 3) == "\xef\xbb\xbf") rest.remove_prefix(3);  // byte order mark

  bool first = true;
  int header_line = 0;
  int line_number = 0;
  std::string_view comment;
  std::vector<std::string_view> fields;
  while (!rest.empty()) {
    const std::string_view line = next_line(rest);
    ++line_number;
    if (line.find('\0') != std::string_view::npos) {
      throw input_error(fmt::format("{}:{}: not a text file", path, line_number));
    }
    if (trimmed(line).empty()) continue;
    if (trimmed(line).front() == '#') {
      if (first) comment = trimmed(trimmed(line).substr(1));
      continue;
    }
    if (first) table.delimiter = guess_delimiter(line);
    fields.clear();
    if (!split(line, table.delimiter, fields)) {
      throw input_error(fmt::format("{}:{}: a quote is not closed", path, line_number));
    }
    if (first) {
      first = false;
      table.columns = fields.size();
      if (std::none_of(fields.begin(), fields.end(), is_number)) {
        table.header.assign(fields.begin(), fields.end());
        header_line = line_number;
        continue;
      }
    }
    if (fields.size() != table.columns) {
      throw input_error(fmt::format("{}:{}: {} column{}, expected {}", path, line_number,
                                    fields.size(), fields.size() == 1 ? "" : "s", table.columns));
    }
    table.fields.insert(table.fields.end(), fields.begin(), fields.end());
    table.lines.push_back(line_number);
  }
  if (table.rows() == 0) {
    throw input_error(header_line > 0
                          ? fmt::format("{}:{}: no samples after the header", path, header_line)
                          : fmt::format("{}: no samples", path));
  }
  if (table.header.empty() && !comment.empty()) {
    fields.clear();
    if (split(comment, guess_delimiter(comment), fields) && fields.size() == table.columns) {
      table.header.assign(fields.begin(), fields.end());
    }
  }
  return table;
}

}  // namespace recordings
