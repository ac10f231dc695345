// SPDX-License-Identifier: Apache-2.0
#include <robocache/interop/dlpack.hpp>
#include <robocache/resample.cuh>

#if __has_include(<dlpack/dlpack.h>)
#include <dlpack/dlpack.h>
#else
#include <ATen/dlpack.h>  // PyTorch's copy of it
#endif

#include <cuda_runtime_api.h>

#include <cstdint>
#include <cstdio>
#include <vector>

// What gpu_arrays.py calls: resamples arrays in device memory that come as capsules of DLPack, and
// makes such arrays.

namespace {

template <class T, int Rank>
robocache::status take(const char* name, const DLManagedTensor* managed,
                       robocache::tensor_view<T, Rank>& view) {
  return robocache::from_dlpack(name, managed->dl_tensor, robocache::dlpack_memory::device, view);
}

robocache::status resample(const DLManagedTensor* values, const DLManagedTensor* times,
                           const DLManagedTensor* targets, const DLManagedTensor* output,
                           cudaStream_t stream) {
  robocache::tensor_view<const float, 3> v;
  robocache::tensor_view<const std::int64_t, 2> t;
  robocache::tensor_view<const std::int64_t, 1> at;
  robocache::tensor_view<float, 3> out;
  if (auto s = take("values", values, v); !s.ok()) return s;
  if (auto s = take("times", times, t); !s.ok()) return s;
  if (auto s = take("targets", targets, at); !s.ok()) return s;
  if (auto s = take("output", output, out); !s.ok()) return s;
  return robocache::resample(robocache::padded_source(v, t), at, out, {}, stream);
}

__global__ void spin(long long cycles) {
  const long long begin = clock64();
  while (clock64() - begin < cycles) {
  }
}

/// An array of ours, in the form in which others take it.
struct owned_array {
  float* data = nullptr;
  robocache::dlpack_shape<2> shape;
  DLManagedTensor managed{};
};

int arrays_alive = 0;

}  // namespace

extern "C" {

int robocache_test_resample(const DLManagedTensor* values, const DLManagedTensor* times,
                            const DLManagedTensor* targets, const DLManagedTensor* output,
                            cudaStream_t stream, char* message) {
  const robocache::status done = resample(values, times, targets, output, stream);
  std::snprintf(message, 224, "%s", done.message());
  return done.ok() ? 0 : 1;
}

const void* robocache_test_address(const DLManagedTensor* managed) {
  return static_cast<const char*>(managed->dl_tensor.data) + managed->dl_tensor.byte_offset;
}

int robocache_test_device_count() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

/// A stream that does not wait for the default one; null if there is none.
cudaStream_t robocache_test_new_stream() {
  cudaStream_t stream = nullptr;
  return cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking) == cudaSuccess ? stream
                                                                                  : nullptr;
}
int robocache_test_stream_is_done(cudaStream_t stream) {
  return cudaStreamQuery(stream) == cudaSuccess;
}
int robocache_test_wait(cudaStream_t stream) {
  return static_cast<int>(cudaStreamSynchronize(stream));
}

/// Keeps a stream busy.
int robocache_test_spin(cudaStream_t stream, long long cycles) {
  spin<<<1, 1, 0, stream>>>(cycles);
  return static_cast<int>(cudaGetLastError());
}

/// [rows, 3] of 0, 1, 2 ..., columns one after another; null if there is no memory.
DLManagedTensor* robocache_test_make(std::int64_t rows, float** address) {
  std::vector<float> numbers(static_cast<std::size_t>(3 * rows));
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < 3; ++c) {
      numbers[static_cast<std::size_t>(c * rows + r)] = static_cast<float>(3 * r + c);
    }
  }
  auto* const array = new owned_array;
  const std::size_t bytes = numbers.size() * sizeof(float);
  if (cudaMalloc(&array->data, bytes) != cudaSuccess ||
      cudaMemcpy(array->data, numbers.data(), bytes, cudaMemcpyHostToDevice) != cudaSuccess) {
    delete array;
    return nullptr;
  }
  const robocache::tensor_view<float, 2> view(array->data, {rows, std::int64_t{3}},
                                              {std::int64_t{1}, rows});
  array->managed.dl_tensor =
      robocache::to_dlpack<DLTensor>(view, array->shape, robocache::dlpack_memory::device);
  array->managed.manager_ctx = array;
  array->managed.deleter = [](DLManagedTensor* self) {
    auto* const mine = static_cast<owned_array*>(self->manager_ctx);
    cudaFree(mine->data);
    delete mine;
    --arrays_alive;
  };
  ++arrays_alive;
  *address = array->data;
  return &array->managed;
}
int robocache_test_arrays_alive() {
  return arrays_alive;
}

}  // extern "C"
