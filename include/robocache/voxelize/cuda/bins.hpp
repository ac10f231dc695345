// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/detail/fast_divide.hpp>
#include <robocache/detail/least.hpp>
#include <robocache/execution.hpp>
#include <robocache/scalar.hpp>
#include <robocache/voxelize/call.hpp>
#include <robocache/voxelize/cuda/tuning.hpp>
#include <robocache/voxelize/options.hpp>
#include <robocache/voxelize/rules/coordinates.hpp>
#include <robocache/voxelize/rules/load.hpp>
#include <robocache/voxelize/rules/numbering.hpp>
#include <robocache/voxelize/rules/reducers.hpp>
#include <robocache/voxelize/rules/sink.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

struct CUstream_st;  // a CUDA stream is a pointer to it

/// \file
/// How a call on a CUDA stream is cut up, and its workspace, from sizes alone. Results do not
/// depend on it.
///
/// Points are cut into tiles, voxels into bins: of neighbours, or where points have features of
/// groups of neighbours from all over the grid (`voxel_spread`). A first kernel sorts each tile by
/// bin; a second one takes a bin and visits its piece of every tile.

namespace robocache::detail {

inline constexpr int small_tile_shift = 12;
inline constexpr int large_tile_shift = 13;
inline constexpr int small_tile = 1 << small_tile_shift;
inline constexpr int large_tile = 1 << large_tile_shift;
static_assert(small_tile % bin_tile_threads == 0);
/// Fewer points than this make too few large tiles to fill a GPU.
inline constexpr std::int64_t points_for_large_tiles = std::int64_t{1} << 22;

/// A bin has at most 2^shift voxels. Without features their counters fill the shared memory that
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

/// Points of a bin that a block can sort in shared memory.
inline constexpr std::uint32_t most_in_bin = 5104;
/// Points that a bin should have on average, so that few bins have more than `most_in_bin`.
inline constexpr int expected_in_bin = 2048;

/// A tile's piece of a bin with at least so many points is marked where all are in one voxel, in
/// the table of offsets. Such a piece needs no sorting.
inline constexpr std::uint32_t long_piece = 256;
inline constexpr std::uint32_t piece_is_alike = 0x8000u;
static_assert(small_tile < static_cast<int>(piece_is_alike), "offsets leave room for the mark");

/// A voxel with more points than this is crowded: it is reduced by warps.
inline constexpr std::uint32_t few_points = 8;
/// A voxel with more points than this is heavy: it is reduced by many blocks.
inline constexpr std::uint32_t heavy_voxel = 4096;
/// Slices into which the points of a heavy voxel are cut.
inline constexpr std::uint32_t heavy_slices = 128;
/// Channels of a heavy voxel that make a unit of work.
inline constexpr std::uint32_t heavy_channels = 16;
/// Units of work that are under way at the same time, at most.
inline constexpr std::int32_t most_heavy_slots = 16;

/// Where the grid is replaced, up to this many points are added one by one, whatever its size.
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
/// (`collective/list_points.cuh`). More voxels than this have numbers that leave no room for a
/// count.
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
  std::int32_t shift;      ///< a bin has at most 2^shift voxels
  std::int32_t bins;       ///< per slab, at most `most_bins`
  std::int32_t size;       ///< voxels of a bin
  std::int32_t tile_size;  ///< points per tile
  std::int32_t tiles;
};

