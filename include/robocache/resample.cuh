// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/fuse/detail/launch.cuh>
#include <robocache/resample.hpp>
#include <robocache/resample/detail/kernel.cuh>
#include <robocache/resample/detail/tuning.hpp>

#include <cuda_runtime_api.h>

/// \file
/// `resample` on a CUDA stream. Includes `resample.hpp`, so the CPU back end too.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// Picks the kernel of the width that the addresses allow, and launches it.
template <int Width, class In, class Out, class Rows, class Real>
ROBOCACHE_HIDDEN status launch_rows(const char* operation, int width, const Rows& rows,
                                    const copy_arguments<Real>& copy,
                                    cudaStream_t stream) noexcept {
  if constexpr (Width > 1) {
    if (width < Width) {
      return launch_rows<Width / 2, In, Out>(operation, width, rows, copy, stream);
    }
  }
  const tile_shape tile = choose_tile(copy.batch, copy.rows, copy.channels, Width,
                                      widest_vector<In, Out>, enough_warps);
  if (tile.tiles == 0) {
    return status::invalid_argument("%s: output has %lld x %lld rows, too many for one launch",
                                    operation, static_cast<long long>(copy.batch),
                                    static_cast<long long>(copy.rows));
  }
  const dim3 grid((tile.tiles + warps_per_block - 1) / warps_per_block,
                  static_cast<unsigned>(tile.column_tiles));
  const dim3 block(warps_per_block * warp_size);
  const auto kernel = copy.affine.is_identity() ? &resample_kernel<Width, false, Rows, In, Out>
                                                : &resample_kernel<Width, true, Rows, In, Out>;
  return launch(operation, kernel, grid, block, stream, rows, copy, tile);
}

/// Strips the types to one per format, so that `__half` and `float16` share a kernel.
template <class In, class Out, class Rows, class Real>
ROBOCACHE_HIDDEN status resample_on_stream(const char* operation, const Rows& rows,
                                           const copy_arguments<Real>& copy,
                                           cudaStream_t stream) noexcept {
  if (copy.batch == 0 || copy.rows == 0) return {};
  if (copy.channels == 0 && !rows.reports()) return {};
  using in = typename scalar_traits<In>::canonical;
  using out = typename scalar_traits<Out>::canonical;
  return launch_rows<widest_vector<in, out>, in, out>(operation, vector_width<in, out>(copy), rows,
                                                      copy, stream);
}

}  // namespace cuda_detail

/// Resamples a batch of recordings on a CUDA stream. `resample.hpp` says more of the arguments; all
/// data, `lengths`, `offsets`, `scale` and `shift` included, is device memory.
///
/// Asynchronous: enqueues one kernel on `stream` and returns. Allocates nothing, synchronizes
/// nothing, keeps no state, may be captured in a graph. The result is the CPU back end's bit for
/// bit and does not depend on the GPU. Wide accesses are used where addresses allow; any multiple
/// of the scalar's size works.
///
/// From compute capability 9.0 on the launch overlaps with the end of the kernel before it in the
/// stream (programmatic dependent launch); it reads and writes nothing before that one is complete.
///
/// \param source        samples [B, S, D] and stamps [B, S], padded or packed
/// \param target_times  [B, T], or [T] for one grid that all items share
/// \param output        [B, T, D]
/// \param statuses      [B, T] bytes of `row_status` bits, or an empty view
/// \param options       policy and normalization, `{}` for linear with held ends
/// \param stream        where the kernel is enqueued; its device must be the current one
/// \return `invalid_argument` as on the CPU, except for what lies in device memory: an item whose
///         length or offsets do not fit has no samples (status EMPTY). `cuda_error` if the launch
///         failed; errors of the running kernel surface at the next synchronization, as always.
template <class In, class Time, class Out>
ROBOCACHE_HIDDEN status resample(const source_view<In, Time>& source,
                                 const detail::same_type_t<target_view<Time>>& target_times,
                                 const tensor_view<Out, 3>& output,
                                 const tensor_view<std::uint8_t, 2>& statuses,
                                 const resample_options<Time, compute_t<In, Out>>& options,
                                 cudaStream_t stream) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::check_resample("resample", source, target_times, output, statuses, options));
  return cuda_detail::resample_on_stream<In, Out>(
      "resample",
      detail::searched_rows<Time, compute_t<In, Out>>(source, target_times, statuses, options),
      detail::make_copy_arguments<In, Out>(source.values, source.packed, output, options), stream);
}

