// SPDX-License-Identifier: Apache-2.0

#include "options.hpp"
#include "pipeline.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>

/// \file
/// resample_recording: real recordings to one rate, or to the stamps of another stream.
///
/// Exit codes: 0 done, 1 wrong command line, 2 something wrong with a file, 3 the computation
/// failed.

int main(int argc, char** argv) {
  try {
    if (auto options = recordings::parse_command_line(argc, argv)) {
      recordings::run(std::move(*options));
    }
    return 0;
  } catch (const recordings::usage_error& error) {
    fmt::print(stderr, "resample_recording: {}\n", error.what());
    return 1;
  } catch (const recordings::input_error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "resample_recording: {}\n", error.what());
    return 3;
  }
}
