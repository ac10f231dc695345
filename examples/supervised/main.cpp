// SPDX-License-Identifier: Apache-2.0

#include "errors.hpp"
#include "exit_codes.hpp"
#include "log.hpp"
#include "options.hpp"
#include "shared_state.hpp"
#include "supervisor.hpp"
#include "worker.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <new>

/// \file
/// supervised: a worker that may die at any time, and a process that starts it anew.

namespace {

int failed(supervised::exit_code code, const std::exception& error) {
  supervised::log("{}", error.what());
  return code;
}

/// A service may start with standard streams closed: a file must not get the number of one.
void open_standard_streams() {
  for (int descriptor = 0; descriptor >= 0 && descriptor <= STDERR_FILENO;) {
    descriptor = open("/dev/null", O_RDWR);
    if (descriptor > STDERR_FILENO) close(descriptor);
  }
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_streams();
  // What cannot be written is an error of that write, not the end of the process.
  (void)std::signal(SIGPIPE, SIG_IGN);
  (void)std::signal(SIGXFSZ, SIG_IGN);
  try {
    const auto options = supervised::parse_command_line(argc, argv);
    if (!options) return supervised::all_done;
    return options->worker >= 0 ? supervised::run_worker(*options)
                                : supervised::supervise(*options, argv);
  } catch (const recordings::usage_error& error) {
    return failed(supervised::wrong_command_line, error);
  } catch (const recordings::input_error& error) {
    return failed(supervised::file_failed, error);
  } catch (const supervised::state_file::busy& error) {
    return failed(supervised::try_again, error);
  } catch (const std::bad_alloc& error) {
    return failed(supervised::try_again, error);
  } catch (const std::exception& error) {
    return failed(supervised::defect, error);
  }
}
