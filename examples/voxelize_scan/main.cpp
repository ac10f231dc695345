// SPDX-License-Identifier: Apache-2.0

#include "errors.hpp"
#include "options.hpp"
#include "pipeline.hpp"

/// \file
/// voxelize_scan: a LiDAR scan into a grid of voxels.

int main(int argc, char** argv) {
  return recordings::run_program("voxelize_scan", [&] {
    if (const auto options = recordings::parse_command_line(argc, argv)) recordings::run(*options);
  });
}
