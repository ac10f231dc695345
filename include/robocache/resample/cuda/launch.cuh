// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/resample/call.hpp>
#include <robocache/resample/cuda/kernel.cuh>
#include <robocache/resample/tiling.hpp>
#include <robocache/status.hpp>

#include <cuda_runtime_api.h>

#include <cstdint>

/// \file
/// `run` of the calls of `resample` on a CUDA stream, or with `preload`.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

template <class Shape>
ROBOCACHE_HIDDEN status too_many_rows(const char* operation, const Shape& rows) noexcept {
  return status::invalid_argument("%s: output has %lld x %lld rows, too many for one launch",
                                  operation, static_cast<long long>(rows.extent(0)),
                                  static_cast<long long>(rows.extent(1)));
}

/// Picks the kernel of the width that the addresses allow, and launches it.
template <int Width, class Work, class Where>
ROBOCACHE_HIDDEN status launch_rows(const char* operation, const Work& work,
                                    const row_tiling& tiling, Where where) noexcept {
  if constexpr (Width > 1) {
    if (tiling.width() < Width) {
      return launch_rows<Width / 2>(operation, work, tiling, where);
    }
  }
  const dim3 grid((tiling.tiles() + warps_per_block - 1) / warps_per_block, tiling.columns());
  const auto kernel = work.affine().is_identity() ? &rows_kernel<Width, false, Work>
                                                  : &rows_kernel<Width, true, Work>;
  return launch(operation, kernel, grid, dim3(rows_threads), where, tiling, work);
}

}  // namespace cuda_detail

/// Runs a checked call of `resample`: launches one kernel on a CUDA stream, or loads it
/// (`preload`).
///
/// \param call   has passed its `check()`; all in device memory
/// \param where  a `cudaStream_t` of the current device, or `preload`
template <class Source, class Out, class Where>
ROBOCACHE_HIDDEN auto run(const resample_call<Source, Out>& call, Where where) noexcept
    -> cuda_detail::status_of_launch<Where> {
  using call_type = resample_call<Source, Out>;
  using work_type = decltype(call.work());
  if (call.output.extent(0) == 0 || call.output.extent(1) == 0) return {};
  if (call.output.extent(2) == 0 && call.statuses.data() == nullptr) return {};
  const work_type work = call.work();
  const row_tiling tiling =
      detail::tiling_of_work(work, call.output.extent(0), call.output.extent(1),
                             call.output.extent(2), call_type::grouped, enough_warps);
  if (tiling.tiles() == 0) return cuda_detail::too_many_rows("resample", call.output);
  if constexpr (call_type::grouped) {
    const dim3 grid((tiling.tiles() + detail::warps_per_block - 1) / detail::warps_per_block);
    return cuda_detail::launch("resample", &cuda_detail::grouped_rows_kernel<work_type>, grid,
                               dim3(detail::rows_threads), where, tiling, work);
  } else {
    constexpr int widest = detail::widest_vector<typename call_type::in, Out>;
    return cuda_detail::launch_rows<widest>("resample", work, tiling, where);
  }
}

/// Runs a call of `find_brackets`, likewise.
///
/// \param call, where  as above
template <class Time, class Real, class Where>
ROBOCACHE_HIDDEN auto run(const find_brackets_call<Time, Real>& call, Where where) noexcept
    -> cuda_detail::status_of_launch<Where> {
  const auto& rows = call.brackets.left;
  if (rows.empty()) return {};
  const row_tiling tiling = choose_tiling(rows.extent(0), rows.extent(1), 1, 1, 1, enough_warps);
  if (tiling.tiles() == 0) {
    return status::invalid_argument("find_brackets: %lld x %lld rows, too many for one launch",
                                    static_cast<long long>(rows.extent(0)),
                                    static_cast<long long>(rows.extent(1)));
  }
  return cuda_detail::launch(
      "find_brackets", &cuda_detail::brackets_kernel<find_brackets_work<Time, Real>>,
      dim3((tiling.tiles() + detail::warps_per_block - 1) / detail::warps_per_block),
      dim3(detail::rows_threads), where, tiling, call.work());
}

/// Runs a call of `apply_brackets`, likewise.
///
/// \param call, where  as above
template <class In, class Out, class Where>
ROBOCACHE_HIDDEN auto run(const apply_brackets_call<In, Out>& call, Where where) noexcept
    -> cuda_detail::status_of_launch<Where> {
  if (call.rows.empty()) return {};
  const row_tiling tiling = tiling_of(call);
  if (tiling.tiles() == 0) return cuda_detail::too_many_rows("apply_brackets", call.rows);
  return cuda_detail::launch_rows<detail::widest_vector<In, Out>>("apply_brackets", call, tiling,
                                                                  where);
}

}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
