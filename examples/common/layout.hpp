// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text_table.hpp"
#include "time_stamp.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// \file
/// Which column is the time, in which unit, and which columns are channels: as told, else guessed.

namespace recordings {

/// What the user tells about a file. Columns are named, or counted from 0.
struct layout_request {
  std::optional<std::string> time_column;
  std::vector<std::string> columns;  ///< empty: every other numeric column
  std::optional<time_unit> unit;
};

struct column_layout {
  std::size_t time_column = 0;
  std::string time_name = "time";
  time_unit unit = time_unit::seconds;
  std::vector<std::size_t> columns;
  std::vector<std::string> names;  ///< one per channel
  bool is_pose = false;            ///< x y z in metres and a quaternion, by shape or by name
  std::string description;         ///< one line for the user, saying what was guessed
};

/// \throws input_error if a told column does not exist or nothing numeric is there
column_layout find_layout(const text_table& table, const layout_request& request);

/// Where the stamps alone are wanted: the other columns may hold anything.
column_layout find_time_layout(const text_table& table, const layout_request& request);

}  // namespace recordings