/// Resamples a recording whose channels are of several kinds; see `with_groups`. `fuse` of one
/// stream: same promises as above.
template <class In, class Time, class Out>
ROBOCACHE_HIDDEN status resample(const grouped_source<In, Time>& source,
                                 const detail::same_type_t<target_view<Time>>& target_times,
                                 const tensor_view<Out, 3>& output,
                                 const tensor_view<std::uint8_t, 2>& statuses,
                                 const resample_options<Time, compute_t<In, Out>>& options,
                                 cudaStream_t stream) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::check_resample("resample", source, target_times, output, statuses, options));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_groups("resample", source.groups, output.extent(2)));
  const sensor_stream<Time, In> one[] = {{source, options}};
  fuse_reports<Time> reports;
  reports.statuses =
      tensor_view<std::uint8_t, 3>(statuses.data(), {statuses.extent(0), statuses.extent(1), 1},
                                   {statuses.stride(0), statuses.stride(1), 0});
  return cuda_detail::launch_fuse<true, detail::few_streams>(
      "resample", detail::list_of(one), target_times, detail::concatenated<Out>(output), reports,
      stream);
}

/// As above, without the status bytes.
template <class In, class Time, class Out>
ROBOCACHE_HIDDEN status resample(const source_view<In, Time>& source,
                                 const detail::same_type_t<target_view<Time>>& target_times,
                                 const tensor_view<Out, 3>& output,
                                 const resample_options<Time, compute_t<In, Out>>& options,
                                 cudaStream_t stream) noexcept {
  return resample(source, target_times, output, tensor_view<std::uint8_t, 2>{}, options, stream);
}
template <class In, class Time, class Out>
ROBOCACHE_HIDDEN status resample(const grouped_source<In, Time>& source,
                                 const detail::same_type_t<target_view<Time>>& target_times,
                                 const tensor_view<Out, 3>& output,
                                 const resample_options<Time, compute_t<In, Out>>& options,
                                 cudaStream_t stream) noexcept {
  return resample(source, target_times, output, tensor_view<std::uint8_t, 2>{}, options, stream);
}

/// Finds the brackets alone, on a CUDA stream. See `find_brackets` in `resample.hpp`; same promises
/// as `resample`.
template <class Time, class Real>
ROBOCACHE_HIDDEN status find_brackets(const source_times<Time>& source,
                                      const detail::same_type_t<target_view<Time>>& target_times,
                                      const brackets_view<Real>& brackets,
                                      const resample_policy<Time, Real>& policy,
                                      cudaStream_t stream) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::check_find_brackets("find_brackets", source, target_times, brackets, policy));
  const std::int64_t rows = brackets.left.extent(1);
  if (brackets.left.empty()) return {};
  const detail::tile_shape tile =
      detail::choose_tile(brackets.left.extent(0), rows, 1, 1, 1, detail::enough_warps);
  if (tile.tiles == 0) {
    return status::invalid_argument("find_brackets: %lld x %lld rows, too many for one launch",
                                    static_cast<long long>(brackets.left.extent(0)),
                                    static_cast<long long>(rows));
  }
  return cuda_detail::launch(
      "find_brackets", &cuda_detail::find_brackets_kernel<Time, Real>,
      dim3((tile.tiles + detail::warps_per_block - 1) / detail::warps_per_block),
      dim3(detail::warps_per_block * detail::warp_size), stream,
      detail::searched_rows<Time, Real>(source, target_times, brackets.statuses, policy), brackets,
      tile);
}

/// Writes rows from stored brackets, on a CUDA stream. See `apply_brackets` in `resample.hpp`; same
/// promises as `resample`.
template <class In, class Real, class Out>
ROBOCACHE_HIDDEN status apply_brackets(const tensor_view<In, 3>& values,
                                       const brackets_view<Real>& brackets,
                                       const tensor_view<Out, 3>& output,
                                       const normalization<compute_t<In, Out>>& options,
                                       cudaStream_t stream) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::check_apply_brackets("apply_brackets", values, brackets, output, options));
  using in = std::remove_const_t<In>;
  return cuda_detail::resample_on_stream<in, Out>(
      "apply_brackets", detail::stored_rows<compute_t<in, Out>>(values, brackets),
      detail::make_copy_arguments<in, Out>(values, values.extent(0) == 1, output, options), stream);
}

}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
