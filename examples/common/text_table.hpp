// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "errors.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// \file
/// A text file of columns: CSV, TSV, or blank-separated as TUM's. Only cut into fields here; what
/// the fields mean is decided in layout.hpp.
///
/// A small reader of its own, because recordings need what the packaged CSV libraries do not give
/// together: a column count known only at run time, blanks as separator, comments, and the line
/// number of whatever is wrong.

namespace recordings {

struct text_table {
  std::string path;
  std::vector<char> content;        ///< the whole file; `fields` point into it
  char delimiter = ',';             ///< ',' ';' '\t', or ' ' for any run of blanks
  std::vector<std::string> header;  ///< column names; empty if the file tells none
  std::size_t columns = 0;
  std::vector<std::string_view> fields;  ///< [rows, columns], trimmed, quotes removed
  std::vector<int> lines;                ///< [rows], line numbers in the file, from 1

  std::size_t rows() const { return lines.size(); }
  std::string_view field(std::size_t row, std::size_t column) const {
    return fields[row * columns + column];
  }
};

/// Reads a file. Lines that are empty or start with '#' are skipped, but the last '#' line before
/// the data names the columns if it has as many words. A first line without any number is a header.
/// \throws input_error if it cannot be read, is not text, holds no samples, or a line has another
///         number of columns than the first
text_table read_text_table(const std::string& path);

/// True if `text` is a number as `std::strtod` knows them, and nothing else.
bool is_number(std::string_view text);

/// Reads a number; an empty field is NaN, as loggers write missing values.
/// \return false if `text` is neither
bool parse_number(std::string_view text, double& value);

}  // namespace recordings
