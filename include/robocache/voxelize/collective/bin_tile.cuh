// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/block.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/cuda/shared_pointer.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/voxelize/cuda/bins.hpp>
#include <robocache/voxelize/cuda/tuning.hpp>
#include <robocache/voxelize/rules/cell.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// Level 1 of `voxelize`: a block of threads bins a tile of points. It sorts them by bin and writes
/// them in that order, so that what comes next reads each bin's points in a few coalesced pieces.
/// One pass over the points, no atomic operation on global memory, no limit on how many fall into
/// one bin. The points may come from memory or from a function, which makes them in registers.

namespace robocache {
namespace detail {

/// What a point leaves behind: its voxel within the bin (16 bits) and, if it has features, its
/// number in the tile above.
template <bool Indexed>
using bin_entry = std::conditional_t<Indexed, std::uint32_t, std::uint16_t>;

inline constexpr std::uint32_t no_cell = 0xffffffffu;

/// The number of a voxel within the slab, or `no_cell`.
template <bool Plain, class Real, bool Indexed>
__device__ __forceinline__ std::uint32_t number_in_slab(const point_binning<Real, Indexed>& call,
                                                        std::uint32_t x, std::uint32_t y,
                                                        std::uint32_t z) noexcept {
  if (!Plain && call.wide) {
    const std::int64_t local =
        (static_cast<std::int64_t>(z) * call.locator.ny + y) * call.locator.pitch + x - call.begin;
    return static_cast<std::uint64_t>(local) < call.cells ? static_cast<std::uint32_t>(local)
                                                          : no_cell;
  }
  const std::uint32_t number = (z * call.locator.ny + y) * call.locator.pitch + x;
  const std::uint32_t local = number - static_cast<std::uint32_t>(call.begin);
  return local < call.cells ? local : no_cell;
}

/// The voxel of a point by the rule, out of line.
template <class Real, bool Indexed>
ROBOCACHE_HIDDEN __device__ __noinline__ std::uint32_t rare_cell_in_slab(
    const point_binning<Real, Indexed>& call, Real x, Real y, Real z) noexcept {
  const voxel_cell cell = exact_cell_in(x, y, z, call.locator.scales);
  if (cell.fate != point_fate::inside) return no_cell;
  return number_in_slab<false>(call, static_cast<std::uint32_t>(cell.x),
                               static_cast<std::uint32_t>(cell.y),
                               static_cast<std::uint32_t>(cell.z));
}

/// The voxels of four points within the slab, or `no_cell`.
///
/// \tparam Plain  there is no transform, and voxel numbers fit 32 bits
/// \tparam Stride, number  as in `packed_points`
/// \param lost    gets `lost_point` of each
template <bool Plain, int Stride, class Real, bool Indexed>
__device__ __forceinline__ void cells_in_slab(const point_binning<Real, Indexed>& call,
                                              Real (&p)[4][3], int count, std::uint32_t (&cells)[4],
                                              std::uint32_t& lost) noexcept {
  const cell_scales<Real>& scales = call.locator.scales;
  if (!Plain && !call.locator.transform.identity) {
#pragma unroll
    for (int k = 0; k < 4; ++k) move_point(p[k], call.locator.transform);
  }
  if constexpr (std::is_same_v<Real, float>) {
    // In a straight line, so that the four do not wait for each other. Each axis by itself: the
    // ground of a scan may lie along a face, which is close only on a scale of few voxels.
    unsigned uncertain = 0;
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const quick_voxel quick = quick_voxel_in(p[k], scales);
      cells[k] = number_in_slab<Plain>(call, quick.x, quick.y, quick.z);
      if (!quick.inside) cells[k] = no_cell;
      const bool doubt = (quick.away[0] > scales.along[0].certain) |  // false for NaN
                         (quick.away[1] > scales.along[1].certain) |
                         (quick.away[2] > scales.along[2].certain);
      uncertain |= static_cast<unsigned>(doubt) << k;
    }
#pragma unroll 1
    for (; uncertain != 0; uncertain &= uncertain - 1) {
      const int k = __ffs(static_cast<int>(uncertain)) - 1;
      const float x = k < 2 ? (k == 0 ? p[0][0] : p[1][0]) : (k == 2 ? p[2][0] : p[3][0]);
      const float y = k < 2 ? (k == 0 ? p[0][1] : p[1][1]) : (k == 2 ? p[2][1] : p[3][1]);
      const float z = k < 2 ? (k == 0 ? p[0][2] : p[1][2]) : (k == 2 ? p[2][2] : p[3][2]);
      const std::uint32_t cell = rare_cell_in_slab(call, x, y, z);
#pragma unroll
      for (int j = 0; j < 4; ++j) {
        if (j == k) cells[j] = cell;
      }
    }
  } else {
#pragma unroll
    for (int k = 0; k < 4; ++k) cells[k] = rare_cell_in_slab(call, p[k][0], p[k][1], p[k][2]);
  }
  if (call.count_lost) {
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      if (cells[k] != no_cell || k * Stride >= count) continue;
      const point_fate fate = rare_cell_in(p[k][0], p[k][1], p[k][2], scales).fate;
      if (fate != point_fate::inside) lost += lost_point(fate);
    }
  }
}

