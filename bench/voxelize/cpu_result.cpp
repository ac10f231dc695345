// SPDX-License-Identifier: Apache-2.0
#include "cpu_result.hpp"

#include <robocache/scalar.hpp>

#include <stdexcept>
#include <vector>

void bench::voxelize_on_cpu(const voxel_shape& shape, voxel_buffers buffers) {
  const auto call = [&](auto reduces, auto scalar) {
    constexpr reduction r = decltype(reduces)::value;
    std::vector<unsigned char> workspace(workspace_bytes<r>(shape, robocache::cpu));
    buffers.workspace = {workspace.data(), workspace.size()};
    const robocache::status result =
        call_voxelize<r, decltype(scalar)>(shape, buffers, robocache::cpu);
    if (!result.ok()) throw std::runtime_error(result.message());
  };
  if (has_features(shape.reduces)) {
    with_types_of_features<robocache::bfloat16>(shape, call);
  } else {
    with_types_of_counts(shape, call);
  }
}
