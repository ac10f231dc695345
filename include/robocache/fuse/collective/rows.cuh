// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/fuse/table.hpp>
#include <robocache/group.hpp>
#include <robocache/resample/collective/rows.hpp>
#include <robocache/scalar.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

/// \file
/// Level 1 of `fuse`: a warp writes a tile of one stream's rows, inside your own kernel. It looks
/// up the stream and its type, and then does what `resample` does.

namespace robocache {

/// What the lanes of a warp share in `fuse_rows`. In shared memory.
///
/// \tparam Table    a `fuse_table`
/// \tparam Grouped  as in `fuse_rows`
template <class Table, bool Grouped>
struct fuse_storage {
  using entry = typename Table::entry_type;
  /// Whether the warp's stream is first brought here, in one coalesced access. The constant cache
  /// holds only a few streams: reading them field by field through it took longer with 16 streams
  /// of 14 channels. So this is done if the table is large, or if much of a stream is read.
  static constexpr bool stages = Grouped || Table::capacity > few_streams;
  static constexpr std::size_t pieces = sizeof(entry) / sizeof(uint4);

  resample_storage<> rows;
  uint4 staged[stages ? pieces : 1];
};

namespace detail {

/// Calls `body(work)` with the work of a stream in its own type.
template <class Entry, class Value, class... Rest, class Body>
__device__ __forceinline__ void with_typed_work(const Entry& entry, const Body& body) {
  if constexpr (sizeof...(Rest) > 0) {
    if (entry.format != scalar_traits<Value>::format) {
      return with_typed_work<Entry, Rest...>(entry, body);
    }
  }
  body(entry.template as<canonical_t<Value>>());
}

template <class Table, bool Grouped>
struct fuse_reader;
template <int Capacity, class Time, class... Values, class Out, bool Grouped>
struct fuse_reader<fuse_table<Capacity, sensor_stream<Time, Values...>, Out>, Grouped> {
  using table_type = fuse_table<Capacity, sensor_stream<Time, Values...>, Out>;
  using entry_type = typename table_type::entry_type;
  using storage_type = fuse_storage<table_type, Grouped>;

  /// Stream `n`, where it is read fastest.
  static __device__ __forceinline__ const entry_type& entry(const table_type& table, int n,
                                                            storage_type& storage,
                                                            int lane) noexcept {
    if constexpr (storage_type::stages) {
      constexpr int pieces = static_cast<int>(storage_type::pieces);
      const uint4* from = reinterpret_cast<const uint4*>(&table.entry[n]);
      // An ordinary address: the compiler would use the constant cache.
      asm volatile("" : "+l"(from));
#pragma unroll
      for (int i = 0; i < (pieces + 31) / 32; ++i) {
        const int piece = i * 32 + lane;
        if (piece < pieces) storage.staged[piece] = from[piece];
      }
      __syncwarp();
      return *reinterpret_cast<const entry_type*>(storage.staged);
    } else {
      return table.entry[n];
    }
  }

  template <class Warp, class Between>
  static __device__ __forceinline__ void write(const Warp& warp, const table_type& table,
                                               const entry_type& entry, const row_tile& tile,
                                               storage_type& storage,
                                               const Between& between) noexcept {
    with_typed_work<entry_type, Values...>(entry, [&](const auto& work) {
      using value = typename std::remove_const_t<std::remove_reference_t<decltype(work)>>::in;
      const fused_stream<Grouped, value, Time, Out> stream(table.targets, work, table.reports,
                                                           entry.number);
      resample_rows<tiled, normalizing::no>(warp, storage.rows, stream, tile, between);
    });
  }
};

}  // namespace detail

/// Writes a tile of a call's rows, by a warp.
///
/// For use inside your own kernel; the launcher's kernel is this function and its launch bounds.
/// All lanes call it with the same arguments. Allocates nothing. Call `__syncwarp()` before other
/// lanes read the rows, and before the storage is used again. Same bits as the launcher.
///
/// \code
/// using table = robocache::fuse_table<robocache::few_streams, stream, float>;
/// __global__ void mine(const __grid_constant__ table streams) {
///   __shared__ robocache::fuse_storage<table, false> storage[2];  // blocks of two warps
///   const unsigned tile = blockIdx.x * 2 + threadIdx.x / 32;
///   if (tile >= streams.tiles) return;
///   robocache::fuse_rows<false>(robocache::warp_group{}, storage[threadIdx.x / 32], streams,
///                               tile);
/// }
/// \endcode
///
/// \tparam Grouped  there may be channel groups or a normalization, see `needs_groups`
/// \param warp      `warp_group`, or a tile of 32 of cooperative groups
/// \param storage   what the lanes share
/// \param table     from `make_fuse_table`
/// \param index     number of the tile, below `table.tiles`
/// \param ready     called once the table has been read, before the first access to the streams'
///                  data
/// \param between   called by every lane after the last search, before the last copies
template <bool Grouped, class Warp, class Table, class Ready = detail::nothing_between,
          class Between = detail::nothing_between>
__device__ __forceinline__ void fuse_rows(const Warp& warp, fuse_storage<Table, Grouped>& storage,
                                          const Table& table, std::uint32_t index,
                                          const Ready& ready = {},
                                          const Between& between = {}) noexcept {
  static_assert(detail::is_warp_v<Warp>, "a warp");
  using reader = detail::fuse_reader<Table, Grouped>;
  const auto lane = static_cast<int>(warp.thread_rank());
  const int n = table.stream_of(index);
  const auto& entry = reader::entry(table, n, storage, lane);
  const row_tile tile = entry.tiling[index - table.first_tile[n]];
  ready();
  reader::write(warp, table, entry, tile, storage, between);
}

}  // namespace robocache
