// SPDX-License-Identifier: Apache-2.0
#pragma once

// IWYU pragma: begin_exports
#include <robocache/detail/config.hpp>
#include <robocache/detail/run.hpp>
#include <robocache/execution.hpp>
#include <robocache/resample/call.hpp>
#include <robocache/resample/collective/rows.hpp>
#include <robocache/resample/cpu.hpp>
#include <robocache/resample/groups.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/source.hpp>
#include <robocache/resample/targets.hpp>
#include <robocache/resample/tiling.hpp>
#include <robocache/scalar.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>
// IWYU pragma: end_exports

#include <cstdint>
#include <type_traits>

/// \file
/// `resample`: [B, S, D] values at [B, S] times -> [B, T, D] at [B, T] times, on the CPU.
///
/// With `resample.cuh`, too, the same functions run on a CUDA stream. docs/semantics.md has the
/// rules.

namespace robocache {

/// Resamples a batch of recordings at target times, and reports on each row.
///
/// \param source        samples [B, S, D] and stamps [B, S], see `padded_source`, `packed_source`
///                      and, for channels of several kinds, `with_groups`
/// \param target_times  [B, T], [T] for times that all items share, or `window_times`; any
///                      order, same type as the source's stamps
/// \param output        [B, T, D], any strides; what lies between its elements is not touched
/// \param statuses      [B, T] bytes of `row_status` bits, or an empty view for none; may be left
///                      out
/// \param options       policy and normalization, `{}` for linear with held ends
/// \param where         `robocache::cpu`, or a number of threads as `robocache::cpu(4)`; a
///                      `cudaStream_t` of the current device; or `robocache::preload`
/// \return `invalid_argument` with the argument's name and the numbers if shapes, pointers,
///         strides, lengths, offsets or options are wrong, or input and output overlap. Then
///         nothing is written. On a CUDA stream, what lies in device memory is not looked at: an
///         item whose length or offsets do not fit has no samples (status EMPTY). `cuda_error` if
///         the launch failed; errors of the running kernel surface at the next synchronization, as
///         always.
///
/// Zero B or T is a successful no-op; of zero D only the statuses are written. Allocates nothing.
/// The result depends neither on the number of threads nor on the GPU, and is the same on both, bit
/// for bit. O(B T (log S + D)).
///
/// On a CUDA stream all data, `lengths`, `offsets`, `scale` and `shift` included, is device memory.
/// Asynchronous: enqueues one kernel and returns; synchronizes nothing, keeps no state, may be
/// captured in a graph. From compute capability 9.0 on the launch overlaps with the end of the
/// kernel before it in the CUDA stream (programmatic dependent launch); it reads and writes nothing
/// before that one is complete.
template <class Source, class Out, class Where>
ROBOCACHE_ALWAYS_INLINE status resample(
    const Source& source, const target_view<typename Source::time_type>& target_times,
    const tensor_view<Out, 3>& output, const tensor_view<std::uint8_t, 2>& statuses,
    const resample_options<typename Source::time_type, compute_t<typename Source::value_type, Out>>&
        options,
    const Where& where) noexcept {
  return detail::check_and_run(make_resample_call(source, target_times, output, statuses, options),
                               where);
}

/// As above, without the status bytes.
///
/// \param source, target_times, output, options, where  as above
template <class Source, class Out, class Where>
ROBOCACHE_ALWAYS_INLINE status resample(
    const Source& source, const target_view<typename Source::time_type>& target_times,
    const tensor_view<Out, 3>& output,
    const resample_options<typename Source::time_type, compute_t<typename Source::value_type, Out>>&
        options,
    const Where& where) noexcept {
  return resample(source, target_times, output, tensor_view<std::uint8_t, 2>{}, options, where);
}

/// \cond
// What is called if nothing else fits: says what would.
template <class Never = void>
status resample(detail::anything, detail::anything = {}, detail::anything = {},
                detail::anything = {}, detail::anything = {}, detail::anything = {}) noexcept {
  static_assert(
      !std::is_void_v<Never>,
      "resample takes (source, target_times, output, [statuses,] options, where): a source "
      "from padded_source, packed_source or with_groups; target times and options of the "
      "type of its stamps; a tensor_view<Out, 3>, not const; resample_options<Time, Real>, "
      "Real being double if values or output are double; robocache::cpu or a cudaStream_t");
  return {};
}
/// \endcond

/// Finds the brackets alone, to apply them to several tensors that share stamps.
///
/// \param source        stamps, [B, S] or packed
/// \param target_times  [B, T], [T] or `window_times`
/// \param brackets      [B, T] each: indices, weights and (if not empty) status bytes
/// \param policy        the rules; `Real` is float, or double for double values
/// \param where         as for `resample`
/// \return as `resample`; the same promises
template <class Time, class Real, class Where>
ROBOCACHE_ALWAYS_INLINE status find_brackets(
    const source_times<Time>& source, const detail::same_type_t<target_view<Time>>& target_times,
    const brackets_view<Real>& brackets, const resample_policy<Time, Real>& policy,
    const Where& where) noexcept {
  return detail::check_and_run(make_find_brackets_call(source, target_times, brackets, policy),
                               where);
}

/// Writes [B, T, D] from [B, S, D] and the brackets of [B, T] rows.
///
/// `find_brackets` then `apply_brackets` gives the same bits as `resample`.
///
/// \param values    [B, S, D], or [1, N, D] for packed values (indices count from the first row)
/// \param brackets  from `find_brackets`. An index outside [0, S) makes the row its weight, as -1
///                  does.
/// \param output    [B, T, D]
/// \param options   per-channel scale and shift, `{}` for none
/// \param where     as for `resample`
/// \return as `resample`; the same promises
template <class In, class Real, class Out, class Where>
ROBOCACHE_ALWAYS_INLINE status apply_brackets(const tensor_view<In, 3>& values,
                                              const brackets_view<Real>& brackets,
                                              const tensor_view<Out, 3>& output,
                                              const normalization<compute_t<In, Out>>& options,
                                              const Where& where) noexcept {
  return detail::check_and_run(make_apply_brackets_call(values, brackets, output, options), where);
}

}  // namespace robocache