/// Points as they are in memory, of a call without transform: [N, 3] floats without gaps, aligned
/// to 16 bytes. A thread takes four neighbours at a time.
struct packed_points {
  static constexpr bool neighbours = true;
  const point_arguments<float>& points;

  /// Every `Stride`-th of the `number` points from `first` on, up to four; the missing ones are
  /// NaN.
  template <int Stride>
  __device__ __forceinline__ void load(std::int64_t first, int count,
                                       float (&p)[4][3]) const noexcept {
    static_assert(Stride == 1, "neighbours");
    if (count >= 4) {
      const auto* const from = reinterpret_cast<const float4*>(points.data[0] + first * 12);
      const float4 a = from[0];
      const float4 b = from[1];
      const float4 c = from[2];
      p[0][0] = a.x, p[0][1] = a.y, p[0][2] = a.z;
      p[1][0] = a.w, p[1][1] = b.x, p[1][2] = b.y;
      p[2][0] = b.z, p[2][1] = b.w, p[2][2] = c.x;
      p[3][0] = c.y, p[3][1] = c.z, p[3][2] = c.w;
      return;
    }
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      p[k][0] = p[k][1] = p[k][2] = canonical_nan<float>();
      if (k >= count) continue;
      const auto* const from = reinterpret_cast<const float*>(points.data[0]) + 3 * (first + k);
      p[k][0] = from[0], p[k][1] = from[1], p[k][2] = from[2];
    }
  }
};

/// Points that a function makes, point `i` of the cloud by `make(i, p)`. Neighbouring threads ask
/// for neighbouring points.
template <class Function>
struct produced_points {
  static constexpr bool neighbours = false;
  const Function& make;

  template <int Stride, class Real>
  __device__ __forceinline__ void load(std::int64_t first, int count,
                                       Real (&p)[4][3]) const noexcept {
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      p[k][0] = p[k][1] = p[k][2] = canonical_nan<Real>();
      if (k * Stride < count) make(first + k * Stride, p[k]);
    }
  }
};

