// SPDX-License-Identifier: Apache-2.0
// The resample rows that have targets (gates.csv), warm and cold, and with them the same shapes
// with shuffled targets and with int64 nanoseconds.

#include "harness/gpu_main.cuh"
#include "resample/gpu_row.cuh"

#include <cstdint>

int main(int argc, char** argv) {
  using bench::target_order;
  using bf16 = __nv_bfloat16;
  constexpr bench::resample_shape shapes[] = {
      {32, 500, 256, 256},  {256, 500, 250, 32},   {64, 4096, 1024, 32},
      {64, 1000, 512, 512}, {256, 1000, 512, 512}, {8, 250, 128, 128},
  };
  const bench::effort how;
  bench::register_limits();
  for (const auto& shape : shapes) {
    bench::register_resample<bf16, float, bf16>(shape, target_order::sorted, how);
  }
  for (const auto& shape : shapes) {
    bench::register_resample<bf16, float, bf16>(shape, target_order::shuffled, how);
    bench::register_resample<bf16, std::int64_t, bf16>(shape, target_order::sorted, how);
  }
  return bench::gpu_main(argc, argv);
}
