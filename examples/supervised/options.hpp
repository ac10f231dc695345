// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backend.hpp"
#include "faults.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// \file
/// The command line, which a worker is given as well.

namespace supervised {

struct program_options {
  std::string state = "supervised.state";
  std::string output = "supervised.txt";
  bool resume = false;
  bool verify = false;

  std::uint64_t items = 200;  ///< 0: without an end
  double rate = 100;          ///< items per second; 0: as fast as can be
  std::uint64_t capacity = 16;
  bool never_drop = false;

  recordings::backend_choice backend = recordings::backend_choice::automatic;
  std::int64_t work_time = 0;  ///< ns, slept with each item

  // Durations in ns.
  std::int64_t deadline = 1'000'000'000;
  std::int64_t start_deadline = 30'000'000'000;
  std::int64_t backoff = 100'000'000;
  std::int64_t grace = 10'000'000'000;
  std::int64_t window = 60'000'000'000;
  std::size_t max_restarts = 5;

  std::vector<fault> faults;
  int worker = -1;  ///< in a worker: the state file, open
};

/// \return nothing if all was said already (--help)
/// \throws recordings::usage_error
std::optional<program_options> parse_command_line(int argc, char** argv);

}  // namespace supervised