/// \param large_tiles  where they are of advantage
inline bin_shape choose_bins(std::int64_t points, std::int64_t cells, bool features,
                             bool large_tiles = true) noexcept {
  bin_shape shape{};
  const std::int64_t slab = least_of(cells, cells_per_slab);
  if (features) {
    shape.shift = most_shift<true>;
    const std::int64_t groups = (slab + 31) / 32;
    const std::int64_t enough =
        greatest_of<std::int64_t>(enough_bins<true>, points / expected_in_bin);
    const std::int64_t fewest = (groups + (1 << shape.shift) / 32 - 1) / ((1 << shape.shift) / 32);
    shape.bins = static_cast<std::int32_t>(
        greatest_of(fewest, least_of<std::int64_t>(enough, groups, most_bins<true>)));
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
  const bool large = large_tiles && points >= points_for_large_tiles && !features;
  shape.tile_size = large ? large_tile : small_tile;
  shape.tiles = static_cast<std::int32_t>((points + shape.tile_size - 1) / shape.tile_size);
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
  /// Of a voxel's number within the slab: the bin above `most_shift<true>` bits, and the voxel's
  /// number within the bin.
  ROBOCACHE_HD std::uint32_t to_bin(std::uint32_t number) const noexcept {
    const std::uint32_t group = number / 32u;
    const std::uint32_t round = by_bins(group);
    std::uint32_t bin = group - round * by_bins.divisor + first_bin(round);
    if (bin >= by_bins.divisor) bin -= by_bins.divisor;
    return bin << most_shift<true> | round << 5 | number % 32u;
  }
  /// The inverse: the voxel's number within the slab.
  ROBOCACHE_HD std::uint32_t to_number(std::uint32_t bin, std::uint32_t local) const noexcept {
    const std::uint32_t round = local / 32u;
    std::uint32_t group = bin - first_bin(round);
    if (bin < first_bin(round)) group += by_bins.divisor;
    return (group + round * by_bins.divisor) << 5 | local % 32u;
  }
};

/// Lanes that read a bin's piece of a tile together, four entries each: enough for a piece of
/// ordinary length if points are spread evenly, and no more.
inline int lanes_per_piece(const bin_shape& shape) noexcept {
  const double expected = static_cast<double>(shape.tile_size) / shape.bins;
  int lanes = 1;
  while (lanes < 32 && 4 * lanes < expected + 2 * host_sqrt(expected) + 2) lanes *= 2;
  return lanes;
}

/// How far the blocks of the second kernel are, together: in the workspace, zero at first.
struct bin_progress {
  std::uint32_t known;         ///< parts of bins whose block knows how many points the bin has
  std::uint32_t too_full;      ///< bins with too many for shared memory
  unsigned long long taken;    ///< crowded voxels and groups of voxels that warps took
  unsigned long long tickets;  ///< jobs on heavy voxels that blocks took
  std::uint32_t sort_tickets;  ///< jobs of sorting that blocks took
  std::uint32_t placed;        ///< points that have a place in `sorted`
  std::uint32_t sorted;        ///< bins with too many points that are sorted
  std::uint32_t crowded;       ///< crowded voxels of these
  std::uint32_t heavy;         ///< heavy voxels of these
};

/// Work on heavy voxels, in units: some channels of one voxel. A unit is worked on in a slot.
struct heavy_work {
  std::uint32_t* done;       ///< [slots]: jobs done
  unsigned char* of_slices;  ///< [slots][heavy_slices][heavy_channels] states, of either look
  unsigned char* of_first;   ///< [slots][heavy_channels] states of the first look, merged
  std::int32_t slots;
};

/// The parts of the workspace, each aligned to 16 bytes.
struct bin_tables {
  /// [tiles][tile_size] of 2 bytes, or 4 with the point's number in the tile
  unsigned char* entries;
  std::uint16_t* offsets;  ///< [tiles][bins + 1]: where each bin's entries begin in a tile; with
                           ///< features also whether they are alike
  std::uint32_t* lost;     ///< [tiles][2]: points outside, and not finite
  // Of bins with too many points for shared memory:
  std::uint32_t* starts;  ///< [bins][size + 1]: where the points of each voxel begin in `sorted`
  std::uint32_t* sorted;  ///< [N]: points in the order of their voxels
  bin_progress* progress;
  std::uint32_t* too_full;    ///< [bins]: which they are
  std::uint32_t* sort_done;   ///< [bins]: jobs of sorting done, of each of these
  std::uint32_t* crowded;     ///< [N / few_points]: crowded voxels, where in `starts`
  std::uint32_t* heavy;       ///< [N / heavy_voxel]: heavy voxels likewise
  heavy_work work;            ///< on these
  std::uint32_t* parts_done;  ///< [bins]: where a grid accumulates, blocks that finished a bin
  std::size_t bytes;          ///< of all together
};

/// What begins `bytes` after `memory`. That may be null, where only sizes are asked for; then the
/// sum would have no meaning as a pointer.
inline unsigned char* part_at(void* memory, std::size_t bytes) noexcept {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): see above
  return reinterpret_cast<unsigned char*>(reinterpret_cast<std::uintptr_t>(memory) + bytes);
}

