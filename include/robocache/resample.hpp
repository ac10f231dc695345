// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/execution.hpp>
#include <robocache/resample/detail/arguments.hpp>
#include <robocache/resample/detail/check.hpp>
#include <robocache/resample/detail/cpu.hpp>
#include <robocache/resample/device.hpp>
#include <robocache/resample/grouped_device.hpp>
#include <robocache/resample/groups.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/source.hpp>
#include <robocache/resample/targets.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>

/// \file
/// `resample`: [B, S, D] values at [B, S] times -> [B, T, D] at [B, T] times, on the CPU.
///
/// `resample.cuh` adds the same functions for a CUDA stream. docs/semantics.md has the rules.

namespace robocache {
inline namespace ROBOCACHE_CPU_NAMESPACE {

/// Resamples a batch of recordings at target times, and reports on each row.
///
/// \param source        samples and stamps, see `padded_source` and `packed_source`: [B, S, D] and
///                      [B, S]
/// \param target_times  [B, T], [T] for one grid that all items share, or `window_times`; any
/// order,
///                      same type as the source's stamps
/// \param output        [B, T, D], any strides; what lies between its elements is not touched
/// \param statuses      [B, T] bytes of `row_status` bits, or an empty view for none
/// \param options       policy and normalization, `{}` for linear with held ends
/// \param where         `robocache::cpu`, or a number of threads as `robocache::cpu(4)`
/// \return `invalid_argument` with the argument's name and the numbers if shapes, pointers,
/// strides,
///         lengths, offsets or options are wrong, or input and output overlap. Then nothing is
///         written.
///
/// Zero B, T or D is a successful no-op. Allocates nothing. The result does not depend on the
/// number of threads, and equals the GPU's bit for bit. O(B T (log S + D)).
template <class In, class Time, class Out>
ROBOCACHE_HIDDEN status resample(const source_view<In, Time>& source,
                                 const detail::same_type_t<target_view<Time>>& target_times,
                                 const tensor_view<Out, 3>& output,
                                 const tensor_view<std::uint8_t, 2>& statuses,
                                 const resample_options<Time, compute_t<In, Out>>& options,
                                 cpu_execution where) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::check_resample("resample", source, target_times, output, statuses, options));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_ragged("resample", source));
  detail::resample_on_cpu<In, Out>(
      detail::searched_rows<Time, compute_t<In, Out>>(source, target_times, statuses, options),
      detail::make_copy_arguments<In, Out>(source.values, source.packed, output, options), where);
  return {};
}

/// Resamples a recording whose channels are of several kinds; see `with_groups`. As above, but the
/// channels of each group follow its mode, and the status of a row is that of all groups together.
template <class In, class Time, class Out>
ROBOCACHE_HIDDEN status resample(const grouped_source<In, Time>& source,
                                 const detail::same_type_t<target_view<Time>>& target_times,
                                 const tensor_view<Out, 3>& output,
                                 const tensor_view<std::uint8_t, 2>& statuses,
                                 const resample_options<Time, compute_t<In, Out>>& options,
                                 cpu_execution where) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::check_resample("resample", source, target_times, output, statuses, options));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_groups("resample", source.groups, output.extent(2)));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_ragged("resample", source));
  detail::resample_on_cpu<In, Out>(
      detail::searched_rows<Time, compute_t<In, Out>>(source, target_times, statuses, options),
      source.groups,
      detail::make_copy_arguments<In, Out>(source.values, source.packed, output, options), where);
  return {};
}

/// As above, without the status bytes.
template <class In, class Time, class Out>
ROBOCACHE_HIDDEN status resample(const source_view<In, Time>& source,
                                 const detail::same_type_t<target_view<Time>>& target_times,
                                 const tensor_view<Out, 3>& output,
                                 const resample_options<Time, compute_t<In, Out>>& options,
                                 cpu_execution where) noexcept {
  return resample(source, target_times, output, tensor_view<std::uint8_t, 2>{}, options, where);
}
template <class In, class Time, class Out>
ROBOCACHE_HIDDEN status resample(const grouped_source<In, Time>& source,
                                 const detail::same_type_t<target_view<Time>>& target_times,
                                 const tensor_view<Out, 3>& output,
                                 const resample_options<Time, compute_t<In, Out>>& options,
                                 cpu_execution where) noexcept {
  return resample(source, target_times, output, tensor_view<std::uint8_t, 2>{}, options, where);
}

/// Finds the brackets alone, to apply them to several tensors that share stamps.
///
/// \param source        stamps, [B, S] or packed
/// \param target_times  [B, T] or [T]
/// \param brackets      [B, T] each: indices, weights and (if not empty) status bytes
/// \param policy        the rules; `Real` is float, or double for double values
/// \param where         `robocache::cpu`
/// \return as `resample`
template <class Time, class Real>
ROBOCACHE_HIDDEN status find_brackets(const source_times<Time>& source,
                                      const detail::same_type_t<target_view<Time>>& target_times,
                                      const brackets_view<Real>& brackets,
                                      const resample_policy<Time, Real>& policy,
                                      cpu_execution where) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::check_find_brackets("find_brackets", source, target_times, brackets, policy));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_ragged("find_brackets", source));
  detail::find_brackets_on_cpu(
      detail::searched_rows<Time, Real>(source, target_times, brackets.statuses, policy), brackets,
      where);
  return {};
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
/// \param where     `robocache::cpu`
/// \return as `resample`
template <class In, class Real, class Out>
ROBOCACHE_HIDDEN status apply_brackets(const tensor_view<In, 3>& values,
                                       const brackets_view<Real>& brackets,
                                       const tensor_view<Out, 3>& output,
                                       const normalization<compute_t<In, Out>>& options,
                                       cpu_execution where) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::check_apply_brackets("apply_brackets", values, brackets, output, options));
  using in = std::remove_const_t<In>;
  detail::resample_on_cpu<in, Out>(
      detail::stored_rows<compute_t<in, Out>>(values, brackets),
      detail::make_copy_arguments<in, Out>(values, values.extent(0) == 1, output, options), where);
  return {};
}

}  // namespace ROBOCACHE_CPU_NAMESPACE
}  // namespace robocache
