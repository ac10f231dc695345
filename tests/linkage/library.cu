// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.cuh>

#include <cuda_runtime.h>

#include <cstdint>

// Stamps 0..3 with values 0, 10, 20, 30, at the times 0.5, 1.5, 2.5: writes 5, 15, 25.
// Returns 0 if so, 1 if not, 2 if there is no device that can run this library's code.
extern "C" int LIBRARY_FUNCTION() {
  const float times[] = {0, 1, 2, 3};
  const float values[] = {0, 10, 20, 30};
  const float targets[] = {0.5f, 1.5f, 2.5f};
  float result[] = {-1, -1, -1};

  float* memory = nullptr;
  if (cudaMalloc(&memory, 16 * sizeof(float)) != cudaSuccess) return 2;
  float* const device_times = memory;
  float* const device_values = memory + 4;
  float* const device_targets = memory + 8;
  float* const device_result = memory + 12;
  cudaMemcpy(device_times, times, sizeof(times), cudaMemcpyHostToDevice);
  cudaMemcpy(device_values, values, sizeof(values), cudaMemcpyHostToDevice);
  cudaMemcpy(device_targets, targets, sizeof(targets), cudaMemcpyHostToDevice);
  cudaMemcpy(device_result, result, sizeof(result), cudaMemcpyHostToDevice);

  using robocache::tensor_view;
  const robocache::status status = robocache::resample(
      robocache::padded_source(tensor_view<const float, 3>(device_values, {1, 4, 1}),
                               tensor_view<const float, 2>(device_times, {1, 4})),
      tensor_view<const float, 2>(device_targets, {1, 3}),
      tensor_view<float, 3>(device_result, {1, 3, 1}), robocache::resample_options<float>{},
      cudaStream_t{});
  cudaMemcpy(result, device_result, sizeof(result), cudaMemcpyDeviceToHost);
  cudaFree(memory);
  if (status.cuda_error() == cudaErrorNoKernelImageForDevice) return 2;
  return status.ok() && result[0] == 5 && result[1] == 15 && result[2] == 25 ? 0 : 1;
}
