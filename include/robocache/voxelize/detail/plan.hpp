// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/voxelize/detail/arguments.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

/// \file
/// How a call on a stream is cut up, and its workspace, from sizes alone. Results do not depend on
/// it.
///
/// Points are cut into tiles, voxels into bins: of neighbours, or where points have features of
/// groups of neighbours from all over the grid (`voxel_spread`). A first kernel sorts each tile by
/// bin; a second one takes a bin and visits its piece of every tile.

namespace robocache::detail {

inline constexpr int bin_threads = 512;
inline constexpr int small_tile = bin_threads * 8;
inline constexpr int large_tile = bin_threads * 16;
/// Fewer points than this make too few large tiles to fill a GPU.
inline constexpr std::int64_t points_for_large_tiles = std::int64_t{1} << 22;

/// Most voxels of a bin are 2^shift. Without features their counters fill the shared memory that
/// every block may have. With features bins are smaller, so that several blocks share a
/// multiprocessor, and some sort while others write.
template <bool Features>
inline constexpr int most_shift = Features ? 12 : 13;
inline constexpr int least_shift = 7;
/// Bins of a slab.
template <bool Features>
inline constexpr int most_bins = static_cast<int>(cells_per_slab >> most_shift<Features>);
/// Blocks of the second kernel that keep a large GPU busy.
template <bool Features>
inline constexpr int enough_bins = Features ? 512 : 256;

/// Points of a bin that a block can sort in shared memory,
inline constexpr std::uint32_t most_in_bin = 5120;
/// and how many a bin may have on average, so that few have more than that.
inline constexpr int expected_in_bin = 2048;

/// A voxel with more points than this is crowded and gets a warp of its own,
inline constexpr std::uint32_t few_points = 8;
/// and one with more than this many blocks.
inline constexpr std::uint32_t heavy_voxel = 4096;
/// The points of a heavy voxel are cut into this many slices,
inline constexpr std::uint32_t heavy_slices = 64;
/// and its channels into units of this many.
inline constexpr std::uint32_t heavy_channels = 16;

/// Up to so many points are added to a grid that is replaced one by one, whatever its size.
inline constexpr std::int64_t points_one_by_one = 200000;

/// Whether count and occupancy add points to the grid directly instead of binning: fewer
/// kernels for few points, and no detour where most voxels are empty, as long as the grid fits the
/// cache of a large GPU. An accumulating grid, of which binning reads and writes every voxel,
/// mostly gets its points directly, too.
inline bool adds_directly(std::int64_t points, std::int64_t cells, bool accumulate) noexcept {
  constexpr std::int64_t most_cells = 0xfffffffe;  // numbers of 32 bits
  constexpr std::int64_t cached_cells = 12'000'000;
  if (cells > most_cells) return false;
  if (accumulate) return points <= cells;
  return points <= points_one_by_one || (cells >= 8 * points && cells <= cached_cells);
}

/// Whether counts that are added directly are listed first, those of neighbours in a scan together
/// (`scan_kernel.cuh`). More voxels than this have numbers that leave no room for a count.
inline bool lists_scan(std::int64_t points, std::int64_t cells) noexcept {
  constexpr std::int64_t most_cells = std::int64_t{1} << 26;
  return points > points_one_by_one && cells <= most_cells;
}

/// Points of a scan that a block lists.
inline constexpr int scan_tile = 2048;

/// How many points to add to which voxel: at most 32, above 26 bits of its number.
ROBOCACHE_HD constexpr std::uint32_t scan_entry(std::uint32_t cell, std::uint32_t points) noexcept {
  return points << 26 | (cell & 0x3ffffffu);
}
ROBOCACHE_HD constexpr std::uint32_t voxel_of_entry(std::uint32_t entry) noexcept {
  return entry & 0x3ffffffu;
}
ROBOCACHE_HD constexpr std::uint32_t points_of_entry(std::uint32_t entry) noexcept {
  return entry >> 26;
}

struct bin_shape {
  std::int32_t shift;  ///< a bin has at most 2^shift voxels
  std::int32_t bins;   ///< per slab, at most `most_bins`
  std::int32_t size;   ///< voxels of a bin
  std::int32_t tile;   ///< points per tile
  std::int32_t tiles;
};

inline bin_shape choose_bins(std::int64_t points, std::int64_t cells, bool features) noexcept {
  bin_shape shape{};
  const std::int64_t slab = std::min(cells, cells_per_slab);
  if (features) {
    shape.shift = most_shift<true>;
    const std::int64_t groups = (slab + 31) / 32;
    const std::int64_t enough = std::max<std::int64_t>(enough_bins<true>, points / expected_in_bin);
    const std::int64_t fewest = (groups + (1 << shape.shift) / 32 - 1) / ((1 << shape.shift) / 32);
    shape.bins = static_cast<std::int32_t>(
        std::max(fewest, std::min({enough, groups, std::int64_t{most_bins<true>}})));
    shape.size = static_cast<std::int32_t>(32 * ((groups + shape.bins - 1) / shape.bins));
  } else {
    shape.shift = least_shift;
    while (shape.shift < most_shift<false> && (slab >> shape.shift) > enough_bins<false>) {
      ++shape.shift;
    }
    shape.size = 1 << shape.shift;
    shape.bins = static_cast<std::int32_t>((slab + shape.size - 1) / shape.size);
  }
  // With features the reduction takes longest, so there one size of tiles does.
  shape.tile = points >= points_for_large_tiles && !features ? large_tile : small_tile;
  shape.tiles = static_cast<std::int32_t>((points + shape.tile - 1) / shape.tile);
  return shape;
}

/// Which bin a voxel is in where points have features: groups of 32 neighbours are dealt to the
/// bins in turn, in a scrambled order, so that what is dense in a scene, as the ground and walls
/// are in a scan, is spread over all of them.
struct voxel_spread {
  fast_divide by_bins;

