// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/fast_divide.hpp>
#include <robocache/resample/detail/arguments.hpp>
#include <robocache/scalar.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>

/// \file
/// How the work of one launch is cut up, from sizes and alignment alone. Results do not depend on
/// it.

namespace robocache::detail {

inline constexpr int warp_size = 32;
inline constexpr int warps_per_block = 2;
/// Bounds the registers, so that enough warps are resident to hide the search's latency. The
/// normalization needs some more.
template <bool Affine>
ROBOCACHE_HD constexpr int resident_blocks() noexcept {
#if defined(__CUDA_ARCH__) && (__CUDA_ARCH__ == 860 || __CUDA_ARCH__ == 870)
  return 16;  // no more fit there
#else
  return Affine ? 16 : 24;
#endif
}
/// Warps that keep a large GPU busy; fewer than this and a cut is made finer.
inline constexpr std::int64_t enough_warps = 132 * 8;

/// Elements per 16-byte access of the larger of the two scalars.
template <class In, class Out>
inline constexpr int widest_vector = 16 / static_cast<int>(sizeof(In) > sizeof(Out) ? sizeof(In)
                                                                                    : sizeof(Out));

/// Vectors a lane loads before it uses the first: enough to cover the memory's latency, few enough
/// to keep the registers for more warps.
inline constexpr int vectors_in_flight = 2;

/// `item / vectors` is `item * item_magic >> item_shift` for a tile's items, of which there are
/// fewer than 1024. A tile of one row needs no division: 0.
inline constexpr int item_shift = 21;
ROBOCACHE_HD inline std::uint32_t item_magic(int rows, std::int32_t vectors) noexcept {
  if (rows == 1 || vectors == 0) return 0;
  const auto divisor = static_cast<std::uint32_t>(vectors);
  return ((1u << item_shift) + divisor - 1u) / divisor;
}

/// A warp's tile: `rows` rows by `vectors` vectors. Tiles of an item lie one after another.
struct tile_shape {
  fast_divide tiles_per_item;
  std::uint32_t tiles;  // in the batch, per column
  std::int32_t rows;    // 1..32
  std::int32_t rows_per_item;
  std::int32_t vectors;             // per tile; the last tile of a row may have fewer
  std::int32_t vectors_per_row;     // D / vector width
  std::int32_t column_tiles;        // tiles side by side in a row
  std::uint32_t row_of_item_magic;  // see `item_magic`
};

/// The widest access, in elements, that every row's start allows. Not bounded by the channels.
template <class In, class Out, class Real>
int alignment_of(const copy_arguments<Real>& copy) noexcept {
  if (copy.values_channel_stride != 1 || copy.output_channel_stride != 1) return 1;
  const auto elements = [](auto bytes, std::size_t size) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(bytes) /
                                      static_cast<std::int64_t>(size));
  };
  std::uint64_t offsets = elements(reinterpret_cast<std::uintptr_t>(copy.values), sizeof(In)) |
                          elements(reinterpret_cast<std::uintptr_t>(copy.output), sizeof(Out)) |
                          elements(copy.values_sample_bytes, sizeof(In));
  if (copy.batch > 1) {
    offsets |= elements(copy.values_batch_bytes, sizeof(In)) |
               elements(copy.output_batch_bytes, sizeof(Out));
  }
  if (copy.rows > 1) offsets |= elements(copy.output_row_bytes, sizeof(Out));
  int width = widest_vector<In, Out>;
  while (width > 1 && offsets % static_cast<unsigned>(width) != 0) width /= 2;
  return width;
}

/// `alignment_of`, and no wider than a row.
template <class In, class Out, class Real>
int vector_width(const copy_arguments<Real>& copy) noexcept {
  int width = alignment_of<In, Out>(copy);
  while (width > 1 && width > copy.channels) width /= 2;
  return width;
}

/// Cuts `batch * rows` rows of `channels` channels. Zero tiles: more rows than one launch can have.
///
/// \param width   elements per access
/// \param widest  elements per access of the greatest width that the scalars have
/// \param warps   how many warps this cut should give at least, if there are rows enough
inline tile_shape choose_tile(std::int64_t batch, std::int64_t rows, std::int64_t channels,
                              int width, int widest, std::int64_t warps) noexcept {
  const std::int64_t vectors = channels / width;
  tile_shape tile{};
  tile.rows_per_item = static_cast<std::int32_t>(rows);
  tile.vectors_per_row = static_cast<std::int32_t>(vectors);
  tile.rows = 1;
  tile.column_tiles = 1;
  tile.vectors = static_cast<std::int32_t>(vectors);
  // Short rows: several to a warp, so that every lane copies what four wide vectors hold.
  const std::int64_t channels_per_warp = 4 * warp_size * widest;
  const auto too_few = [&](std::int64_t rows_per_tile) {
    return batch * ((rows + rows_per_tile - 1) / rows_per_tile) < warps;
  };
  while (tile.rows < warp_size && tile.rows < rows &&
         2 * tile.rows * channels <= channels_per_warp && !too_few(2 * tile.rows)) {
    tile.rows *= 2;
  }
  // Long rows: several warps to one, if there are not enough rows to go round.
  if (tile.rows == 1) {
    const std::int64_t wanted = std::min<std::int64_t>((vectors + warp_size - 1) / warp_size,
                                                       (warps + batch * rows - 1) / (batch * rows));
    const std::int64_t columns = std::max<std::int64_t>(wanted, 1);
    const std::int64_t per_column = (vectors + columns - 1) / columns;
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max() / warp_size * warp_size;
    tile.vectors = static_cast<std::int32_t>(
        std::min((per_column + warp_size - 1) / warp_size * warp_size, most));
    tile.column_tiles = static_cast<std::int32_t>(
        std::max<std::int64_t>(1, (vectors + tile.vectors - 1) / std::max(tile.vectors, 1)));
  }
  const std::int64_t per_item = (rows + tile.rows - 1) / tile.rows;
  const double total = static_cast<double>(batch) * static_cast<double>(per_item);
  if (total >= 2147483648.0) return tile;
  tile.tiles = static_cast<std::uint32_t>(batch * per_item);
  tile.tiles_per_item = fast_divide(static_cast<std::uint32_t>(per_item));
  tile.row_of_item_magic = item_magic(tile.rows, tile.vectors);
  return tile;
}

}  // namespace robocache::detail
