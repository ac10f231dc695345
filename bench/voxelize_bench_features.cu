// SPDX-License-Identifier: Apache-2.0
#include "voxelize/features.hpp"
#include "voxelize/gpu_row.cuh"

void bench::register_voxelize_features() {
  for (const voxel_shape& shape : voxel_rows()) {
    if (!has_features(shape.reduces)) continue;
    with_types_of_features<__nv_bfloat16>(shape, [&](auto reduces, auto scalar) {
      register_voxelize<decltype(reduces)::value, decltype(scalar)>(shape);
    });
  }
}
