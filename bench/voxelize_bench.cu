// SPDX-License-Identifier: Apache-2.0
// The voxelize rows: counts, occupancy, means and maxima of features, of uniform clouds, scans and
// clouds that are all in one voxel (voxelize/shape.hpp lists them). The whole grid is written each
// time.

#include "harness/gpu_main.cuh"
#include "voxelize/features.hpp"
#include "voxelize/gpu_row.cuh"

int main(int argc, char** argv) {
  for (const bench::voxel_shape& shape : bench::voxel_rows()) {
    if (bench::has_features(shape.reduces)) continue;
    bench::with_types_of_counts(shape, [&](auto reduces, auto scalar) {
      bench::register_voxelize<decltype(reduces)::value, decltype(scalar)>(shape);
    });
  }
  bench::register_voxelize_features();
  return bench::gpu_main(argc, argv);
}
