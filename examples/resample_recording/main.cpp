// SPDX-License-Identifier: Apache-2.0

#include "errors.hpp"
#include "options.hpp"
#include "pipeline.hpp"

/// \file
/// resample_recording: real recordings to one rate, or to the stamps of another stream.

int main(int argc, char** argv) {
  return recordings::run_program("resample_recording", [&] {
    if (auto options = recordings::parse_command_line(argc, argv)) {
      recordings::run(std::move(*options));
    }
  });
}
