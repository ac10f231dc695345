// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/detail/config.hpp>
#include <robocache/detail/least.hpp>
#include <robocache/detail/parallel.hpp>
#include <robocache/execution.hpp>
#include <robocache/group.hpp>
#include <robocache/resample/call.hpp>
#include <robocache/resample/collective/rows.hpp>
#include <robocache/status.hpp>

#include <cstdint>

/// \file
/// `run` of the calls of `resample` on the CPU: OpenMP's threads share the rows, and each runs
/// level 1 as a group of one thread.

namespace robocache {
inline namespace ROBOCACHE_CPU_NAMESPACE {
namespace cpu_detail {

/// Calls `body(tile)` for the rows `[first, last)` of a batch, a tile per item.
template <class Body>
inline void for_each_tile(std::int64_t rows, std::int64_t channels, std::int64_t first,
                          std::int64_t last, const Body& body) noexcept {
  std::int64_t b = first / rows;
  std::int64_t t = first % rows;
  while (first < last) {
    const std::int64_t here = detail::least_of(rows - t, last - first);
    row_tile tile;
    tile.item = static_cast<std::uint32_t>(b);
    tile.first_row = static_cast<std::uint32_t>(t);
    tile.rows = static_cast<std::int32_t>(here);
    tile.channels = static_cast<std::int32_t>(channels);
    body(tile);
    first += here;
    t = 0;
    ++b;
  }
}

/// The shape of a batch of rows, from which pieces are cut.
struct batch_rows {
  std::int64_t batch;
  std::int64_t rows;  // per item
  std::int64_t channels;
};

template <class Work>
inline void write_piece(const Work& work, const batch_rows& shape, std::int64_t first,
                        std::int64_t last) noexcept {
  resample_storage<1> storage;
  for_each_tile(shape.rows, shape.channels, first, last,
                [&](const row_tile& tile) { resample_rows(serial_group{}, storage, work, tile); });
}

#if defined(ROBOCACHE_DETAIL_CPU_DISPATCH)
template <class Work>
__attribute__((target("avx2,fma"), flatten)) void write_piece_with_fma(const Work& work,
                                                                       const batch_rows& shape,
                                                                       std::int64_t first,
                                                                       std::int64_t last) noexcept {
  write_piece(work, shape, first, last);
}
#endif

/// The rows `[first, last)` of the batch, with the processor's fma if it has one.
template <class Work>
inline void write_rows(const Work& work, const batch_rows& shape, std::int64_t first,
                       std::int64_t last) noexcept {
#if defined(ROBOCACHE_DETAIL_CPU_DISPATCH)
  if (detail::cpu_has_fma()) return write_piece_with_fma(work, shape, first, last);
#endif
  write_piece(work, shape, first, last);
}

template <class Work>
ROBOCACHE_HIDDEN void run_rows(const Work& work, const batch_rows& shape,
                               cpu_execution where) noexcept {
  const std::int64_t count = shape.batch * shape.rows;
  if (count == 0) return;
  constexpr std::int64_t elements_per_search = 16;
  const std::int64_t elements = detail::greatest_of(shape.channels, elements_per_search);
  detail::for_each_piece(
      count, count * elements, where,
      [&](std::int64_t first, std::int64_t last) { write_rows(work, shape, first, last); });
}

}  // namespace cpu_detail

/// Runs a checked call of `resample`. Checks lengths and offsets before it writes anything.
///
/// \param call   has passed its `check()`; all in host memory
/// \param where  `robocache::cpu`, or a number of threads as `robocache::cpu(4)`
template <class Source, class Out>
ROBOCACHE_HIDDEN status run(const resample_call<Source, Out>& call, cpu_execution where) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_ragged("resample", call.source));
  const cpu_detail::batch_rows shape{call.output.extent(0), call.output.extent(1),
                                     call.output.extent(2)};
  if (shape.channels == 0 && call.statuses.data() == nullptr) return {};
  cpu_detail::run_rows(call.work(), shape, where);
  return {};
}

/// Runs a checked call of `apply_brackets`.
///
/// \param call, where  as above
template <class In, class Out>
ROBOCACHE_HIDDEN status run(const apply_brackets_call<In, Out>& call,
                            cpu_execution where) noexcept {
  const cpu_detail::batch_rows shape{call.rows.extent(0), call.rows.extent(1), call.rows.extent(2)};
  if (shape.channels > 0) cpu_detail::run_rows(call, shape, where);
  return {};
}

/// Runs a checked call of `find_brackets`. Checks lengths and offsets before it writes anything.
///
/// \param call, where  as above
template <class Time, class Real>
ROBOCACHE_HIDDEN status run(const find_brackets_call<Time, Real>& call,
                            cpu_execution where) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_ragged("find_brackets", call.source));
  const std::int64_t rows = call.brackets.left.extent(1);
  const std::int64_t count = call.brackets.left.extent(0) * rows;
  if (count == 0) return {};
  constexpr std::int64_t elements_per_search = 16;
  const auto work = call.work();
  detail::for_each_piece(
      count, count * elements_per_search, where, [&](std::int64_t first, std::int64_t last) {
        cpu_detail::for_each_tile(rows, 0, first, last, [&](const row_tile& tile) {
          store_brackets(serial_group{}, work, tile);
        });
      });
  return {};
}

}  // namespace ROBOCACHE_CPU_NAMESPACE
}  // namespace robocache
