// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/status.hpp>

#include <sysexits.h>

/// \file
/// How the program and its workers end; docs/supervision.md says what service managers do then.

namespace supervised {

enum exit_code : int {
  all_done = EX_OK,
  wrong_command_line = EX_USAGE,  // 64
  no_device = EX_UNAVAILABLE,     // 69: as the options demand it; another machine may have one
  defect = EX_SOFTWARE,           // 70: a new process would do the same
  file_failed = EX_IOERR,         // 74
  try_again = EX_TEMPFAIL,        // 75: a new process may do better, and goes on with what is left
};

constexpr bool is_exit_code(int code) {
  return code == all_done || code == wrong_command_line || code == no_device || code == defect ||
         code == file_failed || code == try_again;
}

/// How a worker ends after a launcher, or a CUDA call of its own, has said this.
inline exit_code exit_code_for(robocache::status_severity severity) {
  switch (severity) {
    case robocache::status_severity::none:
      return all_done;
    case robocache::status_severity::argument:
      return defect;
    case robocache::status_severity::resource:
    case robocache::status_severity::fatal:
      break;
  }
  return try_again;
}

}  // namespace supervised