/// \param state_bytes  as in `voxelize_sizes`
inline bin_tables lay_out_tables(void* memory, std::int64_t points, std::int64_t cells,
                                 const bin_shape& shape, std::size_t state_bytes) noexcept {
  const bool features = state_bytes != 0;
  std::size_t used = 0;
  const auto part = [&](std::int64_t count, std::size_t size) {
    const std::size_t at = used;
    used += (static_cast<std::size_t>(count) * size + 15) / 16 * 16;
    return part_at(memory, at);
  };
  bin_tables tables{};
  const std::int64_t capacity = static_cast<std::int64_t>(shape.tiles) * shape.tile_size;
  tables.entries = part(capacity, features ? 4 : 2);
  tables.offsets = reinterpret_cast<std::uint16_t*>(
      part(static_cast<std::int64_t>(shape.tiles) * (shape.bins + 1), 2));
  tables.lost = reinterpret_cast<std::uint32_t*>(part(shape.tiles, 8));
  if (features) {
    // No less than [bins][size + 1], and never less for more points, which have more bins.
    const std::int64_t groups = (least_of(cells, cells_per_slab) + 31) / 32;
    tables.starts =
        reinterpret_cast<std::uint32_t*>(part(32 * (groups + shape.bins - 1) + shape.bins, 4));
    tables.sorted = reinterpret_cast<std::uint32_t*>(part(points, 4));
    tables.progress = reinterpret_cast<bin_progress*>(part(1, sizeof(bin_progress)));
    tables.too_full = reinterpret_cast<std::uint32_t*>(part(shape.bins, 4));
    tables.sort_done = reinterpret_cast<std::uint32_t*>(part(shape.bins, 4));
    tables.crowded = reinterpret_cast<std::uint32_t*>(part(points / few_points, 4));
    tables.heavy = reinterpret_cast<std::uint32_t*>(part(points / heavy_voxel, 4));
    const std::int32_t slots = least_of(greatest_of(shape.tiles, 1), most_heavy_slots);
    tables.work.done = reinterpret_cast<std::uint32_t*>(part(slots, 4));
    tables.work.of_slices = part(std::int64_t{slots} * heavy_slices * heavy_channels, state_bytes);
    tables.work.of_first = part(std::int64_t{slots} * heavy_channels, state_bytes);
    tables.work.slots = slots;
    tables.parts_done = reinterpret_cast<std::uint32_t*>(part(shape.bins, 4));
  }
  tables.bytes = used;
  return tables;
}

/// The parts of the workspace of a scan, each aligned to 16 bytes.
struct scan_tables {
  std::uint32_t* entries;  ///< [tiles][scan_tile]: `scan_entry`, in any order
  std::uint32_t* counts;   ///< [tiles]: how many
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
    return reinterpret_cast<std::uint32_t*>(part_at(memory, at));
  };
  tables.entries = part(tiles * scan_tile, 4);
  tables.counts = part(tiles, 4);
  tables.lost = part(tiles, 8);
  return tables;
}

/// Enough for any number of points up to `points`, accumulated or not: a grid gets at most as many
/// directly as it has voxels.
inline std::size_t scan_workspace_bytes(std::int64_t points, std::int64_t cells) noexcept {
  const std::int64_t most = least_of(points, cells);
  return lists_scan(most, cells) ? lay_out_scan(nullptr, most).bytes : 0;
}

