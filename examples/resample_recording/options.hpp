// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample/options.hpp>

#include "backend.hpp"
#include "conditioning.hpp"
#include "layout.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
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

/// A point of time as told: absolute, or "+2.5" from the first sample of all.
struct time_point {
  std::int64_t nanoseconds = 0;
  bool relative = false;
};

enum class backend_choice { automatic, cpu, cuda };

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

  robocache::resample_policy<std::int64_t, double> policy;
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

/// The command line is wrong; the message says how.
struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// \return nothing if all was said already (--help, --version)
/// \throws usage_error
std::optional<program_options> parse_command_line(int argc, char** argv);

}  // namespace recordings
