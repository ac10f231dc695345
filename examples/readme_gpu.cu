// SPDX-License-Identifier: Apache-2.0
//
// The GPU's program of README.md, which shows it whole: nvcc compiles it, or g++ as a .cpp.

// [snippet:gpu]
#include <robocache/compiled.hpp>  // in a .cu the same as robocache/robocache.cuh

#include <cuda_runtime.h>

#include <cstdio>

int main() {
  constexpr auto mean = robocache::reduction::mean;
  const robocache::voxel_grid<float> grid{{0, 0, 0}, {0.5f, 0.5f, 0.5f}, {4, 4, 2}};  // x, y, z
  const float records[] = {0.1f, 0.2f, 0.3f, 10, 0.2f, 0.3f, 0.4f, 20, 1.9f, 1.9f, 0.9f, 5};
  const int n = 3;                      // a LiDAR's records, 16 bytes each: x y z intensity
  const cudaStream_t stream = nullptr;  // or one of yours
  const std::size_t bytes = robocache::voxelize_workspace_bytes<mean>(n, grid, stream);
  float *scan, *means;
  void* memory;
  if (cudaMalloc(&scan, sizeof(records)) != cudaSuccess ||
      cudaMalloc(&memory, bytes) != cudaSuccess ||
      cudaMallocManaged(&means, 2 * 4 * 4 * sizeof(float)) != cudaSuccess) {
    std::puts("no GPU");
    return 77;
  }
  cudaMemcpy(scan, records, sizeof(records), cudaMemcpyHostToDevice);

  const robocache::status done = robocache::voxelize<mean>(
      robocache::point_records<float>(scan, n, 16, 0, 4, 8),     // where x, y and z are
      robocache::feature_records<float>(scan, n, 16, 12), grid,  // and the intensity
      robocache::tensor_view(means, {2, 4, 4, 1}), {memory, bytes}, stream);  // [z][y][x][F]
  if (!done.ok() || cudaStreamSynchronize(stream) != cudaSuccess) {
    std::puts(done.message());  // names the argument and the numbers
    return 1;
  }
  std::printf("mean intensities: %g and %g\n", means[0], means[31]);
}
// [/snippet:gpu]
