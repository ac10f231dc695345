// SPDX-License-Identifier: Apache-2.0

#include "errors.hpp"
#include "options.hpp"
#include "pipeline.hpp"

/// \file
/// fuse_recording: several streams side by side in one tensor, at the same times.

int main(int argc, char** argv) {
  return recordings::run_program("fuse_recording", [&] {
    if (auto options = recordings::parse_command_line(argc, argv)) {
      recordings::run(std::move(*options));
    }
  });
}
