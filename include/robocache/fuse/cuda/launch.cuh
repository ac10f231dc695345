// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/fuse/call.hpp>
#include <robocache/fuse/cuda/kernel.cuh>
#include <robocache/fuse/table.hpp>
#include <robocache/status.hpp>

#include <cuda_runtime_api.h>

#include <cstdint>

/// \file
/// `run` of a call of `fuse` on a CUDA stream, or with `preload`.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

template <bool Grouped, int Capacity, class Call, class Where>
ROBOCACHE_HIDDEN status launch_fuse(const Call& call, Where where) noexcept {
  using table_type = fuse_table<Capacity, typename Call::stream, canonical_t<typename Call::out>>;
  static_assert(sizeof(table_type) <= 32764, "a kernel has at most that many bytes of parameters");
  table_type table(call.targets, call.reports);
  if (!make_fuse_table(call, Grouped, table)) {
    return status::invalid_argument("fuse: output has %lld x %lld rows, too many for one launch",
                                    static_cast<long long>(call.batch()),
                                    static_cast<long long>(call.rows()));
  }
  if (table.tiles == 0) return {};
  return launch("fuse", &fuse_kernel<Grouped, table_type>,
                dim3((table.tiles + warps_per_block - 1) / warps_per_block), dim3(rows_threads),
                where, table);
}

}  // namespace cuda_detail

/// Runs a checked call of `fuse`: launches one kernel on a CUDA stream, or loads it (`preload`).
/// The table of streams is the kernel's parameter.
///
/// \param call   has passed its `check()`; all in device memory but for the lists
/// \param where  a `cudaStream_t` of the current device, or `preload`
template <class Stream, class Outputs, class Where>
ROBOCACHE_HIDDEN auto run(const short_fuse_call<Stream, Outputs>& call, Where where) noexcept
    -> cuda_detail::status_of_launch<Where> {
  if (call.batch() == 0 || call.rows() == 0) return {};
  return needs_groups(call) ? cuda_detail::launch_fuse<true, few_streams>(call, where)
                            : cuda_detail::launch_fuse<false, few_streams>(call, where);
}

/// The same for a list of any length.
///
/// \param call, where  as above
template <class Stream, class Outputs, class Where>
ROBOCACHE_HIDDEN auto run(const fuse_call<Stream, Outputs>& call, Where where) noexcept
    -> cuda_detail::status_of_launch<Where> {
  if (call.streams.count <= few_streams) {
    return run(short_fuse_call<Stream, Outputs>{call}, where);
  }
  if (call.batch() == 0 || call.rows() == 0) return {};
  return needs_groups(call) ? cuda_detail::launch_fuse<true, many_streams>(call, where)
                            : cuda_detail::launch_fuse<false, many_streams>(call, where);
}

}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