/// Enough for any number of points up to `points`, in tiles of any size.
inline std::size_t bin_workspace_bytes(std::int64_t points, std::int64_t cells,
                                       std::size_t state_bytes) noexcept {
  const bool features = state_bytes != 0;
  const auto bytes = [&](bool large_tiles) {
    return lay_out_tables(nullptr, points, cells, choose_bins(points, cells, features, large_tiles),
                          state_bytes)
        .bytes;
  };
  return greatest_of(bytes(true), bytes(false));
}

/// The workspace of a call on a CUDA stream.
inline std::size_t stream_workspace_bytes(const voxelize_sizes& sizes) noexcept {
  const std::size_t bytes = bin_workspace_bytes(sizes.points, sizes.cells, sizes.state_bytes);
  return sizes.adds_many ? greatest_of(bytes, scan_workspace_bytes(sizes.points, sizes.cells))
                         : bytes;
}

}  // namespace robocache::detail

namespace robocache {

inline std::size_t workspace_bytes_of(const voxelize_sizes& sizes, ::CUstream_st*) noexcept {
  return detail::stream_workspace_bytes(sizes);
}
inline std::size_t workspace_bytes_of(const voxelize_sizes& sizes, preload_kernels) noexcept {
  return detail::stream_workspace_bytes(sizes);
}

/// What binning a tile of points needs: `bin_tile`.
///
/// \tparam Indexed  points have features, and are to be found again
template <class Real, bool Indexed>
struct point_binning {
  static constexpr bool indexed = Indexed;

  detail::point_locator<Real> locator;
  std::int64_t begin;   ///< first voxel of the slab
  std::uint32_t cells;  ///< voxels of the slab
  std::int32_t shift;
  std::int32_t bins;
  std::int32_t tiles;           ///< at least 1, even without points: a tile resets `bin_progress`
  std::int32_t tile_size;       ///< points per tile
  detail::voxel_spread spread;  // where points have features
  bool packed;                  ///< four points are three loads, and need no transform
  bool wide;                    ///< voxel numbers need 64 bits
  bool count_lost;              ///< fill `tables.lost`
  bool accumulates;
  detail::bin_tables tables;
};

namespace detail {

/// What the second kernel needs of the first one's tables.
struct bin_pieces {
  const unsigned char* entries;
  const std::uint16_t* offsets;
  std::int32_t bins;
  std::int32_t tile_shift;  ///< a tile has 2^tile_shift points
  std::int32_t lanes;       ///< that read a piece together, a power of two

  /// Where tile `t` begins.
  ROBOCACHE_HD std::uint32_t origin(int t) const noexcept {
    return static_cast<std::uint32_t>(t) << tile_shift;
  }
};

/// The part of a grid whose bins the second kernel works on.
struct bin_slab {
  bin_pieces pieces;
  std::int64_t begin;   ///< first voxel of the slab
  std::uint32_t cells;  ///< voxels of the slab
  std::int32_t shift;
  std::int32_t bins;    ///< that have voxels in this slab
  std::uint32_t size;   ///< voxels of a bin
  voxel_spread spread;  ///< where points have features
  points_at_hand points;
  const std::uint32_t* lost;
  voxel_counters* counters;  ///< null: not to be written

