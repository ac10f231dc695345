// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/execution.hpp>
#include <robocache/fuse/detail/arguments.hpp>
#include <robocache/fuse/stream.hpp>
#include <robocache/resample/detail/cpu.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// The CPU back end of `fuse`: each thread takes some rows and writes them for one stream after
/// another, as `resample` does.

namespace robocache::detail {
inline namespace ROBOCACHE_CPU_NAMESPACE {

template <class Stream, class Time, class Out>
ROBOCACHE_HIDDEN void fuse_rows_on_cpu(const Stream& stream, const target_view<Time>& target_times,
                                       const tensor_view<Out, 3>& output,
                                       const fuse_report<Time>& report, std::int64_t first,
                                       std::int64_t last) noexcept {
  stream.template visit<Out>([&](const auto& source, const auto& options) {
    using view = std::remove_reference_t<decltype(source.values)>;
    using in = typename view::value_type;
    using real = compute_t<in, Out>;
    const searched_rows<Time, real, fuse_report<Time>> rows(source, target_times, report, options);
    const auto copy = make_copy_arguments<in, Out>(source.values, source.packed, output, options);
    if (source.groups.count == 0) {
      write_rows_fast<in, Out>(rows, copy, first, last);
    } else {
      write_grouped_rows<in, Out>(rows, source.groups, copy, first, last);
    }
  });
}

template <class Stream, class Time, class Outputs>
ROBOCACHE_HIDDEN void fuse_on_cpu(const stream_list<Stream>& streams,
                                  const target_view<Time>& target_times, const Outputs& outputs,
                                  const fuse_reports<Time>& reports, cpu_execution where) noexcept {
  const std::int64_t count = extent_of(outputs, 0) * extent_of(outputs, 1);
  if (count == 0) return;
  constexpr std::int64_t elements_per_search = 16;
  std::int64_t elements = 0;
  for (std::int64_t n = 0; n < streams.count; ++n) {
    elements += streams.first[n].channels() + elements_per_search;
  }
  for_each_piece(count, count * elements, where, [&](std::int64_t first, std::int64_t last) {
    Outputs each = outputs;
    for (std::int64_t n = 0; n < streams.count; ++n) {
      const auto output = each.next(streams.first[n]);
      const fuse_report<Time> report = report_of(reports, n);
      if (streams.first[n].channels() == 0 && !report.wanted()) continue;
      fuse_rows_on_cpu(streams.first[n], target_times, output, report, first, last);
    }
  });
}

}  // namespace ROBOCACHE_CPU_NAMESPACE
}  // namespace robocache::detail