/// The ranks of four neighbouring points in their bins: any order will do. Neighbours in a scan
/// mostly share a bin, and what shares one is counted at once.
__device__ __forceinline__ void take_ranks(const shared_pointer<std::uint32_t>& counters, int shift,
                                           const std::uint32_t (&cells)[4],
                                           std::uint32_t (&ranks)[4]) noexcept {
  const std::uint32_t bin = cells[0] >> shift;
  const bool together = cells[0] != no_cell && cells[1] >> shift == bin &&
                        cells[2] >> shift == bin && cells[3] >> shift == bin;
  if (together) {
    // The other lanes that come here, too, if they mean the same bin.
    const unsigned active = __activemask();
    int same = 0;
    (void)__match_all_sync(active, bin, &same);
    std::uint32_t first;
    if (same) {
      const int leader = __ffs(static_cast<int>(active)) - 1;
      const auto lane = static_cast<int>(threadIdx.x % 32u);
      if (lane == leader) {
        first = atomicAdd(&counters[bin], 4u * static_cast<std::uint32_t>(__popc(active)));
      }
      first = __shfl_sync(active, first, leader) +
              4u * static_cast<std::uint32_t>(__popc(active & ((1u << lane) - 1u)));
    } else {
      first = atomicAdd(&counters[bin], 4u);
    }
#pragma unroll
    for (int k = 0; k < 4; ++k) ranks[k] = first + static_cast<std::uint32_t>(k);
    return;
  }
#pragma unroll
  for (int k = 0; k < 4; ++k) {
    ranks[k] = 0;
    if (cells[k] != no_cell) ranks[k] = atomicAdd(&counters[cells[k] >> shift], 1u);
  }
}

/// Which point of a tile is a thread's `i`-th: four neighbours at a time, or such that neighbouring
/// threads have neighbouring points.
template <bool Neighbours>
__device__ __forceinline__ int index_in_tile(int i, int thread) noexcept {
  return Neighbours ? (i / 4 * bin_tile_threads + thread) * 4 + i % 4
                    : i * bin_tile_threads + thread;
}

}  // namespace detail

/// The shared memory of a block that bins a tile.
template <bool Indexed, int TileSize = detail::small_tile>
struct bin_tile_storage {
  static constexpr int most_bins = detail::most_bins<Indexed>;
  static constexpr int vectors = TileSize * static_cast<int>(sizeof(detail::bin_entry<Indexed>)) /
                                 static_cast<int>(sizeof(uint4));
  std::uint32_t offsets[most_bins];
  uint4 staged[vectors];
  std::uint32_t sums[32];
  // Where points have features, the bins whose pieces are long:
  std::uint32_t long_count;
  std::uint16_t long_pieces[TileSize / detail::long_piece];
};

