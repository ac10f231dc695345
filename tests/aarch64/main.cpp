// SPDX-License-Identifier: Apache-2.0
#include "../support/digest.hpp"

#include <exception>
#include <fstream>
#include <iostream>

namespace {

/// 0 if the product is rounded, its rounding error if it is contracted with the difference.
__attribute__((noinline)) double rounding_error(double a, double b, double product) {
  return a * b - product;
}

}  // namespace

// Writes resample.digest, fuse.digest and voxelize.digest to the current folder.
int main() {
  const volatile double third = 1.0 / 3;
  const double square = third * third;
  if (rounding_error(third, third, square) == 0) {
    std::cerr << "compiled without contraction, which this is to try\n";
    return 1;
  }
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