  /// Tiles that have points.
  ROBOCACHE_HD int tiles() const noexcept {
    const std::int64_t last = (std::int64_t{1} << pieces.tile_shift) - 1;
    return static_cast<int>((points.present() + last) >> pieces.tile_shift);
  }
};

}  // namespace detail

/// What marking the voxels of a bin needs: `mark_bin`.
template <class Mark>
struct bin_marking {
  detail::bin_slab slab;
  dense_sink<Mark> sink;  ///< where elements go if `mark_bin` is given no other
};

namespace detail {

/// What sorting the points of a bin needs. No types: sorting is compiled once for all of them.
struct bin_sorting {
  bin_slab slab;
  bin_tables tables;
  voxel_output<std::uint32_t> counts;  ///< null data: not wanted
  bool accumulate;
};

}  // namespace detail

/// What reducing the voxels of a bin needs: `reduce_bin`.
///
/// \tparam In, Out  the one name of each format, `bfloat16` for `__nv_bfloat16`; In may be a
///                  `point_coordinates`
template <class Reducer, class In, class Out>
struct bin_reducing : detail::bin_sorting {
  Reducer reducer;
  detail::feature_arguments<In> features;
  detail::feature_output<Out> output;
  float empty_value;
  nan_policy nans;
  std::int32_t width;     ///< elements per access
  std::uint32_t vectors;  ///< accesses per voxel
  std::uint32_t parts;    ///< blocks that share a bin
  std::uint32_t share;    ///< vectors of a part
  detail::fast_divide by_share;
  detail::fast_divide by_rest;  // by what is left for the last part
  /// `parts`, and where that makes few blocks and a bin may have too many points more, which help.
  std::uint32_t blocks_per_bin;
};

namespace detail {

/// [N, 3] floats without gaps at a multiple of 16 bytes: four points are three loads.
template <class Real>
bool is_packed(const point_arguments<Real>& points) noexcept {
  return std::is_same_v<Real, float> && points.step == 12 && points.data[1] - points.data[0] == 4 &&
         points.data[2] - points.data[0] == 8 &&
         reinterpret_cast<std::uintptr_t>(points.data[0]) % 16 == 0;
}

/// Elements per access: four where all features and outputs allow it, else one. An output that is
/// not there, since results go to a sink of the kernel's own, allows it.
template <class In, class Out>
int feature_width(const feature_arguments<In>& features,
                  const feature_output<Out>& output) noexcept {
  constexpr int width = 4;
  const auto in =
      reinterpret_cast<std::uintptr_t>(features.data) | static_cast<std::uint64_t>(features.step);
  const auto strides = static_cast<std::uint64_t>(output.layout.stride_x) |
                       static_cast<std::uint64_t>(output.layout.stride_y) |
                       static_cast<std::uint64_t>(output.layout.stride_z);
  const auto out = reinterpret_cast<std::uintptr_t>(output.data) | strides * sizeof(Out);
  const bool neighbours = features.channel_step == static_cast<std::int64_t>(sizeof(In)) &&
                          (output.channel_stride == 1 || output.data == nullptr);
  const bool aligned = in % (width * sizeof(In)) == 0 && out % (width * sizeof(Out)) == 0;
  return neighbours && aligned && features.channels % width == 0 ? width : 1;
}

/// The second kernel's call: a `bin_marking` or a `bin_reducing`.
template <class Reducer, class In, class Out, bool Features>
struct voxel_part {
  using type = bin_marking<Reducer>;
};
template <class Reducer, class In, class Out>
struct voxel_part<Reducer, In, Out, true> {
  using type = bin_reducing<Reducer, typename canonical_feature<In>::type,
                            typename scalar_traits<Out>::canonical>;
};

}  // namespace detail

/// A checked call on a CUDA stream, cut up: everything that kernels want to know of one slab,
/// worked out once. `points` is for `bin_tile`, `voxels` for what comes after that. Trivially
/// copyable; make it on the host and pass the parts to kernels.
template <class Reducer, class Real, class In, class Out>
struct binned_call {
  static constexpr bool has_features = detail::reduces_features<Reducer>;

  point_binning<Real, has_features> points;
  typename detail::voxel_part<Reducer, In, Out, has_features>::type voxels;

