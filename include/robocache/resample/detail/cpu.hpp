// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/parallel.hpp>
#include <robocache/execution.hpp>
#include <robocache/group.hpp>
#include <robocache/resample/detail/arguments.hpp>
#include <robocache/resample/device.hpp>
#include <robocache/resample/grouped_device.hpp>

#include <algorithm>
#include <cstdint>

/// \file
/// The CPU back end: level 1 by one thread, rows dealt out to OpenMP's threads.

namespace robocache::detail {
inline namespace ROBOCACHE_CPU_NAMESPACE {

/// The one thread that writes a row on the CPU. Its `write_row` uses the processor's fma where
/// there is one.
struct cpu_group : serial_group {};

#if defined(ROBOCACHE_DETAIL_CPU_DISPATCH)
template <class In, class Out, class Real>
__attribute__((target("avx2,fma"), flatten)) void write_row_with_fma(
    const sample_bracket<Real>& found, const tensor_view<const In, 2>& values,
    const channel_affine<Real>& affine, const tensor_view<Out, 1>& row) noexcept {
  robocache::write_row(serial_group{}, found, values, affine, row);
}
#endif

template <class In, class Out, class Real>
inline void write_row(const cpu_group&, const sample_bracket<Real>& found,
                      const tensor_view<const In, 2>& values, const channel_affine<Real>& affine,
                      const tensor_view<Out, 1>& row) noexcept {
#if defined(ROBOCACHE_DETAIL_CPU_DISPATCH)
  if (cpu_has_fma()) return write_row_with_fma(found, values, affine, row);
#endif
  robocache::write_row(serial_group{}, found, values, affine, row);
}

/// Counts through the rows `[first, last)` of a batch: `body(b, t)`.
template <class Body>
inline void for_each_row(std::int64_t rows, std::int64_t first, std::int64_t last,
                         const Body& body) noexcept {
  std::int64_t b = first / rows;
  std::int64_t t = first % rows;
  for (std::int64_t row = first; row < last; ++row) {
    body(b, t);
    if (++t == rows) {
      t = 0;
      ++b;
    }
  }
}

/// The search for one target. Targets mostly rise, so it starts from the one before.
///
/// \param near  in: the result for the row before, or anything; out: this row's
template <class Time>
inline void search_near(const time_axis<Time>& axis, Time t, std::int32_t& near) noexcept {
  if (axis.size > 0 && time_is_finite(t)) {
    near = upper_bound_near(axis, t, std::min(near, axis.size));
  }
}

/// The source of row `t` of item `b`, and its report.
template <class Time, class Real, class Report>
inline row_source<Real> find_row(const searched_rows<Time, Real, Report>& source, std::int64_t b,
                                 std::int64_t t, std::int32_t& near) noexcept {
  const auto item = source.item(b);
  const auto row = static_cast<std::uint32_t>(t);
  const Time target = source.target(b, row);
  search_near(item.axis, target, near);
  const sample_bracket<Real> found = bracket_after(item.axis, target, near, source.policy());
  source.report(b, row, found.status, item.axis, target, found.right);
  return rows_of(found, item.first_sample);
}

template <class Real>
inline row_source<Real> find_row(const stored_rows<Real>& source, std::int64_t b, std::int64_t t,
                                 std::int32_t&) noexcept {
  return source.find(b, t);
}

/// Row `t` of item `b` of the output.
template <class Out, class Real>
inline tensor_view<Out, 1> output_row(const copy_arguments<Real>& copy, std::int64_t b,
                                      std::int64_t t) noexcept {
  unsigned char* const row = copy.output + b * copy.output_batch_bytes + t * copy.output_row_bytes;
  return {reinterpret_cast<Out*>(row), {copy.channels}, {copy.output_channel_stride}};
}

/// `samples` samples of item `b`, `step` apart, from sample `first` on.
template <class In, class Real>
inline tensor_view<const In, 2> item_values(const copy_arguments<Real>& copy, std::int64_t b,
                                            std::int64_t first, std::int64_t samples,
                                            std::int64_t step) noexcept {
  const unsigned char* const values =
      copy.values + b * copy.values_batch_bytes + first * copy.values_sample_bytes;
  const std::int64_t stride = copy.values_sample_bytes / static_cast<std::int64_t>(sizeof(In));
  return {reinterpret_cast<const In*>(values),
          {samples, copy.channels},
          {step * stride, copy.values_channel_stride}};
}

/// Writes the rows `[first, last)` of the batch's `batch * rows`.
template <class In, class Out, class Rows, class Real>
inline void write_rows(const Rows& source, const copy_arguments<Real>& copy, std::int64_t first,
                       std::int64_t last) noexcept {
  std::int32_t near = 0;
  for_each_row(copy.rows, first, last, [&](std::int64_t b, std::int64_t t) {
    const row_source<Real> found = find_row(source, b, t, near);
    // The item's view starts at the left sample, and one step leads to the right one.
    const std::int64_t step = found.right - found.left;
    const bool constant = found.left < 0;
    const sample_bracket<Real> local{constant ? -1 : 0, constant ? -1 : (step != 0 ? 1 : 0),
                                     found.weight, row_status::ok};
    write_row(serial_group{}, local, item_values<In>(copy, b, constant ? 0 : found.left, 2, step),
              copy.affine, output_row<Out>(copy, b, t));
  });
}

/// The same for a recording with channel groups.
template <class In, class Out, class Rows, class Real>
inline void write_grouped_rows(const Rows& source, const channel_groups& groups,
                               const copy_arguments<Real>& copy, std::int64_t first,
                               std::int64_t last) noexcept {
  std::int32_t near = 0;
  for_each_row(copy.rows, first, last, [&](std::int64_t b, std::int64_t t) {
    const auto item = source.item(b);
    const auto row = static_cast<std::uint32_t>(t);
    const auto target = source.target(b, row);
    search_near(item.axis, target, near);
    const grouped_status done =
        write_grouped_row(cpu_group{}, item.axis, target, near, groups,
                          item_values<In>(copy, b, item.first_sample, item.axis.size, 1),
                          source.policy(), copy.affine, output_row<Out>(copy, b, t));
    source.report(b, row, done.status, item.axis, target, done.newest);
  });
}

#if defined(ROBOCACHE_DETAIL_CPU_DISPATCH)
template <class In, class Out, class Rows, class Real>
__attribute__((target("avx2,fma"), flatten)) void write_rows_with_fma(
    const Rows& source, const copy_arguments<Real>& copy, std::int64_t first,
    std::int64_t last) noexcept {
  write_rows<In, Out>(source, copy, first, last);
}
#endif

/// `write_rows`, with the processor's fma where there is one.
template <class In, class Out, class Rows, class Real>
inline void write_rows_fast(const Rows& source, const copy_arguments<Real>& copy,
                            std::int64_t first, std::int64_t last) noexcept {
#if defined(ROBOCACHE_DETAIL_CPU_DISPATCH)
  if (cpu_has_fma()) return write_rows_with_fma<In, Out>(source, copy, first, last);
#endif
  write_rows<In, Out>(source, copy, first, last);
}

template <class In, class Out, class Rows, class Real>
ROBOCACHE_HIDDEN void resample_on_cpu(const Rows& source, const copy_arguments<Real>& copy,
                                      cpu_execution where) noexcept {
  const std::int64_t count = copy.batch * copy.rows;
  if (count == 0 || (copy.channels == 0 && !source.reports())) return;
  for_each_piece(count, count * copy.channels, where, [&](std::int64_t first, std::int64_t last) {
    write_rows_fast<In, Out>(source, copy, first, last);
  });
}

template <class In, class Out, class Rows, class Real>
ROBOCACHE_HIDDEN void resample_on_cpu(const Rows& source, const channel_groups& groups,
                                      const copy_arguments<Real>& copy,
                                      cpu_execution where) noexcept {
  const std::int64_t count = copy.batch * copy.rows;
  if (count == 0 || (copy.channels == 0 && !source.reports())) return;
  for_each_piece(count, count * copy.channels, where, [&](std::int64_t first, std::int64_t last) {
    write_grouped_rows<In, Out>(source, groups, copy, first, last);
  });
}

template <class Rows, class Real>
ROBOCACHE_HIDDEN void find_brackets_on_cpu(const Rows& source, const brackets_view<Real>& brackets,
                                           cpu_execution where) noexcept {
  const std::int64_t rows = brackets.left.extent(1);
  const std::int64_t count = brackets.left.extent(0) * rows;
  if (count == 0) return;
  constexpr std::int64_t elements_per_search = 16;
  for_each_piece(count, count * elements_per_search, where,
                 [&](std::int64_t first, std::int64_t last) {
                   std::int32_t near = 0;
                   for_each_row(rows, first, last, [&](std::int64_t b, std::int64_t t) {
                     const row_source<Real> found = find_row(source, b, t, near);
                     brackets.left(b, t) = found.left;
                     brackets.right(b, t) = found.right;
                     brackets.weight(b, t) = found.weight;
                   });
                 });
}

}  // namespace ROBOCACHE_CPU_NAMESPACE
}  // namespace robocache::detail