  voxel_spread() = default;
  explicit voxel_spread(std::int32_t bins) noexcept : by_bins(static_cast<std::uint32_t>(bins)) {}

  /// The bin that gets the first group of a round: pseudo-random, by the golden ratio.
  ROBOCACHE_HD std::uint32_t first_bin(std::uint32_t round) const noexcept {
    return static_cast<std::uint32_t>((std::uint64_t{round * 0x9e3779b1u} * by_bins.divisor) >> 32);
  }
  /// The bin above `most_shift<true>` bits, and the voxel's number within it.
  ROBOCACHE_HD std::uint32_t place_of(std::uint32_t number) const noexcept {
    const std::uint32_t group = number / 32u;
    const std::uint32_t round = by_bins(group);
    std::uint32_t bin = group - round * by_bins.divisor + first_bin(round);
    if (bin >= by_bins.divisor) bin -= by_bins.divisor;
    return bin << most_shift<true> | round << 5 | number % 32u;
  }
  /// The voxel's number within the slab.
  ROBOCACHE_HD std::uint32_t number_of(std::uint32_t bin, std::uint32_t local) const noexcept {
    const std::uint32_t round = local / 32u;
    std::uint32_t group = bin - first_bin(round);
    if (bin < first_bin(round)) group += by_bins.divisor;
    return (group + round * by_bins.divisor) << 5 | local % 32u;
  }
};

/// Lanes that read a bin's piece of a tile together, four entries each: enough for a piece of
/// ordinary length if points are spread evenly, and no more.
inline int lanes_per_piece(const bin_shape& shape) noexcept {
  const double expected = static_cast<double>(shape.tile) / shape.bins;
  int lanes = 1;
  while (lanes < 32 && 4 * lanes < expected + 2 * std::sqrt(expected) + 2) lanes *= 2;
  return lanes;
}

/// What blocks that work on a channel of a heavy voxel have found so far.
struct heavy_channel {
  std::uint32_t largest;
  std::uint32_t nans;
  std::uint32_t infinities;
  std::int32_t key;  ///< of the largest value, or the complement of the smallest one's
  std::int64_t units;

