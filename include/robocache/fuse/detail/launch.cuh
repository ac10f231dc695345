// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/fuse/detail/kernel.cuh>
#include <robocache/fuse/detail/table.hpp>
#include <robocache/fuse/stream.hpp>
#include <robocache/status.hpp>

#include <cuda_runtime_api.h>

#include <cstdint>
#include <type_traits>

/// \file
/// Fills the table of streams and launches the kernel that reads it.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// Adds a stream to the table.
///
/// \param tiles  counts what the streams so far need, unbounded
/// \param warps  how many the stream should have, if it has rows enough
template <class Out, class Table, class Stream>
ROBOCACHE_HIDDEN void add_stream(Table& table, double& tiles, std::int64_t warps, std::int64_t n,
                                 const Stream& stream, const tensor_view<Out, 3>& output) noexcept {
  using time = typename Table::time;
  using table_real = typename Table::real;
  stream.template visit<Out>([&](const auto& source, const auto& options) {
    using in = typename std::remove_reference_t<decltype(source.values)>::value_type;
    using out = typename scalar_traits<Out>::canonical;
    auto& entry = table.stream[table.count];
    entry.source = timeline<time>(source, options.offset);
    entry.policy = policy_in<table_real>(
        static_cast<const resample_policy<time, std::remove_cv_t<decltype(options.fill_value)>>&>(
            options));
    const auto copy = make_copy_arguments<in, Out>(source.values, source.packed, output, options);
    entry.copy = copy_in<table_real>(copy);
    entry.groups = source.groups;
    entry.format = scalar_traits<in>::format;
    const bool grouped = source.groups.count > 0;
    entry.width = grouped ? alignment_of<in, out>(copy) : vector_width<in, out>(copy);
    entry.tile = choose_tile(copy.batch, copy.rows, copy.channels, entry.width,
                             widest_vector<in, out>, warps);
    if (grouped) {  // a warp does all groups of its rows
      entry.tile.column_tiles = 1;
      entry.tile.vectors = entry.tile.vectors_per_row;
    }
    entry.tiles_per_column = fast_divide(entry.tile.tiles);
    entry.number = static_cast<std::int32_t>(n);
    table.first_tile[table.count++] = table.tiles;
    const double more = static_cast<double>(entry.tile.tiles) * entry.tile.column_tiles;
    tiles += entry.tile.tiles == 0 ? 4294967296.0 : more;
    table.tiles += entry.tile.tiles * static_cast<std::uint32_t>(entry.tile.column_tiles);
  });
}

/// Whether a call needs the kernel that knows channel groups and normalization.
template <class Stream>
ROBOCACHE_HIDDEN bool needs_general(const stream_list<Stream>& streams) noexcept {
  for (std::int64_t n = 0; n < streams.count; ++n) {
    if (streams.first[n].grouped() || streams.first[n].normalized()) return true;
  }
  return false;
}

template <bool General, std::int64_t Capacity, class Time, class... Values, class Outputs>
ROBOCACHE_HIDDEN status launch_fuse(const char* operation,
                                    const stream_list<sensor_stream<Time, Values...>>& streams,
                                    const target_view<Time>& target_times, const Outputs& outputs,
                                    const fuse_reports<Time>& reports,
                                    cudaStream_t stream) noexcept {
  using out = typename scalar_traits<typename Outputs::element>::canonical;
  using table_type = fuse_table<Time, table_real<out, Values...>, static_cast<int>(Capacity)>;
  static_assert(sizeof(table_type) <= 32764, "a kernel has at most that many bytes of parameters");
  if (extent_of(outputs, 0) == 0 || extent_of(outputs, 1) == 0) return {};
  table_type table(target_times, reports);
  double tiles = 0;
  const std::int64_t warps = enough_warps / (streams.count > 0 ? streams.count : 1);
  // Streams with groups take longest, so they come first.
  for (const bool grouped : {true, false}) {
    Outputs each = outputs;
    for (std::int64_t n = 0; n < streams.count; ++n) {
      const auto& one = streams.first[n];
      const tensor_view<typename Outputs::element, 3> output = each.next(one);
      const bool work = one.channels() > 0 || table.report.wanted();
      if (work && one.grouped() == grouped) add_stream(table, tiles, warps, n, one, output);
    }
  }
  if (tiles >= 2147483648.0) {
    return status::invalid_argument("%s: output has %lld x %lld rows, too many for one launch",
                                    operation, static_cast<long long>(extent_of(outputs, 0)),
                                    static_cast<long long>(extent_of(outputs, 1)));
  }
  if (table.tiles == 0) return {};
  return launch(operation, &fuse_kernel<General, out, table_type, Values...>,
                dim3((table.tiles + warps_per_block - 1) / warps_per_block),
                dim3(warps_per_block * warp_size), stream, table);
}

template <class Time, class... Values, class Outputs>
ROBOCACHE_HIDDEN status fuse_on_stream(const char* operation,
                                       const stream_list<sensor_stream<Time, Values...>>& streams,
                                       const target_view<Time>& target_times,
                                       const Outputs& outputs, const fuse_reports<Time>& reports,
                                       cudaStream_t stream) noexcept {
  if (needs_general(streams)) {
    return launch_fuse<true, most_streams>(operation, streams, target_times, outputs, reports,
                                           stream);
  }
  if (streams.count <= few_streams) {
    return launch_fuse<false, few_streams>(operation, streams, target_times, outputs, reports,
                                           stream);
  }
  return launch_fuse<false, most_streams>(operation, streams, target_times, outputs, reports,
                                          stream);
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
