// SPDX-License-Identifier: Apache-2.0
#include <robocache/tensor_view.hpp>

#include <cstdint>

// Views are made inside of kernels as outside.

namespace {

using robocache::tensor_view;

/// What cuda::std::mdspan shows of itself.
struct device_mdspan {
  float* data;
  int size;
  __device__ float* data_handle() const { return data; }
  __device__ int extent(int) const { return size; }
  __device__ int stride(int) const { return 1; }
  static constexpr int rank() { return 1; }
};

struct device_span {
  float* first;
  unsigned count;
  __device__ float* data() const { return first; }
  __device__ unsigned size() const { return count; }
};

__device__ float sum(const tensor_view<const float, 1>& view) {
  float result = 0;
  for (std::int64_t i = 0; i < view.extent(0); ++i) result += view(i);
  return result;
}

__global__ void make_views(float* data, int rows, unsigned columns) {
  __shared__ float shared[32];
  shared[threadIdx.x] = 0;
  __syncthreads();
  const tensor_view<float, 2> dense(data, {rows, 4});
  const tensor_view<float, 2> strided(data, {rows, columns}, {2 * columns, 1U});
  const tensor_view<float, 1> whole(shared);
  dense(0, 0) = sum(whole) + sum(tensor_view<float, 1>(device_mdspan{data, rows})) +
                sum(tensor_view<float, 1>(device_span{data, columns})) + strided(1, 1);
}

}  // namespace

void instantiate_views(float* data, cudaStream_t where) {
  make_views<<<1, 32, 0, where>>>(data, 1, 2);
}
