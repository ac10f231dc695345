// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/detail/config.hpp>
#include <robocache/detail/parallel.hpp>
#include <robocache/execution.hpp>
#include <robocache/fuse/call.hpp>
#include <robocache/fuse/stream.hpp>
#include <robocache/resample/call.hpp>
#include <robocache/resample/cpu.hpp>
#include <robocache/status.hpp>

#include <cstdint>

/// \file
/// `run` of a call of `fuse` on the CPU: each thread takes some rows, and writes them for one
/// stream after another by `resample`'s level 1.

namespace robocache {
inline namespace ROBOCACHE_CPU_NAMESPACE {
namespace cpu_detail {

/// The rows `[first, last)` of one stream.
template <class In, class Time, class Out>
ROBOCACHE_HIDDEN void write_stream(const detail::stream_work<In, Time, Out, true>& work,
                                   const target_times<Time>& targets,
                                   const fuse_reports<Time>& reports, std::int32_t number,
                                   const batch_rows& shape, std::int64_t first,
                                   std::int64_t last) noexcept {
  if (work.groups.count == 0) {
    write_rows(detail::fused_stream<false, In, Time, Out>(targets, work, reports, number), shape,
               first, last);
  } else {
    write_rows(detail::fused_stream<true, In, Time, Out>(targets, work, reports, number), shape,
               first, last);
  }
}

}  // namespace cpu_detail

/// Runs a checked call of `fuse`. Checks lengths and offsets before it writes anything.
///
/// \param call   has passed its `check()`; all in host memory
/// \param where  `robocache::cpu`, or a number of threads as `robocache::cpu(4)`
template <class Stream, class Outputs>
ROBOCACHE_HIDDEN status run(const fuse_call<Stream, Outputs>& call, cpu_execution where) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::check_fuse_ragged<typename Outputs::element>("fuse", call.streams));
  const std::int64_t count = call.batch() * call.rows();
  if (count == 0) return {};
  constexpr std::int64_t elements_per_search = 16;
  std::int64_t elements = 0;
  for (std::int64_t n = 0; n < call.streams.count; ++n) {
    elements += call.streams.first[n].channels() + elements_per_search;
  }
  const target_times<typename Stream::time> targets(call.targets);
  detail::for_each_piece(
      count, count * elements, where, [&](std::int64_t first, std::int64_t last) {
        Outputs each = call.outputs;
        for (std::int64_t n = 0; n < call.streams.count; ++n) {
          const auto& stream = call.streams.first[n];
          const auto output = each.next(stream);
          if (stream.channels() == 0 && !detail::reports_wanted(call.reports)) continue;
          const cpu_detail::batch_rows shape{call.batch(), call.rows(), stream.channels()};
          detail::with_work(stream, output, [&](const auto& work) {
            cpu_detail::write_stream(work, targets, call.reports, static_cast<std::int32_t>(n),
                                     shape, first, last);
          });
        }
      });
  return {};
}

}  // namespace ROBOCACHE_CPU_NAMESPACE
}  // namespace robocache
