// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../harness/count.cuh"
#include "../harness/device.cuh"
#include "../harness/naive.cuh"
#include "call.hpp"
#include "shape.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <type_traits>

/// \file
/// The baseline: what one writes first. The grid is cleared, one thread per point finds its voxel
/// and adds to it with atomic operations, feature by feature; then one thread per element divides
/// by the counts or turns what the maxima were kept as back into numbers.

namespace bench {

struct naive_voxels {
  const unsigned char* points;
  int count;
  float origin[3];
  float size;
  int nx;
  int ny;
  int nz;

  /// The number of point `i`'s voxel, or -1.
  template <point_layout Layout>
  __device__ int of(int i) const {
    const unsigned char* const at =
        points + static_cast<std::size_t>(i) * bytes_per_point(Layout) + offset_of_x(Layout);
    float p[3];
    for (int k = 0; k < 3; ++k) {
      if constexpr (Layout == point_layout::packed) {
        std::uint32_t bits = 0;
        for (int byte = 3; byte >= 0; --byte) bits = bits << 8 | at[4 * k + byte];
        p[k] = __uint_as_float(bits);
      } else {
        p[k] = reinterpret_cast<const float*>(at)[k];
      }
    }
    const float x = floorf((p[0] - origin[0]) / size);
    const float y = floorf((p[1] - origin[1]) / size);
    const float z = floorf((p[2] - origin[2]) / size);
    if (!(x >= 0 && x < nx && y >= 0 && y < ny && z >= 0 && z < nz)) return -1;
    return (static_cast<int>(z) * ny + static_cast<int>(y)) * nx + static_cast<int>(x);
  }
};

template <reduction R, point_layout Layout>
__global__ void naive_count_kernel(const __grid_constant__ naive_voxels voxels, void* output) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= voxels.count) return;
  const int voxel = voxels.of<Layout>(i);
  if (voxel < 0) return;
  if constexpr (R == reduction::count) {
    atomicAdd(static_cast<std::uint32_t*>(output) + voxel, 1u);
  } else if constexpr (R == reduction::occupancy) {
    static_cast<std::uint8_t*>(output)[voxel] = 1;
  } else {
    const int row = voxel / voxels.nx;
    const int x = voxel % voxels.nx;
    atomicOr(static_cast<std::uint32_t*>(output) + row * ((voxels.nx + 31) / 32) + x / 32,
             1u << (x % 32));
  }
}

/// A float as an integer of the same order, and back.
__device__ inline int ordered(float x) {
  const int bits = __float_as_int(x);
  return bits >= 0 ? bits : bits ^ 0x7fffffff;
}
__device__ inline float from_ordered(int key) {
  return __int_as_float(key >= 0 ? key : key ^ 0x7fffffff);
}
inline constexpr int below_all = std::numeric_limits<int>::min();

__global__ static void naive_init_kernel(int* keys, int count) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) keys[i] = below_all;
}

/// \param sums    [voxels, F] floats, or of maxima the ordered integers
/// \param counts  [voxels], null if nobody needs them
template <reduction R, class In>
__global__ void naive_add_kernel(const __grid_constant__ naive_voxels voxels, const In* features,
                                 int channels, void* sums, std::uint32_t* counts) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= voxels.count) return;
  const int voxel = voxels.of<point_layout::dense>(i);
  if (voxel < 0) return;
  if (counts != nullptr) atomicAdd(counts + voxel, 1u);
  const In* const from = features + static_cast<std::size_t>(i) * channels;
  const std::size_t to = static_cast<std::size_t>(voxel) * channels;
  for (int c = 0; c < channels; ++c) {
    if constexpr (R == reduction::mean) {
      atomicAdd(static_cast<float*>(sums) + to + c, naive_load(from[c]));
    } else {
      atomicMax(static_cast<int*>(sums) + to + c, ordered(naive_load(from[c])));
    }
  }
}

template <reduction R, class Out>
__global__ void naive_finish_kernel(const void* sums, const std::uint32_t* counts, int count,
                                    int channels, Out* output) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count) return;
  float result = 0;
  if constexpr (R == reduction::mean) {
    const std::uint32_t n = counts[i / channels];
    if (n > 0) result = static_cast<const float*>(sums)[i] / static_cast<float>(n);
  } else {
    const int key = static_cast<const int*>(sums)[i];
    if (key != below_all) result = from_ordered(key);
  }
  output[i] = naive_round<Out>(result);
}

/// What the naive kernels need besides the output: counts of means, and sums where the output is
/// too narrow for them.
inline std::size_t naive_scratch_bytes(const voxel_shape& shape) {
  const bool is_narrow = has_features(shape.reduces) && shape.scalar != voxel_scalar::f32;
  return shape.cells() * sizeof(std::uint32_t) +
         (is_narrow ? shape.cells() * shape.features * sizeof(float) : 0);
}

/// \param scratch  `naive_scratch_bytes`
template <reduction R, class Scalar>
void launch_naive_voxelize(cudaStream_t where, const voxel_shape& shape,
                           const voxel_buffers& buffers, unsigned char* scratch) {
  const std::size_t elements = shape.cells() * (has_features(R) ? shape.features : 1);
  if (elements > std::numeric_limits<int>::max()) {
    throw std::runtime_error("the naive kernels count in int");
  }
  const robocache::voxel_grid<float> grid = grid_of(shape);
  const naive_voxels voxels{buffers.points,
                            static_cast<int>(shape.points),
                            {grid.origin[0], grid.origin[1], grid.origin[2]},
                            grid.voxel_size[0],
                            shape.nx,
                            shape.ny,
                            shape.nz};
  const auto blocks = [](std::size_t threads) {
    return static_cast<unsigned>((threads + 255) / 256);
  };
  const auto clear = [&](void* data, std::size_t bytes) {
    check(cudaMemsetAsync(data, 0, bytes, where), "clear");
  };
  const unsigned point_blocks = blocks(static_cast<std::size_t>(shape.points));
  if constexpr (!has_features(R)) {
    clear(buffers.output, shape.output_bytes());
    auto kernel = &naive_count_kernel<R, point_layout::dense>;
    if (shape.layout == point_layout::records) {
      kernel = &naive_count_kernel<R, point_layout::records>;
    } else if (shape.layout == point_layout::packed) {
      kernel = &naive_count_kernel<R, point_layout::packed>;
    }
    kernel<<<point_blocks, 256, 0, where>>>(voxels, buffers.output);
  } else {
    auto* const output = static_cast<Scalar*>(buffers.output);
    auto* counts = buffers.counts;
    if (R == reduction::mean && counts == nullptr)
      counts = reinterpret_cast<std::uint32_t*>(scratch);
    if (counts != nullptr) clear(counts, shape.cells() * sizeof(std::uint32_t));
    void* sums = output;
    if (!std::is_same_v<Scalar, float>) sums = scratch + shape.cells() * sizeof(std::uint32_t);
    if constexpr (R == reduction::mean) {
      clear(sums, elements * sizeof(float));
    } else {
      naive_init_kernel<<<blocks(elements), 256, 0, where>>>(static_cast<int*>(sums),
                                                             static_cast<int>(elements));
    }
    naive_add_kernel<R><<<point_blocks, 256, 0, where>>>(
        voxels, static_cast<const Scalar*>(buffers.features), shape.features, sums, counts);
    naive_finish_kernel<R><<<blocks(elements), 256, 0, where>>>(
        sums, counts, static_cast<int>(elements), shape.features, output);
  }
  check(cudaGetLastError(), "the naive kernels");
}

}  // namespace bench
