// SPDX-License-Identifier: Apache-2.0

// Eigen by a path that begins with eigen3/, as it is included where nobody adds a folder for it.
// First: the header of robocache finds only what is here already.
// clang-format off
#include <eigen3/Eigen/Core>
#include <robocache/interop/eigen.hpp>
// clang-format on

int main() {
  Eigen::MatrixXf matrix(3, 2);
  return robocache::eigen_view(matrix).extent(0) == 3 ? 0 : 1;
}
