// SPDX-License-Identifier: Apache-2.0
// The fuse rows, warm and cold: those that have targets (gates.csv), many streams, windows,
// reports, mixed scalars, rotations; and the training batches with stamps of the epoch.

#include "fuse/gpu_row.cuh"
#include "harness/gpu_main.cuh"

#include <cstdint>

int main(int argc, char** argv) {
  for (const bench::fuse_shape& shape : bench::fuse_rows()) {
    bench::register_fuse<float>(shape, bench::effort{});
    if (shape.batch == 256) bench::register_fuse<std::int64_t>(shape, bench::effort{});
  }
  return bench::gpu_main(argc, argv);
}
