// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backend.hpp"
#include "conditioning.hpp"
#include "layout.hpp"
#include "policy.hpp"
#include "target_grid.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// \file
/// The command line.

namespace recordings {

/// A file to resample and its latency compensation.
struct input_file {
  std::string path;
  std::int64_t offset = 0;  ///< ns
};

struct program_options {
  std::vector<input_file> inputs;
  bool simulate = false;

  layout_request layout;
  unsorted_policy unsorted = unsorted_policy::sort;
  bool quaternions = true;

  std::optional<double> rate;  ///< Hz; this or `like`
  std::optional<std::string> like;
  std::optional<std::string> like_column;
  std::optional<time_point> start;
  std::optional<time_point> end;

  stream_policy policy;
  bool max_gap_automatic = true;  ///< 3 times each stream's median interval
  bool max_gap_none = false;
  scalar_kind scalar = scalar_kind::f32;
  backend_choice backend = backend_choice::automatic;
  int threads = 0;

  std::string output = "resampled";
  bool with_status = false;
  std::optional<std::string> plot;  ///< empty string: none
  std::vector<std::string> plot_columns;
};

/// \return nothing if all was said already (--help, --version)
/// \throws usage_error
std::optional<program_options> parse_command_line(int argc, char** argv);

}  // namespace recordings
