// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exit_codes.hpp"
#include "options.hpp"

#include <sys/types.h>

#include <deque>
#include <optional>
#include <string>

namespace supervised {

/// Starts the worker, kills it if it is silent for too long, and starts another one after its end,
/// if that may help, and not too often.
class watchdog {
 public:
  watchdog(const program_options& options, shared_state& state, int descriptor, char** argv);

  /// To be called every few milliseconds.
  /// \return how it ended, after which there is no other worker
  std::optional<exit_code> poll();
  /// Kills the worker that runs, if one does, and waits for its end.
  void end();

  int restarts() const { return started_ - 1; }

 private:
  std::optional<exit_code> start();
  std::optional<exit_code> start_another(exit_code code);
  void look_for_life();
  std::optional<exit_code> after_end(int wait_status);

  const program_options& options_;
  shared_state& state_;
  std::vector<std::string> arguments_;

  pid_t worker_ = 0;  ///< 0: none runs
  bool killed_ = false;
  int started_ = 0;
  std::int64_t start_at_ = 0;
  std::uint64_t done_before_ = 0;  ///< when it was started
  int in_vain_ = 0;                ///< workers, one after another, that got nothing done
  std::deque<std::int64_t> ends_;  ///< within the window
};

}  // namespace supervised
