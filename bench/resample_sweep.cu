// SPDX-License-Identifier: Apache-2.0
// The resample rows that look for shapes where the library is slow: S 8..16384, D 1..1024 and some
// odd ones, S/T 1/8..16, sorted and shuffled targets, warm and cold, BF16. Fewer replays per row
// than in resample_bench.cu. resample_sweep_scalars.cu adds other scalars.

#include "harness/gpu_main.cuh"
#include "resample/gpu_row.cuh"
#include "resample_sweep.hpp"

#include <algorithm>
#include <cstdint>

namespace {

/// Batches of about 16 MB of BF16 input and output together, so that they fit the L2 and fill the
/// GPU.
int batch_for(int samples, int rows, int channels) {
  const std::int64_t item = (std::int64_t{samples} + rows) * channels;
  return static_cast<int>(std::clamp<std::int64_t>((8 << 20) / item, 1, 256));
}

/// Rotating through sets of a few kilobytes takes tens of thousands of launches to outrun the L2.
bool worth_cold(const bench::resample_shape& shape) {
  const std::int64_t touched = std::min(shape.samples, 2 * shape.rows);
  const std::int64_t bytes =
      shape.batch * (touched + shape.rows) * (2 * std::int64_t{shape.channels} + 4);
  return bytes >= 512 << 10;
}

void register_shapes(int samples, int channels) {
  using bf16 = __nv_bfloat16;
  for (const int rows : {8 * samples, samples, std::max(1, samples / 16)}) {
    const bench::resample_shape shape{batch_for(samples, rows, channels), samples, rows, channels};
    for (const auto order : {bench::target_order::sorted, bench::target_order::shuffled}) {
      bench::register_resample<bf16, float, bf16>(shape, order, bench::quick_effort(), true,
                                                  worth_cold(shape));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  for (const int samples : {8, 64, 512, 4096, 16384}) {
    for (const int channels : {1, 4, 16, 32, 64, 128, 256, 512, 1024}) {
      register_shapes(samples, channels);
    }
  }
  for (const int samples : {64, 512, 4096}) {
    for (const int channels : {3, 7, 14, 33, 100, 257, 600}) register_shapes(samples, channels);
  }
  bench::register_sweep_scalars();
  return bench::gpu_main(argc, argv);
}