namespace detail {

/// Marks those of the long pieces of a tile whose points are all in one voxel.
template <class Group, int TileSize>
static __device__ __noinline__ void mark_alike(const Group& block,
                                               const bin_tile_storage<true, TileSize>& storage,
                                               int bins, std::uint32_t total,
                                               std::uint16_t* row) noexcept {
  const std::uint32_t lane = block.thread_rank() % 32u;
  const auto* const staged = reinterpret_cast<const std::uint32_t*>(storage.staged);
  for (std::uint32_t i = block.thread_rank() / 32u; i < storage.long_count;
       i += bin_tile_threads / 32) {
    const int b = storage.long_pieces[i];
    const std::uint32_t begin = storage.offsets[b];
    const std::uint32_t end = b + 1 < bins ? storage.offsets[b + 1] : total;
    const std::uint32_t voxel = staged[begin] & 0xffffu;
    bool alike = true;
    for (std::uint32_t e = begin + lane; e < end; e += 32) {
      alike = alike && (staged[e] & 0xffffu) == voxel;
    }
    if (__all_sync(0xffffffffu, alike) && lane == 0) {
      row[b] = static_cast<std::uint16_t>(begin | piece_is_alike);
    }
  }
}

/// `bin_tile` with a source as above.
///
/// \tparam Plain  there is no transform, and voxel numbers fit 32 bits
template <bool Plain, int TileSize, bool Indexed, class Group, class Real, class Source>
__device__ __forceinline__ void bin_tile_of(const Group& block,
                                            bin_tile_storage<Indexed, TileSize>& storage,
                                            const point_binning<Real, Indexed>& call, int tile,
                                            const Source& source) noexcept {
  check_block<Group, bin_tile_threads>();
  constexpr int per_thread = TileSize / bin_tile_threads;
  constexpr bool neighbours = Source::neighbours;
  constexpr int stride = neighbours ? 1 : bin_tile_threads;
  using entry = bin_entry<Indexed>;
  constexpr int most = most_bins<Indexed>;
  const shared_pointer<std::uint32_t> offsets(storage.offsets);
  const shared_pointer<entry> staged(reinterpret_cast<entry*>(storage.staged));
  const auto thread = static_cast<int>(block.thread_rank());

#pragma unroll
  for (int b = thread; b < most; b += bin_tile_threads) offsets[b] = 0;
  if (Indexed && thread == 0) storage.long_count = 0;
  cuda_detail::wait_for_previous_kernel();
  if constexpr (Indexed) {  // what the kernel after this one begins with
    const bin_tables& tables = call.tables;
    if (tile == 0) {
      if (thread == 0) *tables.progress = {};
      if (call.accumulates) {
        for (int b = thread; b < call.bins; b += bin_tile_threads) tables.parts_done[b] = 0;
      }
    }
    if (thread == 0 && tile < tables.work.slots) tables.work.done[tile] = 0;
  }
  const std::int64_t n = call.locator.points.present();
  const std::int64_t first = static_cast<std::int64_t>(tile) * TileSize;
  if (first >= n) return;
  block.sync();

  const int count = static_cast<int>(min(n - first, static_cast<std::int64_t>(TileSize)));
  std::uint32_t cells[per_thread];
  std::uint16_t ranks[per_thread];
  std::uint32_t lost = 0;
#pragma unroll
  for (int g = 0; g < per_thread / 4; ++g) {
    const int index = index_in_tile<neighbours>(4 * g, thread);
    Real p[4][3];
    source.template load<stride>(first + index, count - index, p);
    std::uint32_t four_cells[4];
    std::uint32_t four_ranks[4];
    cells_in_slab<Plain, stride>(call, p, count - index, four_cells, lost);
    if constexpr (Indexed) {
#pragma unroll
      for (int k = 0; k < 4; ++k) {
        if (four_cells[k] != no_cell) four_cells[k] = call.spread.to_bin(four_cells[k]);
      }
    }
    take_ranks(offsets, call.shift, four_cells, four_ranks);
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      cells[4 * g + k] = four_cells[k];
      ranks[4 * g + k] = static_cast<std::uint16_t>(four_ranks[k]);
    }
  }
  block.sync();

  constexpr int most_per_thread = most / bin_tile_threads;
  const int bins_per_thread = (call.bins + bin_tile_threads - 1) / bin_tile_threads;
  std::uint32_t mine = 0;
#pragma unroll
  for (int i = 0; i < most_per_thread; ++i) {
    const int b = thread * bins_per_thread + i;
    if (i < bins_per_thread && b < call.bins) mine += offsets[b];
  }
  std::uint32_t total;
  std::uint32_t before = block_prefix_sum<bin_tile_threads>(block, mine, storage.sums, total);
#pragma unroll
  for (int i = 0; i < most_per_thread; ++i) {
    const int b = thread * bins_per_thread + i;
    if (i < bins_per_thread && b < call.bins) {
      const std::uint32_t count = offsets[b];
      if (Indexed && count >= long_piece) {
        storage.long_pieces[atomicAdd(&storage.long_count, 1u)] = static_cast<std::uint16_t>(b);
      }
      offsets[b] = before;
      before += count;
    }
  }
  block.sync();

#pragma unroll
  for (int i = 0; i < per_thread; ++i) {
    if (cells[i] == no_cell) continue;
    const std::uint32_t local = cells[i] & ((1u << call.shift) - 1u);
    const std::uint32_t slot = offsets[cells[i] >> call.shift] + ranks[i];
    if constexpr (Indexed) {
      const auto index = static_cast<std::uint32_t>(index_in_tile<neighbours>(i, thread));
      staged[slot] = (index << 16) | local;
    } else {
      staged[slot] = static_cast<std::uint16_t>(local);
    }
  }
  std::uint16_t* const row =
      call.tables.offsets + static_cast<std::int64_t>(tile) * (call.bins + 1);
#pragma unroll 1
  for (int b = thread; b <= call.bins; b += bin_tile_threads) {
    row[b] = static_cast<std::uint16_t>(b < call.bins ? offsets[b] : total);
  }
  block.sync();
  if constexpr (Indexed) {
    if (storage.long_count != 0) mark_alike(block, storage, call.bins, total, row);
  }

