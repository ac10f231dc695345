// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>

/// \file
/// What can go wrong in the example programs, and the exit codes that tell it.

namespace recordings {

/// Something is wrong with a file; the message starts with "file:line: " or "file: ".
struct input_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The command line is wrong; the message says how.
struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The library refused a call, or CUDA failed; the message says why.
struct computation_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Runs `body` and prints what it throws.
/// \return 0 done, 1 wrong command line, 2 something wrong with a file, 3 the computation failed
template <class Body>
int run_program(const char* name, const Body& body) {
  try {
    body();
    return 0;
  } catch (const usage_error& error) {
    fmt::print(stderr, "{}: {}\n", name, error.what());
    return 1;
  } catch (const input_error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", name, error.what());
    return 3;
  }
}

}  // namespace recordings
