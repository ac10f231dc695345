// SPDX-License-Identifier: Apache-2.0
#include "rings.hpp"

#include <cooperative_groups.h>
#include <cuda_runtime_api.h>

#include <stdexcept>

namespace robocache_test {
namespace {

namespace cg = cooperative_groups;

void check(cudaError_t error) {
  if (error != cudaSuccess) throw std::runtime_error(cudaGetErrorString(error));
}

/// A copy in device memory.
template <class T>
class on_device {
 public:
  explicit on_device(const std::vector<T>& host) : size_(host.size()) {
    if (size_ == 0) return;
    check(cudaMalloc(&data_, size_ * sizeof(T)));
    check(cudaMemcpy(data_, host.data(), size_ * sizeof(T), cudaMemcpyHostToDevice));
  }
  on_device(const on_device&) = delete;
  on_device& operator=(const on_device&) = delete;
  ~on_device() { (void)cudaFree(data_); }

  T* data() const { return data_; }
  void copy_to(std::vector<T>& host) const {
    if (size_ > 0) {
      check(cudaMemcpy(host.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost));
    }
  }

 private:
  std::size_t size_;
  T* data_ = nullptr;
};

template <ring_group Kind>
inline constexpr unsigned threads_of = Kind == ring_group::block96  ? 96
                                       : Kind == ring_group::serial ? 1
                                       : Kind == ring_group::tile8  ? 8
                                                                    : 32;

template <ring_group Kind>
__device__ auto this_group() {
  if constexpr (Kind == ring_group::serial) {
    return robocache::serial_group{};
  } else if constexpr (Kind == ring_group::warp) {
    return robocache::warp_group{};
  } else if constexpr (Kind == ring_group::block96) {
    return cg::this_thread_block();
  } else {
    return cg::tiled_partition<threads_of<Kind>>(cg::this_thread_block());
  }
}

/// A group takes a row.
template <ring_group Kind, class Time>
__global__ void ring_kernel(const __grid_constant__ ring_job<Time> job, std::uint32_t rows) {
  const std::uint32_t row = (blockIdx.x * blockDim.x + threadIdx.x) / threads_of<Kind>;
  if (row < rows) job(this_group<Kind>(), row);
}

template <ring_group Kind, class Time>
void launch(const ring_job<Time>& job, std::size_t rows) {
  if (rows == 0) return;
  const std::size_t per_block = 96 / threads_of<Kind>;
  ring_kernel<Kind><<<static_cast<unsigned>((rows + per_block - 1) / per_block), 96>>>(
      job, static_cast<std::uint32_t>(rows));
  check(cudaGetLastError());
}

}  // namespace

template <class Time>
ring_rows run_ring(const ring_work<Time>& work, ring_group group) {
  ring_rows result(work.rows());
  const on_device<Time> times(work.times);
  const on_device<float> values(work.values);
  const on_device<Time> targets(work.targets);
  const on_device<robocache::resample_policy<Time>> policies(work.policies);
  const on_device<float> plain(result.plain);
  const on_device<float> grouped(result.grouped);
  const on_device<std::uint8_t> statuses(result.statuses);
  const on_device<robocache::sample_bracket<float>> brackets(result.brackets);
  ring_job<Time> job = make_ring_job(
      work, static_cast<const Time*>(times.data()), static_cast<const float*>(values.data()),
      static_cast<const Time*>(targets.data()),
      static_cast<const robocache::resample_policy<Time>*>(policies.data()));
  job.plain = plain.data();
  job.grouped = grouped.data();
  job.statuses = statuses.data();
  job.brackets = brackets.data();
  switch (group) {
    case ring_group::serial:
      launch<ring_group::serial>(job, work.rows());
      break;
    case ring_group::tile8:
      launch<ring_group::tile8>(job, work.rows());
      break;
    case ring_group::tile32:
      launch<ring_group::tile32>(job, work.rows());
      break;
    case ring_group::warp:
      launch<ring_group::warp>(job, work.rows());
      break;
    case ring_group::block96:
      launch<ring_group::block96>(job, work.rows());
      break;
  }
  plain.copy_to(result.plain);
  grouped.copy_to(result.grouped);
  statuses.copy_to(result.statuses);
  brackets.copy_to(result.brackets);
  return result;
}

template ring_rows run_ring(const ring_work<float>&, ring_group);
template ring_rows run_ring(const ring_work<double>&, ring_group);
template ring_rows run_ring(const ring_work<std::int64_t>&, ring_group);
template ring_rows run_ring(const ring_work<std::uint64_t>&, ring_group);

const std::vector<ring_group>& ring_group_kinds() {
  static const std::vector<ring_group> kinds{ring_group::serial, ring_group::tile8,
                                             ring_group::tile32, ring_group::warp,
                                             ring_group::block96};
  return kinds;
}

}  // namespace robocache_test
