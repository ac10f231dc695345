// SPDX-License-Identifier: Apache-2.0

#include "errors.hpp"
#include "exit_codes.hpp"
#include "options.hpp"
#include "supervisor.hpp"
#include "worker.hpp"

#include <fmt/format.h>

/// \file
/// supervised: a worker that may die at any time, and a process that starts it anew.

namespace {

int failed(supervised::exit_code code, const std::exception& error) {
  fmt::print(stderr, "supervised: {}\n", error.what());
  return code;
}

}  // namespace

int main(int argc, char** argv) {
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
  } catch (const std::exception& error) {
    return failed(supervised::defect, error);
  }
}
