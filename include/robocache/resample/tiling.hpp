// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/fast_divide.hpp>
#include <robocache/detail/least.hpp>
#include <robocache/resample/call.hpp>
#include <robocache/resample/collective/copy.hpp>
#include <robocache/resample/collective/rows.hpp>

#include <cstdint>
#include <limits>

/// \file
/// How the rows of a call are cut into tiles, one per warp, from sizes and alignment alone. Results
/// do not depend on it.

namespace robocache {

/// The tiles of a call. Each row is cut into `columns()` parts; each part has `tiles()` tiles of
/// rows, the tiles of an item one after another. Made on the host by `tiling_of`, to be passed as a
/// kernel's parameter.
class row_tiling {
 public:
  /// Tiles per column. 0 if the call has no rows, or more than one launch can do.
  ROBOCACHE_HD std::uint32_t tiles() const noexcept { return tiles_; }
  ROBOCACHE_HD std::uint32_t columns() const noexcept {
    return static_cast<std::uint32_t>(columns_);
  }
  /// Number of all tiles.
  ROBOCACHE_HD std::int64_t size() const noexcept { return std::int64_t{tiles_} * columns_; }
  /// Elements per access that every row allows.
  ROBOCACHE_HD int width() const noexcept { return width_; }

  /// A tile of a column.
  ///
  /// \param index   0 to `tiles() - 1`
  /// \param column  0 to `columns() - 1`
  // Extents fit 31 bits; only products with strides need 64.
  ROBOCACHE_HD row_tile tile(std::uint32_t index, std::uint32_t column) const noexcept {
    row_tile result;
    result.item = tiles_per_item_(index);
    const std::uint32_t of_item = index - result.item * tiles_per_item_.divisor;
    result.first_row = of_item * static_cast<std::uint32_t>(rows_);
    const std::int32_t left = rows_per_item_ - static_cast<std::int32_t>(result.first_row);
    result.rows = rows_ < left ? rows_ : left;
    result.first_channel = static_cast<std::int32_t>(column) * channels_per_column_;
    const bool last = column + 1 == columns();
    result.channels = last ? channels_ - result.first_channel : channels_per_column_;
    result.width = width_;
    result.row_of_vector_magic = row_of_vector_magic_;
    result.reports = column == 0;
    return result;
  }
  /// A tile of all, those of column 0 first.
  ///
  /// \param index  0 to `size() - 1`, and below 2^31
  ROBOCACHE_HD row_tile operator[](std::uint32_t index) const noexcept {
    const std::uint32_t column = columns_ == 1 ? 0 : index / tiles_;
    return tile(index - column * tiles_, column);
  }

 private:
  friend row_tiling choose_tiling(std::int64_t batch, std::int64_t rows, std::int64_t channels,
                                  int width, int widest, std::int64_t warps,
                                  bool whole_rows) noexcept;

