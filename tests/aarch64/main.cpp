// SPDX-License-Identifier: Apache-2.0
#include "../support/digest.hpp"

#include <exception>
#include <fstream>
#include <iostream>

// Writes resample.digest, fuse.digest and voxelize.digest to the current folder.
int main() {
  const auto write = [](const char* path, auto&& digest) {
    std::ofstream file(path);
    digest(file);
    if (!file.flush()) throw std::ios_base::failure(path);
  };
  try {
    write("resample.digest", robocache_test::write_resample_digest);
    write("fuse.digest", robocache_test::write_fuse_digest);
    write("voxelize.digest", robocache_test::write_voxelize_digest);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