  /// \param call         the call, checked
  /// \param slab         0 to `call.slabs() - 1`
  /// \param large_tiles  clouds of millions may have tiles of 8192 points instead of 4096
  explicit binned_call(const voxelize_call<Reducer, Real, In, Out>& call, std::int64_t slab = 0,
                       bool large_tiles = false) noexcept
      : points{}, voxels{} {
    using namespace detail;
    constexpr int per_element = voxels_per_element<Reducer>();
    std::size_t state_bytes = 0;
    if constexpr (has_features) state_bytes = looked_at<Reducer>::state_bytes;
    const std::int64_t all = make_numbering(call.grid, per_element).cells();
    const bin_shape shape = choose_bins(call.points.size, all, has_features, large_tiles);
    const bool accumulate = call.options.update == grid_update::accumulate;
    points.locator = locator_of(call.points, call.grid, call.options.transform, per_element);
    points.begin = slab * cells_per_slab;
    points.cells = static_cast<std::uint32_t>(least_of(cells_per_slab, all - points.begin));
    points.shift = shape.shift;
    points.bins = shape.bins;
    points.tiles = greatest_of(shape.tiles, 1);
    points.tile_size = shape.tile_size;
    points.spread = voxel_spread(shape.bins);
    points.wide = all > std::numeric_limits<std::uint32_t>::max();
    points.packed =
        is_packed(points.locator.points) && points.locator.transform.identity && !points.wide;
    points.count_lost = call.reports.counters != nullptr && slab == 0;
    points.accumulates = accumulate;
    points.tables = lay_out_tables(call.space.data, call.points.size, all, shape, state_bytes);

    bin_slab& here = voxels.slab;
    here.pieces = {points.tables.entries, points.tables.offsets, shape.bins,
                   shape.tile_size == large_tile ? large_tile_shift : small_tile_shift,
                   lanes_per_piece(shape)};
    here.begin = points.begin;
    here.cells = points.cells;
    here.shift = shape.shift;
    here.size = static_cast<std::uint32_t>(shape.size);
    here.spread = points.spread;
    here.points = points.locator.points;
    here.lost = points.tables.lost;
    here.counters = slab == 0 ? call.reports.counters : nullptr;
    if constexpr (has_features) {
      voxels.accumulate = accumulate;
      here.bins = shape.bins;
      make_reducing(call);
    } else {
      here.bins = static_cast<std::int32_t>((here.cells + here.size - 1) / here.size);
      voxels.sink = make_dense_sink<Reducer>(call.output, accumulate);
    }
  }

 private:
  void make_reducing(const voxelize_call<Reducer, Real, In, Out>& call) noexcept {
    using namespace detail;
    using out = typename scalar_traits<Out>::canonical;
    voxels.reducer = call.reducer;
    voxels.features = make_feature_arguments(call.features, points.locator);
    voxels.output = make_feature_output<out>(call.output);
    voxels.counts = make_voxel_output(call.reports.counts);
    voxels.empty_value = call.options.empty_value;
    voxels.nans = call.options.nans;
    voxels.tables = points.tables;
    voxels.width = 1;
    if constexpr (feature_arguments<typename canonical_feature<In>::type>::in_vectors) {
      voxels.width = feature_width(voxels.features, voxels.output);
    }
    const auto channels = static_cast<std::uint32_t>(call.features.channels);
    voxels.vectors = channels / static_cast<std::uint32_t>(voxels.width);
    // Several blocks to a bin if there are not enough bins to go round, or too many vectors to
    // count.
    constexpr std::uint32_t most_of_part = 1 << 14;
    std::uint32_t parts = (voxels.vectors + most_of_part - 1) / most_of_part;
    parts = greatest_of(parts, static_cast<std::uint32_t>(enough_bins<true> / points.bins));
    if (voxels.vectors == 0) parts = 1;
    voxels.share = (voxels.vectors + parts - 1) / parts;
    voxels.parts = voxels.share == 0 ? 1 : (voxels.vectors + voxels.share - 1) / voxels.share;
    voxels.blocks_per_bin = voxels.parts;
    if (call.points.size > most_in_bin && voxels.vectors != 0) {
      voxels.blocks_per_bin = greatest_of(
          voxels.parts,
          static_cast<std::uint32_t>((enough_bins<true> + points.bins - 1) / points.bins));
    }
    voxels.by_share = fast_divide(voxels.share);
    voxels.by_rest = fast_divide(voxels.share == 0 ? 0 : voxels.vectors % voxels.share);
  }
};

}  // namespace robocache
