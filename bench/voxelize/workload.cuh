// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../harness/buffers.cuh"
#include "../harness/device.cuh"
#include "../harness/fill.cuh"
#include "call.hpp"
#include "cloud.hpp"
#include "naive.cuh"
#include "shape.hpp"

#include <cuda_bf16.h>

#include <cstddef>
#include <cstdint>

/// \file
/// Inputs, outputs and temporary memory of a row on the device.

namespace bench {

namespace detail {

__global__ static void fill_points_kernel(unsigned char* points, std::uint64_t count,
                                          point_cloud cloud, robocache::voxel_grid<float> grid,
                                          int step, int offset, std::uint64_t seed) {
  const std::uint64_t stride = std::uint64_t{gridDim.x} * blockDim.x;
  for (std::uint64_t i = blockIdx.x * std::uint64_t{blockDim.x} + threadIdx.x; i < count;
       i += stride) {
    float p[3];
    cloud_point(cloud, grid, count, seed, i, p);
    for (int byte = 0; byte < 12; ++byte) {  // a coordinate may be anywhere
      points[i * step + offset + byte] =
          static_cast<unsigned char>(__float_as_uint(p[byte / 4]) >> (8 * (byte % 4)));
    }
  }
}

}  // namespace detail

/// One set of buffers (warm), or so many that what a rotation through them touches is more than
/// four times the L2 (cold). A set is one piece of memory: its parts one after another. Temporary
/// memory is in the set, too, so that it is as cold as the rest.
class voxel_workload {
 public:
  /// \param workspace  bytes that the library asks for
  voxel_workload(const stream& where, const voxel_shape& shape, std::size_t workspace, bool cold)
      : shape_(shape), workspace_bytes_(workspace), sets_(buffer_sets(cold, shape.bytes())) {
    points_ = place(shape.point_bytes());
    features_ = place(shape.feature_bytes());
    output_ = place(shape.output_bytes());
    counts_ = place(shape.count_bytes());
    workspace_ = place(workspace);
    scratch_ = place(naive_scratch_bytes(shape));
    memory_ = device_array<unsigned char>(pitch_ * sets_);
    poison(where, memory_.data(), memory_.size());
    for (int set = 0; set < sets_; ++set) fill(where, set);
    where.synchronize();
  }

  const voxel_shape& shape() const { return shape_; }
  int sets() const { return sets_; }

  voxel_buffers operator[](int set) const {
    unsigned char* const first = begin_of(set);
    voxel_buffers result{};
    result.points = first + points_;
    if (shape_.features > 0) result.features = first + features_;
    result.output = first + output_;
    if (shape_.has_counts) result.counts = reinterpret_cast<std::uint32_t*>(first + counts_);
    result.workspace = {first + workspace_, workspace_bytes_};
    return result;
  }

  /// The naive kernels' temporary memory.
  unsigned char* scratch(int set) const { return begin_of(set) + scratch_; }

 private:
  unsigned char* begin_of(int set) const {
    return memory_.data() + static_cast<std::size_t>(set) * pitch_;
  }

  /// Where the next part of a set begins.
  std::size_t place(std::size_t bytes) {
    const std::size_t result = pitch_;
    pitch_ += aligned(bytes);
    return result;
  }

  void fill(const stream& where, int set) const {
    unsigned char* const first = begin_of(set);
    const std::uint64_t seed = seed_of_set(set);
    const auto count = static_cast<std::size_t>(shape_.points);
    detail::fill_points_kernel<<<fill_blocks(count), fill_threads, 0, where>>>(
        first + points_, count, shape_.cloud, grid_of(shape_), bytes_per_point(shape_.layout),
        offset_of_x(shape_.layout), seed);
    check(cudaGetLastError(), "fill_points");
    if (shape_.features == 0) return;
    const std::size_t values = count * shape_.features;
    if (shape_.scalar == voxel_scalar::f32) {
      fill_values(where, reinterpret_cast<float*>(first + features_), values, seed + 4);
    } else {
      fill_values(where, reinterpret_cast<__nv_bfloat16*>(first + features_), values, seed + 4);
    }
  }

  voxel_shape shape_;
  std::size_t workspace_bytes_;
  int sets_;
  std::size_t pitch_ = 0;  // bytes from one set to the next; the parts' places in it:
  std::size_t points_;
  std::size_t features_;
  std::size_t output_;
  std::size_t counts_;
  std::size_t workspace_;
  std::size_t scratch_;
  device_array<unsigned char> memory_;
};

}  // namespace bench
