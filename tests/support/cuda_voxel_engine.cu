// SPDX-License-Identifier: Apache-2.0
#include <robocache/group.hpp>
#include <robocache/voxelize.cuh>

#include "cuda_scalars.cuh"
#include "engines.hpp"
#include "typed_voxel_call.hpp"
#include "voxel_call.hpp"

#include <cooperative_groups.h>
#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <vector>

// The CUDA back end of `voxelize`.

namespace robocache_test {

/// Level 1 as a user's kernel calls it: all threads together, or each block or tile on its own part
/// of the points.
template <voxel_group Kind, class Job>
__global__ void add_points_kernel(Job job) {
  namespace cg = cooperative_groups;
  robocache::voxel_counters added{};
  if constexpr (Kind == voxel_group::grid) {
    added = job(cg::this_grid(), 0, 1);
  } else if constexpr (Kind == voxel_group::block) {
    added = job(cg::this_thread_block(), blockIdx.x, gridDim.x);
  } else if constexpr (Kind == voxel_group::tiles) {
    const auto tile = cg::tiled_partition<32>(cg::this_thread_block());
    const unsigned tiles = blockDim.x / 32;
    added = job(tile, blockIdx.x * tiles + threadIdx.x / 32, gridDim.x * tiles);
  } else {
    const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
    added = job(robocache::serial_group{}, thread, gridDim.x * blockDim.x);
  }
  if (job.counters == nullptr) return;
  const auto add = [](std::uint64_t& to, std::uint64_t n) {
    if (n != 0) atomicAdd(reinterpret_cast<unsigned long long*>(&to), n);
  };
  add(job.counters->used, added.used);
  add(job.counters->outside, added.outside);
  add(job.counters->not_finite, added.not_finite);
  add(job.counters->beyond, added.beyond);
}

template <class Job>
robocache::status launch_add_points(const any_voxel_call& call, voxel_group group,
                                    const any_where& where) {
  const Job job(call);
  const auto stream = static_cast<cudaStream_t>(where.stream);
  switch (group) {
    case voxel_group::serial:
      add_points_kernel<voxel_group::serial><<<2, 64, 0, stream>>>(job);
      break;
    case voxel_group::block:
      add_points_kernel<voxel_group::block><<<7, 96, 0, stream>>>(job);
      break;
    case voxel_group::grid:
      add_points_kernel<voxel_group::grid><<<5, 128, 0, stream>>>(job);
      break;
    case voxel_group::tiles:
      add_points_kernel<voxel_group::tiles><<<3, 128, 0, stream>>>(job);
      break;
  }
  const cudaError_t error = cudaGetLastError();
  if (error == cudaSuccess) return {};
  return robocache::status::from_cuda("add_points_kernel", error, cudaGetErrorString(error));
}

template <robocache::reduction R, class Real>
std::size_t cuda_workspace_bytes(std::int64_t points, const any_grid& grid,
                                 const any_where& where) {
  return robocache::voxelize_workspace_bytes<R>(points, typed_grid<Real>(grid),
                                                static_cast<cudaStream_t>(where.stream));
}

/// count, occupancy or occupancy_bits.
template <robocache::reduction R, scalar_kind PointKind>
voxel_operations cuda_voxel_operations() {
  using real = typename scalar_of<PointKind>::type;
  voxel_operations result;
  result.types = {PointKind, R};
  result.voxelize = [](const any_voxel_call& call, const any_where& where) {
    return typed_voxelize<R, real>(call, static_cast<cudaStream_t>(where.stream));
  };
  result.workspace_bytes = cuda_workspace_bytes<R, real>;
  result.add_points = [](const any_voxel_call& call, voxel_group group, const any_where& where) {
    return launch_add_points<add_points_job<R, real>>(call, group, where);
  };
  return result;
}

/// A reduction of features.
template <robocache::reduction R, scalar_kind PointKind, scalar_kind InKind, scalar_kind OutKind>
voxel_operations cuda_voxel_operations() {
  using real = typename scalar_of<PointKind>::type;
  using in = typename cuda_scalar_of<InKind>::type;
  using out = typename cuda_scalar_of<OutKind>::type;
  voxel_operations result;
  result.types = {PointKind, R, InKind, OutKind};
  result.voxelize = [](const any_voxel_call& call, const any_where& where) {
    return typed_voxelize<R, real, in, out>(call, static_cast<cudaStream_t>(where.stream));
  };
  result.workspace_bytes = cuda_workspace_bytes<R, real>;
  return result;
}

/// What is compiled together. Templates, so that the other sets cost nothing.
namespace sets_on_cuda {

using robocache::reduction;
inline constexpr scalar_kind f32 = scalar_kind::f32;
inline constexpr scalar_kind f16 = scalar_kind::f16;

/// Without features.
template <class To>
void marks(To& to) {
  to.push_back(cuda_voxel_operations<reduction::count, f32>());
  to.push_back(cuda_voxel_operations<reduction::occupancy, f32>());
  to.push_back(cuda_voxel_operations<reduction::occupancy_bits, f32>());
}
template <class To>
void sums(To& to) {
  to.push_back(cuda_voxel_operations<reduction::sum, f32, f32, f32>());
  to.push_back(cuda_voxel_operations<reduction::mean, f32, f32, f32>());
}
template <class To>
void limits(To& to) {
  to.push_back(cuda_voxel_operations<reduction::max, f32, f32, f32>());
  to.push_back(cuda_voxel_operations<reduction::min, f32, f32, f32>());
}
template <class To>
void moments(To& to) {
  to.push_back(cuda_voxel_operations<reduction::variance, f32, f32, f32>());
  to.push_back(cuda_voxel_operations<reduction::variance, f32, f16, f16>());
  to.push_back(cuda_voxel_operations<reduction::first, f32, f32, f32>());
  to.push_back(cuda_voxel_operations<reduction::sum, f32, f32, f16>());
}
/// 16 bits, points of double.
template <class To>
void others(To& to) {
  to.push_back(cuda_voxel_operations<reduction::mean, f32, f16, f16>());
  to.push_back(cuda_voxel_operations<reduction::max, f32, scalar_kind::bf16, f32>());
  to.push_back(cuda_voxel_operations<reduction::count, scalar_kind::f64>());
  to.push_back(cuda_voxel_operations<reduction::mean, scalar_kind::f64, f32, f32>());
}
template <class To>
void fast_math(To& to) {
  to.push_back(cuda_voxel_operations<reduction::count, f32>());
  to.push_back(cuda_voxel_operations<reduction::mean, f32, f32, f32>());
  to.push_back(cuda_voxel_operations<reduction::max, f32, f32, f32>());
}

}  // namespace sets_on_cuda

ROBOCACHE_TEST_LINK_SET(voxel_operations, on_cuda)

}  // namespace robocache_test
