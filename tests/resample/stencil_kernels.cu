// SPDX-License-Identifier: Apache-2.0
#include "stencil_job.hpp"

#include <cooperative_groups.h>
#include <cuda_runtime_api.h>

#include <type_traits>

namespace robocache_test {
namespace {

namespace cg = cooperative_groups;

template <stencil_group Kind>
__device__ auto this_group() {
  if constexpr (Kind == stencil_group::thread) {
    return robocache::serial_group{};
  } else if constexpr (Kind == stencil_group::warp) {
    return robocache::warp_group{};
  } else if constexpr (Kind == stencil_group::tile8) {
    return cg::tiled_partition<8>(cg::this_thread_block());
  } else {
    return cg::this_thread_block();
  }
}

/// Blocks of 96 threads; each group takes several rows.
template <stencil_group Kind, class Rule, class Arguments>
__global__ void stencil_kernel(const __grid_constant__ Arguments arguments) {
  const auto group = this_group<Kind>();
  const auto size = static_cast<unsigned>(group.size());
  const unsigned groups = blockDim.x / size;
  for (std::int64_t i = blockIdx.x * groups + threadIdx.x / size; i < arguments.rows;
       i += gridDim.x * groups) {
    arguments.template write<Rule>(group, i);
  }
}

template <class Rule, class Arguments>
void launch(stencil_group group, const Arguments& arguments) {
  switch (group) {
    case stencil_group::thread:
      stencil_kernel<stencil_group::thread, Rule><<<3, 96>>>(arguments);
      break;
    case stencil_group::tile8:
      stencil_kernel<stencil_group::tile8, Rule><<<3, 96>>>(arguments);
      break;
    case stencil_group::warp:
      stencil_kernel<stencil_group::warp, Rule><<<3, 96>>>(arguments);
      break;
    case stencil_group::block96:
      stencil_kernel<stencil_group::block96, Rule><<<3, 96>>>(arguments);
      break;
  }
}

/// Copies of vectors in device memory.
class device_copies {
 public:
  device_copies() = default;
  device_copies(const device_copies&) = delete;
  device_copies& operator=(const device_copies&) = delete;
  ~device_copies() {
    for (void* p : all_) (void)cudaFree(p);
  }

  template <class T>
  T* operator()(const std::vector<T>& host) {
    void* p = nullptr;
    const std::size_t bytes = host.size() * sizeof(T);
    keep(cudaMalloc(&p, bytes + 1));
    all_.push_back(p);
    if (ok()) keep(cudaMemcpy(p, host.data(), bytes, cudaMemcpyHostToDevice));
    return static_cast<T*>(p);
  }
  template <class T>
  void read(std::vector<T>& host, const T* device) {
    if (ok()) {
      keep(cudaMemcpy(host.data(), device, host.size() * sizeof(T), cudaMemcpyDeviceToHost));
    }
  }
  bool ok() const { return error_ == cudaSuccess; }

 private:
  void keep(cudaError_t error) {
    if (ok()) error_ = error;
  }
  std::vector<void*> all_;
  cudaError_t error_ = cudaSuccess;
};

}  // namespace

template <class In, class Out, class Time, stencil_source Source>
bool rows_on_gpu(const stencil_job<In, Out, Time, Source>& job, stencil_group group,
                 stencil_rows<Out>& result) {
  device_copies device;
  Out* const out = device(result.rows);
  std::uint8_t* const statuses = device(result.statuses);
  const auto arguments =
      arguments_of(job, out, statuses, [&](const auto& data) { return device(data); });
  if (!device.ok()) return false;
  if (!job.by_velocity) {
    launch<robocache::stencils::cubic>(group, arguments);
  } else if constexpr (stencil_job<In, Out, Time, Source>::can_be_velocity) {
    launch<velocity>(group, arguments);
  } else {
    return false;
  }
  if (cudaGetLastError() != cudaSuccess) return false;
  device.read(result.rows, out);
  device.read(result.statuses, statuses);
  return device.ok();
}

template bool rows_on_gpu(const stencil_job<float, float, std::int64_t>&, stencil_group,
                          stencil_rows<float>&);
template bool rows_on_gpu(const stencil_job<double, double, double>&, stencil_group,
                          stencil_rows<double>&);
template bool rows_on_gpu(
    const stencil_job<robocache::float16, robocache::bfloat16, std::uint64_t>&, stencil_group,
    stencil_rows<robocache::bfloat16>&);
template bool rows_on_gpu(const stencil_job<std::uint8_t, float, float, stencil_source::ring>&,
                          stencil_group, stencil_rows<float>&);

}  // namespace robocache_test