  detail::fast_divide tiles_per_item_;
  std::uint32_t tiles_ = 0;
  std::int32_t rows_ = 1;  // 1..32
  std::int32_t rows_per_item_ = 0;
  std::int32_t channels_per_column_ = 0;  // the last column has the rest
  std::int32_t columns_ = 1;
  std::uint32_t row_of_vector_magic_ = 0;
  std::int32_t width_ = 1;
  std::int32_t channels_ = 0;
};

/// Cuts `batch * rows` rows of `channels` channels. The result has no tiles if these are more rows
/// than one launch can do.
///
/// \param batch       items
/// \param rows        rows per item
/// \param channels    channels per row
/// \param width       elements per access
/// \param widest      elements per access of the greatest width that the scalars have
/// \param warps       how many tiles there should be at least, if there are enough rows
/// \param whole_rows  each tile has all channels of its rows
inline row_tiling choose_tiling(std::int64_t batch, std::int64_t rows, std::int64_t channels,
                                int width, int widest, std::int64_t warps,
                                bool whole_rows = false) noexcept {
  constexpr int lanes = 32;
  const std::int64_t vectors = channels / width;
  row_tiling tiling;
  tiling.rows_per_item_ = static_cast<std::int32_t>(rows);
  tiling.channels_per_column_ = static_cast<std::int32_t>(channels);
  tiling.width_ = width;
  tiling.channels_ = static_cast<std::int32_t>(channels);
  if (batch == 0 || rows == 0) return tiling;
  // Short rows: several to a warp, so that every lane copies what four wide vectors hold.
  const std::int64_t channels_per_warp = 4 * lanes * widest;
  const auto too_few = [&](std::int64_t rows_per_tile) {
    return batch * ((rows + rows_per_tile - 1) / rows_per_tile) < warps;
  };
  while (tiling.rows_ < lanes && tiling.rows_ < rows &&
         2 * tiling.rows_ * channels <= channels_per_warp && !too_few(2 * tiling.rows_)) {
    tiling.rows_ *= 2;
  }
  // Long rows: several warps to one, if there are not enough rows to go round.
  std::int64_t vectors_of_tile = vectors;
  if (tiling.rows_ == 1 && !whole_rows) {
    const std::int64_t wanted = detail::least_of<std::int64_t>(
        (vectors + lanes - 1) / lanes, (warps + batch * rows - 1) / (batch * rows));
    const std::int64_t columns = detail::greatest_of<std::int64_t>(wanted, 1);
    const std::int64_t per_column = (vectors + columns - 1) / columns;
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max() / lanes * lanes;
    vectors_of_tile = detail::least_of((per_column + lanes - 1) / lanes * lanes, most);
    tiling.columns_ = static_cast<std::int32_t>(detail::greatest_of<std::int64_t>(
        1,
        (vectors + vectors_of_tile - 1) / detail::greatest_of<std::int64_t>(vectors_of_tile, 1)));
    tiling.channels_per_column_ =
        static_cast<std::int32_t>(detail::least_of(vectors_of_tile * width, channels));
  }
  const std::int64_t per_item = (rows + tiling.rows_ - 1) / tiling.rows_;
  const double total = static_cast<double>(batch) * static_cast<double>(per_item);
  if (total >= 2147483648.0) return tiling;
  tiling.tiles_ = static_cast<std::uint32_t>(batch * per_item);
  tiling.tiles_per_item_ = detail::fast_divide(static_cast<std::uint32_t>(per_item));
  tiling.row_of_vector_magic_ =
      detail::vector_magic(tiling.rows_, static_cast<std::int32_t>(vectors_of_tile));
  return tiling;
}

namespace detail {

/// The widest access, in elements, that the start of every row allows. It may exceed the channels.
template <class Work>
int alignment_of(const Work& work, std::int64_t batch, std::int64_t rows) noexcept {
  using in = typename Work::in;
  using out = typename Work::out;
  const auto values = work.values();
  const auto output = work.output();
  if (values.stride(2) != 1 || output.stride(2) != 1) return 1;
  std::uint64_t offsets = reinterpret_cast<std::uintptr_t>(values.data()) / sizeof(in) |
                          reinterpret_cast<std::uintptr_t>(output.data()) / sizeof(out) |
                          static_cast<std::uint64_t>(values.stride(1));
  if (batch > 1) {
    offsets |=
        static_cast<std::uint64_t>(values.stride(0)) | static_cast<std::uint64_t>(output.stride(0));
  }
  if (rows > 1) offsets |= static_cast<std::uint64_t>(output.stride(1));
  return widest_access<in, out>(offsets);
}

/// Tiles for `batch * rows` rows of `channels` channels, one per warp.
///
/// \param grouped  there are channel groups: a warp does all groups of its rows
template <class Work>
row_tiling tiling_of_work(const Work& work, std::int64_t batch, std::int64_t rows,
                          std::int64_t channels, bool grouped, std::int64_t warps) noexcept {
  constexpr int widest = widest_vector<typename Work::in, typename Work::out>;
  int width = alignment_of(work, batch, rows);
  while (!grouped && width > 1 && width > channels) width /= 2;
  return choose_tiling(batch, rows, channels, width, widest, warps, grouped);
}

}  // namespace detail

/// Warps that keep a large GPU busy: eight on each of an H100's 132 multiprocessors.
inline constexpr std::int64_t enough_warps = 132 * 8;

/// Tiles for the rows of a checked call of `resample`, one per warp.
///
/// \param call   the call
/// \param warps  how many tiles there should be at least, if there are enough rows
template <class Source, class Out>
row_tiling tiling_of(const resample_call<Source, Out>& call,
                     std::int64_t warps = enough_warps) noexcept {
  return detail::tiling_of_work(call.work(), call.output.extent(0), call.output.extent(1),
                                call.output.extent(2), resample_call<Source, Out>::grouped, warps);
}

/// The same for a call of `apply_brackets`.
///
/// \param call, warps  as above
template <class In, class Out>
row_tiling tiling_of(const apply_brackets_call<In, Out>& call,
                     std::int64_t warps = enough_warps) noexcept {
  return detail::tiling_of_work(call, call.rows.extent(0), call.rows.extent(1), call.rows.extent(2),
                                false, warps);
}

}  // namespace robocache
