// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backend.hpp"
#include "stream_spec.hpp"
#include "target_grid.hpp"

#include <optional>
#include <string>
#include <vector>

/// \file
/// The command line.

namespace recordings {

/// Which time the targets cover, of that of the streams.
enum class span_choice {
  overlap,  ///< what all streams recorded
  all,      ///< from the first sample of any to the last
};

struct program_options {
  std::vector<stream_spec> streams;
  stream_options defaults;  ///< for all streams, simulated ones included
  bool simulate = false;

  std::optional<double> rate;       ///< Hz; this or `like`
  std::optional<std::string> like;  ///< name of a stream
  span_choice span = span_choice::overlap;
  std::optional<time_point> start;  ///< instead of the span's
  std::optional<time_point> end;

  scalar_kind scalar = scalar_kind::f32;
  backend_choice backend = backend_choice::automatic;
  int threads = 0;

  std::string output = "fused.csv";
  bool with_ages = false;
  std::optional<std::string> plot;  ///< empty string: none
  std::vector<std::string> plot_columns;
};

/// \return nothing if all was said already (--help, --version)
/// \throws usage_error
std::optional<program_options> parse_command_line(int argc, char** argv);

}  // namespace recordings
