// SPDX-License-Identifier: Apache-2.0
#include "../support/environment.hpp"
#include "lidar_scan.hpp"
#include "recording_file.hpp"

#include <fstream>

namespace robocache_test {

/// On the GPU, "" if there is one.
std::string reason_without_device();

std::string reason_to_skip() {
  const std::string device = reason_without_device();
  if (!device.empty()) return device;
  const std::string folder = data_folder();
  for (const known_scan& known : known_scans()) {
    if (!std::ifstream(folder + "/" + known.path)) {
      return "no scans at " + (folder.empty() ? "ROBOCACHE_TEST_DATA, which is not set" : folder);
    }
  }
  return "";
}

}  // namespace robocache_test
