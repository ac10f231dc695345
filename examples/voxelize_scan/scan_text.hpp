// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scan.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// \file
/// What PCD and PLY have in common: headers of lines of words, points as lines of numbers.

namespace recordings {

/// Goes through the lines of a file's text part and knows where it is.
class line_reader {
 public:
  line_reader(std::string path, std::string_view text) : path_(std::move(path)), text_(text) {}

  /// Takes the next line, without its end. \return false at the end of the file
  bool next(std::string_view& line);

  /// The next line that has words, cut at blanks; lines that start with `comment` are skipped.
  bool next_words(std::vector<std::string_view>& words, char comment = '\0');

  int line() const { return line_; }              ///< the last one taken, from 1
  std::size_t position() const { return next_; }  ///< bytes up to the next line
  std::size_t remaining() const { return text_.size() - next_; }

  /// \throws input_error with file, line and this message
  [[noreturn]] void fail(const std::string& message) const;

 private:
  std::string path_;
  std::string_view text_;
  std::size_t next_ = 0;
  int line_ = 0;
};

/// A number from 0 to 2^31 - 1, more than any scan has points.
/// \throws input_error at the reader's line, which calls the number `what`
std::int64_t header_number(const line_reader& lines, const char* what, std::string_view word);

/// Gives the fields offsets and steps of records that follow each other from byte `begin` on.
/// \return bytes of a record
std::int64_t pack_records(std::vector<scan_field>& fields, std::int64_t begin);

/// Turns lines of numbers, one per point, into packed records: `result` has the fields and the
/// number of points, and gets the bytes.
/// \throws input_error with the line
void read_text_points(line_reader& lines, scan& result);

/// \throws input_error unless `size` bytes hold the records from byte `begin` on
void check_complete(const scan& result, std::size_t begin, std::int64_t record, std::size_t size);

}  // namespace recordings
