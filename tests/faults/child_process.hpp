// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace robocache_test {

/// How a process ended.
struct process_end {
  int exit_code = -1;  ///< -1: it did not exit
  int signal = 0;      ///< that ended it
  bool timed_out = false;
  std::string output;  ///< standard output and errors
};

/// Runs a hidden test of this program in a process of its own, for two minutes at most.
///
/// \param name  of the test: no comma, bracket, quote or asterisk
process_end run_child(const std::string& name);

/// For where CUDA may end the process, and nothing before that.
void say_launching();

/// For the end of each such test, so that one that was not found or ended early does not pass.
void reach_end();

/// Whether the output says so.
bool was_launching(const process_end& end);
bool reached_end(const process_end& end);

}  // namespace robocache_test