  cuda_detail::let_next_kernel_launch();
  auto* const out =
      reinterpret_cast<uint4*>(call.tables.entries + static_cast<std::int64_t>(tile) * TileSize *
                                                         static_cast<std::int64_t>(sizeof(entry)));
  constexpr std::uint32_t per_vector = sizeof(uint4) / sizeof(entry);
  const std::uint32_t vectors = (total + per_vector - 1) / per_vector;
#pragma unroll 1
  for (std::uint32_t v = block.thread_rank(); v < vectors; v += bin_tile_threads) {
    out[v] = storage.staged[v];
  }

  if (call.count_lost) {
    const uint2 both = block_sum_halves(block, lost, storage.sums);
    if (thread == 0) reinterpret_cast<uint2*>(call.tables.lost)[tile] = both;
  }
}

}  // namespace detail

/// Bins a tile of points: the first half of `voxelize`, for use in your own kernel. Points that the
/// kernel makes itself never travel through memory. `finish(call, stream)` is the second half.
///
/// \code
/// __global__ void __launch_bounds__(robocache::bin_tile_threads) back_project(
///     const __grid_constant__ robocache::point_binning<float, true> binning, camera seen) {
///   __shared__ robocache::bin_tile_storage<true> storage;
///   const robocache::block_group<robocache::bin_tile_threads> block;
///   robocache::bin_tile(block, storage, binning, blockIdx.x,
///                       [&](std::int64_t i, float (&p)[3]) { seen.point(i, p); });
/// }
/// \endcode
///
/// \param block    `bin_tile_threads` (512) threads: a `block_group` or cooperative groups' thread
///                 block
/// \param storage  shared memory
/// \param call     `binned_call(call).points`, without `large_tiles`; a kernel bins all its `tiles`
/// \param tile     the tile, 0 to `call.tiles - 1`; it has the points from `tile * 4096` on
/// \param source   called as `source(i, p)` for point i of the cloud, at most once each, those that
///                 are none (NaN) included: sets the coordinates. They are moved by the call's
///                 transform; `call.points.data` is not looked at
///
/// Contains barriers; call `block.sync()` before the storage is used again. Waits for the kernel
/// before, if launches overlap, before it writes anything, and lets the next one launch.
template <class Group, bool Indexed, class Real, class Source>
__device__ __forceinline__ void bin_tile(const Group& block, bin_tile_storage<Indexed>& storage,
                                         const point_binning<Real, Indexed>& call, int tile,
                                         const Source& source) noexcept {
  detail::bin_tile_of<false>(block, storage, call, tile, detail::produced_points<Source>{source});
}

/// The same with the points of the call, from memory.
///
/// \tparam Packed         what `call.packed` says: several points per load. False is right, but
///                        slower
/// \param block, storage  as above
/// \param call            `binned_call(call).points`, its `tile_size` that of the storage
/// \param tile            0 to `call.tiles - 1`; it has the points from `tile * TileSize` on
template <bool Packed = false, class Group, bool Indexed, int TileSize, class Real>
__device__ __forceinline__ void bin_tile(const Group& block,
                                         bin_tile_storage<Indexed, TileSize>& storage,
                                         const point_binning<Real, Indexed>& call,
                                         int tile) noexcept {
  const detail::point_arguments<Real>& points = call.locator.points;
  if constexpr (Packed) {
    detail::bin_tile_of<true>(block, storage, call, tile, detail::packed_points{points});
  } else {
    const auto load = [&](std::int64_t i, Real(&p)[3]) { points.load(i, p); };
    detail::bin_tile_of<false>(block, storage, call, tile,
                               detail::produced_points<decltype(load)>{load});
  }
}

}  // namespace robocache
