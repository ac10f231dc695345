// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/execution.hpp>
#include <robocache/group.hpp>
#include <robocache/resample/detail/arguments.hpp>
#include <robocache/resample/device.hpp>

#include <algorithm>
#include <cstdint>

#if defined(_OPENMP)
#include <omp.h>
#endif

/// \file
/// The CPU back end: level 1 with a `serial_group`, rows dealt out to OpenMP's threads.

// A second copy of the loop for processors with AVX2 and FMA, chosen when it runs: without it the
// contract's fma is a function call on x86-64. The results are the same bits.
#if defined(__GNUC__) && defined(__x86_64__) && !(defined(__FMA__) && defined(__AVX2__))
#define ROBOCACHE_DETAIL_CPU_DISPATCH 1
#endif

namespace robocache::detail {
inline namespace ROBOCACHE_CPU_NAMESPACE {

/// Calls `body(first, last)` on consecutive pieces of `[0, count)`, from several threads if
/// `elements`, the size of the whole job, is worth it.
template <class Body>
ROBOCACHE_HIDDEN void for_each_piece(std::int64_t count, std::int64_t elements, cpu_execution where,
                                     const Body& body) noexcept {
#if defined(_OPENMP)
  constexpr std::int64_t elements_worth_a_thread = 1 << 16;
  const std::int64_t available = where.threads > 0 ? where.threads : omp_get_max_threads();
  const std::int64_t useful = std::max<std::int64_t>(1, elements / elements_worth_a_thread);
  const int threads = static_cast<int>(std::min(available, std::min(useful, count)));
  if (threads > 1) {
#pragma omp parallel num_threads(threads)
    {
      const std::int64_t n = omp_get_num_threads();
      const std::int64_t i = omp_get_thread_num();
      const std::int64_t each = count / n;
      const std::int64_t extra = count % n;
      const std::int64_t first = i * each + std::min(i, extra);
      body(first, first + each + (i < extra ? 1 : 0));
    }
    return;
  }
#else
  (void)elements;
  (void)where;
#endif
  body(std::int64_t{0}, count);
}

/// The source of row `t` of item `b`, and its report. Targets mostly rise, so each search starts
/// from the one before.
///
/// \param near  in: the search's result for the row before, or anything; out: this row's
template <class Time, class Real>
inline row_source<Real> find_row(const searched_rows<Time, Real>& source, std::int64_t b,
                                 std::int64_t t, std::int32_t& near) noexcept {
  const auto item = source.source.item(b);
  const Time target = source.target(b, t);
  sample_bracket<Real> found;
  if (!bracket_trivial(item.axis, target, source.policy, found)) {
    near = upper_bound_near(item.axis, target, std::min(near, item.axis.size));
    found = bracket_found(item.axis, target, near, source.policy);
  }
  source.report(b, t, found.status);
  return rows_of(found, item.first_sample);
}

template <class Real>
inline row_source<Real> find_row(const stored_rows<Real>& source, std::int64_t b, std::int64_t t,
                                 std::int32_t&) noexcept {
  return source.find(b, t);
}

/// Writes the rows `[first, last)` of the batch's `batch * rows`.
template <class Rows, class In, class Out>
inline void write_rows(const Rows& source, const copy_arguments<In, Out>& copy, std::int64_t first,
                       std::int64_t last) noexcept {
  using real = typename copy_arguments<In, Out>::real;
  std::int64_t b = first / copy.rows;
  std::int64_t t = first % copy.rows;
  std::int32_t near = 0;
  for (std::int64_t row = first; row < last; ++row) {
    const row_source<real> found = find_row(source, b, t, near);
    // The item's view starts at the left sample, and one step leads to the right one.
    const std::int64_t step = found.right - found.left;
    const bool constant = found.left < 0;
    const In* const left = constant ? copy.values
                                    : copy.values + b * copy.values_batch_stride +
                                          found.left * copy.values_sample_stride;
    const sample_bracket<real> local{constant ? -1 : 0, constant ? -1 : (step != 0 ? 1 : 0),
                                     found.weight, row_status::ok};
    write_row(
        serial_group{}, local,
        tensor_view<const In, 2>(left, {2, copy.channels},
                                 {step * copy.values_sample_stride, copy.values_channel_stride}),
        copy.affine,
        tensor_view<Out, 1>(copy.output + b * copy.output_batch_stride + t * copy.output_row_stride,
                            {copy.channels}, {copy.output_channel_stride}));
    if (++t == copy.rows) {
      t = 0;
      ++b;
    }
  }
}

#if defined(ROBOCACHE_DETAIL_CPU_DISPATCH)
template <class Rows, class In, class Out>
__attribute__((target("avx2,fma"), flatten)) void write_rows_fma(
    const Rows& source, const copy_arguments<In, Out>& copy, std::int64_t first,
    std::int64_t last) noexcept {
  write_rows(source, copy, first, last);
}
#endif

template <class Rows, class In, class Out>
ROBOCACHE_HIDDEN void resample_on_cpu(const Rows& source, const copy_arguments<In, Out>& copy,
                                      cpu_execution where) noexcept {
  const std::int64_t count = copy.batch * copy.rows;
  if (count == 0 || copy.channels == 0) return;
  for_each_piece(count, count * copy.channels, where, [&](std::int64_t first, std::int64_t last) {
#if defined(ROBOCACHE_DETAIL_CPU_DISPATCH)
    if (__builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2")) {
      return write_rows_fma(source, copy, first, last);
    }
#endif
    write_rows(source, copy, first, last);
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
                   for (std::int64_t row = first; row < last; ++row) {
                     const std::int64_t b = row / rows;
                     const std::int64_t t = row % rows;
                     const row_source<Real> found = find_row(source, b, t, near);
                     brackets.left(b, t) = found.left;
                     brackets.right(b, t) = found.right;
                     brackets.weight(b, t) = found.weight;
                   }
                 });
}

}  // namespace ROBOCACHE_CPU_NAMESPACE
}  // namespace robocache::detail
