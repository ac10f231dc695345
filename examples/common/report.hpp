// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stream_result.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// \file
/// The tables and notes that both programs print.

namespace recordings {

/// Rows of cells; the first row is the heading, the first column is left-aligned.
void print_table(const std::string& title, const std::vector<std::vector<std::string>>& rows);

/// What the recordings are like.
void print_recorded(const std::vector<stream_result>& streams);

/// What the user should know, one sentence a line.
void print_notes(const std::vector<stream_result>& streams);

/// A cell. Zero is the usual and good case: a dash lets what is not zero stand out.
std::string count_or_dash(std::int64_t n);
std::string duration_or_dash(double nanoseconds);

/// Of a computation: "12 us", "3.40 ms".
std::string computing_time(double milliseconds);

/// "OK", or the names of the set bits as in "AFTER|STALE".
std::string status_text(std::uint8_t status);

}  // namespace recordings
