// SPDX-License-Identifier: Apache-2.0

#include <robocache/resample.cuh>

#include <cstdint>
#include <cstdio>
#include <vector>

/// \file
/// The same on the GPU: a batch of recordings in device memory, resampled on a stream to BF16.

template <class T>
T* to_device(const std::vector<T>& host) {
  T* device = nullptr;
  cudaMalloc(&device, host.size() * sizeof(T));
  cudaMemcpy(device, host.data(), host.size() * sizeof(T), cudaMemcpyHostToDevice);
  return device;
}

int main() {
  int major = 0;
  if (cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0) != cudaSuccess ||
      major < 8) {
    std::printf("no CUDA device of compute capability 8.0 or later: nothing to show\n");
    return 77;  // ctest: skipped
  }
  constexpr std::int64_t batch = 4, samples = 500, rows = 256, channels = 7;
  std::vector<double> times(batch * samples);             // s
  std::vector<float> values(batch * samples * channels);  // a ramp, 100 per second
  std::vector<double> targets(rows);
  for (std::size_t i = 0; i < times.size(); ++i) times[i] = static_cast<double>(i % samples) * 0.01;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(i / channels % samples);
  }
  for (std::size_t k = 0; k < targets.size(); ++k) targets[k] = static_cast<double>(k) * 0.0195;

  std::vector<robocache::bfloat16> result(batch * rows * channels);
  const double* const d_times = to_device(times);
  const float* const d_values = to_device(values);
  const double* const d_targets = to_device(targets);
  robocache::bfloat16* const d_output = to_device(result);
  cudaStream_t stream = nullptr;
  cudaStreamCreate(&stream);

  // [snippet:cuda]
  using robocache::tensor_view;
  const robocache::status done = robocache::resample(
      robocache::padded_source(tensor_view(d_values, {batch, samples, channels}),
                               tensor_view(d_times, {batch, samples})),
      tensor_view(d_targets, {rows}),  // the same times for all of the batch
      tensor_view(d_output, {batch, rows, channels}), robocache::resample_options<double>{},
      stream);
  if (!done.ok()) {
    std::fprintf(stderr, "%s\n", done.message());
    return 1;
  }
  // [/snippet:cuda]

  cudaMemcpyAsync(result.data(), d_output, result.size() * sizeof(result[0]),
                  cudaMemcpyDeviceToHost, stream);
  if (const cudaError_t error = cudaStreamSynchronize(stream); error != cudaSuccess) {
    std::fprintf(stderr, "%s\n", cudaGetErrorString(error));
    return 1;
  }
  for (std::size_t k = 0; k < targets.size(); k += 50) {
    std::printf("%6.3f s  %8.3f\n", targets[k],
                static_cast<double>(robocache::scalar_cast<float>(result[k * channels])));
  }
}