  ROBOCACHE_HD static heavy_channel nothing() noexcept { return {0, 0, 0, -2147483647 - 1, 0}; }
};

/// Work on heavy voxels, a unit of channels of one at a time in each of the slots.
struct heavy_work {
  std::uint64_t* tickets;   ///< jobs that were taken
  std::uint32_t* done;      ///< [slots]: jobs done
  heavy_channel* channels;  ///< [slots][heavy_channels]
  std::int32_t slots;
};

/// The parts of the workspace, each aligned to 16 bytes.
struct bin_tables {
  unsigned char* entries;  ///< [tiles][tile] of 2 bytes, or 4 with the point's place in the tile
  std::uint16_t* offsets;  ///< [tiles][bins + 1]: where each bin's entries begin in a tile
  std::uint32_t* lost;     ///< [tiles][2]: points outside, and not finite
  std::uint32_t* starts;   ///< [bins * size + 1]: first point of each voxel in `sorted`
  std::uint32_t* sorted;   ///< [N]: points in the order of their voxels
  std::uint32_t* pending;  ///< [1 + bins]: number of bins left to the third kernel, then these
  std::uint32_t* crowded;  ///< [1 + N / few_points]: their number, then places in `starts`
  std::uint32_t* heavy;    ///< [1 + N / heavy_voxel]: the same
  heavy_work work;         ///< on these
  std::size_t bytes;       ///< of all together
};

inline bin_tables lay_out_tables(void* memory, std::int64_t points, std::int64_t cells,
                                 const bin_shape& shape, bool features) noexcept {
  std::size_t used = 0;
  const auto part = [&](std::int64_t count, std::size_t size) {
    const std::size_t at = used;
    used += (static_cast<std::size_t>(count) * size + 15) / 16 * 16;
    return static_cast<unsigned char*>(memory) + at;
  };
  bin_tables tables{};
  const std::int64_t capacity = static_cast<std::int64_t>(shape.tiles) * shape.tile;
  tables.entries = part(capacity, features ? 4 : 2);
  tables.offsets = reinterpret_cast<std::uint16_t*>(
      part(static_cast<std::int64_t>(shape.tiles) * (shape.bins + 1), 2));
  tables.lost = reinterpret_cast<std::uint32_t*>(part(shape.tiles, 8));
  if (features) {
    // No less than [bins * size + 1], and never less for more points, which have more bins.
    const std::int64_t groups = (std::min(cells, cells_per_slab) + 31) / 32;
    tables.starts = reinterpret_cast<std::uint32_t*>(part(32 * (groups + shape.bins - 1) + 1, 4));
    tables.sorted = reinterpret_cast<std::uint32_t*>(part(points, 4));
    tables.pending = reinterpret_cast<std::uint32_t*>(part(1 + shape.bins, 4));
    tables.crowded = reinterpret_cast<std::uint32_t*>(part(1 + points / few_points, 4));
    tables.heavy = reinterpret_cast<std::uint32_t*>(part(1 + points / heavy_voxel, 4));
    const std::int32_t slots = std::max(shape.tiles, 1);  // the first kernel's blocks
    tables.work.tickets = reinterpret_cast<std::uint64_t*>(part(1, 8));
    tables.work.done = reinterpret_cast<std::uint32_t*>(part(slots, 4));
    tables.work.channels = reinterpret_cast<heavy_channel*>(
        part(std::int64_t{slots} * heavy_channels, sizeof(heavy_channel)));
    tables.work.slots = slots;
  }
  tables.bytes = used;
  return tables;
}

/// The parts of the workspace of a scan, each aligned to 16 bytes.
struct scan_tables {
  std::uint32_t* entries;  ///< [tiles][scan_tile]: `scan_entry`, in any order
  std::uint32_t* numbers;  ///< [tiles]: how many
  std::uint32_t* lost;     ///< [tiles][2]: points outside, and not finite
  std::int32_t tiles;
  std::size_t bytes;  ///< of all together
};

inline scan_tables lay_out_scan(void* memory, std::int64_t points) noexcept {
  scan_tables tables{};
  const std::int64_t tiles = (points + scan_tile - 1) / scan_tile;
  tables.tiles = static_cast<std::int32_t>(tiles);
  const auto part = [&](std::int64_t count, std::size_t size) {
    const std::size_t at = tables.bytes;
    tables.bytes += (static_cast<std::size_t>(count) * size + 15) / 16 * 16;
    return reinterpret_cast<std::uint32_t*>(static_cast<unsigned char*>(memory) + at);
  };
  tables.entries = part(tiles * scan_tile, 4);
  tables.numbers = part(tiles, 4);
  tables.lost = part(tiles, 8);
  return tables;
}

/// Enough for any number of points up to `points`, accumulated or not: a grid gets at most as many
/// directly as it has voxels.
inline std::size_t scan_workspace_bytes(std::int64_t points, std::int64_t cells) noexcept {
  const std::int64_t most = std::min(points, cells);
  return lists_scan(most, cells) ? lay_out_scan(nullptr, most).bytes : 0;
}

/// Enough for any number of points up to `points`: fewer of them may have more, smaller tiles.
inline std::size_t bin_workspace_bytes(std::int64_t points, std::int64_t cells,
                                       bool features) noexcept {
  const auto bytes = [&](std::int64_t n) {
    return lay_out_tables(nullptr, n, cells, choose_bins(n, cells, features), features).bytes;
  };
  return std::max(bytes(points), bytes(std::min(points, points_for_large_tiles - 1)));
}

}  // namespace robocache::detail
