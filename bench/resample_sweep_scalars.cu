// SPDX-License-Identifier: Apache-2.0
#include "resample/gpu_row.cuh"
#include "resample_sweep.hpp"

#include <cstdint>

void bench::register_sweep_scalars() {
  constexpr resample_shape shapes[] = {
      {32, 500, 256, 256}, {256, 500, 250, 32}, {64, 1000, 512, 512}, {256, 500, 250, 14}};
  for (const auto& shape : shapes) {
    const effort how = quick_effort();
    register_resample<float, float, float>(shape, target_order::sorted, how);
    register_resample<float, float, __nv_bfloat16>(shape, target_order::sorted, how);
    register_resample<__half, float, __half>(shape, target_order::sorted, how);
    register_resample<std::uint8_t, float, __nv_bfloat16>(shape, target_order::sorted, how);
  }
}
