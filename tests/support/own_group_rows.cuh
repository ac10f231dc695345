// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/group.hpp>
#include <robocache/status.hpp>

#include "call.hpp"

#include <cooperative_groups.h>
#include <cuda_runtime_api.h>

#include <cstdint>

/// \file
/// Rows by groups of all kinds, for the engines of `resample` and `fuse`.

namespace robocache_test {

/// Level 1 as a user's kernel calls it: a group per row, groups of any kind.
template <group_kind Kind, class Job>
__global__ void rows_kernel(Job job, std::int64_t rows) {
  namespace cg = cooperative_groups;
  const std::int64_t count = job.output.extent(0) * rows;
  const std::int64_t thread = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if constexpr (Kind == group_kind::serial) {
    if (thread < count) job(robocache::serial_group{}, thread / rows, thread % rows);
  } else if constexpr (Kind == group_kind::block) {
    const cg::thread_block block = cg::this_thread_block();
    if (blockIdx.x < count) job(block, blockIdx.x / rows, blockIdx.x % rows);
  } else {
    constexpr unsigned size = Kind == group_kind::tile8 ? 8 : 32;
    const auto tile = cg::tiled_partition<size>(cg::this_thread_block());
    const std::int64_t row = thread / size;
    if (row < count) job(tile, row / rows, row % rows);
  }
}

/// \tparam Job  made from the call; has `output` [B, T, D] and writes a row when called
template <class Job, class Call>
robocache::status launch_rows(const Call& call, group_kind group, const any_where& where) {
  const Job job(call);
  const std::int64_t rows = job.output.extent(1);
  const auto count = static_cast<unsigned>(job.output.extent(0) * rows);
  if (count == 0) return {};
  const auto stream = static_cast<cudaStream_t>(where.stream);
  switch (group) {
    case group_kind::serial:
      rows_kernel<group_kind::serial><<<(count + 63) / 64, 64, 0, stream>>>(job, rows);
      break;
    case group_kind::tile8:
      rows_kernel<group_kind::tile8><<<(count + 7) / 8, 64, 0, stream>>>(job, rows);
      break;
    case group_kind::tile32:
      rows_kernel<group_kind::tile32><<<(count + 3) / 4, 128, 0, stream>>>(job, rows);
      break;
    case group_kind::block:
      rows_kernel<group_kind::block><<<count, 96, 0, stream>>>(job, rows);
      break;
  }
  const cudaError_t error = cudaGetLastError();
  if (error == cudaSuccess) return {};
  return robocache::status::from_cuda("rows_kernel", error, cudaGetErrorString(error));
}

}  // namespace robocache_test
