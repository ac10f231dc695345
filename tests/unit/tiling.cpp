// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.hpp>

#include "../support/catch.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

// A `row_tiling` covers every channel of every row once, with tiles that a warp can work on.

namespace {

using robocache::row_tile;
using robocache::row_tiling;
using robocache::tensor_view;

struct shape {
  std::int64_t batch;
  std::int64_t rows;
  std::int64_t channels;
  int width;  // elements per access
  int widest;
  std::int64_t warps;
  bool whole_rows;
};

row_tiling cut(const shape& s) {
  return robocache::choose_tiling(s.batch, s.rows, s.channels, s.width, s.widest, s.warps,
                                  s.whole_rows);
}

/// What is wrong with a tile for a warp, "" for nothing.
const char* fault(const row_tile& tile, const shape& s) {
  if (tile.item >= s.batch) return "item";
  if (tile.rows < 1 || tile.rows > 32) return "rows";
  if (tile.first_row + std::int64_t{tile.rows} > s.rows) return "last row";
  if (tile.first_channel < 0 || tile.channels < (s.channels > 0 ? 1 : 0)) return "channels";
  if (std::int64_t{tile.first_channel} + tile.channels > s.channels) return "last channel";
  if (tile.width != s.width || tile.first_channel % s.width != 0) return "width";
  if (s.whole_rows && tile.channels != s.channels) return "part of a row";
  if (tile.rows == 1) return "";
  // Several rows are copied together: their vectors, and with groups their channels, one by one.
  if (tile.rows > robocache::detail::rows_together(32, tile.channels)) return "too many elements";
  const std::int32_t vectors = tile.channels / tile.width;
  for (std::int32_t item = 0; item < tile.rows * vectors; ++item) {
    const auto row = (static_cast<std::uint32_t>(item) * tile.row_of_vector_magic) >>
                     robocache::detail::vector_shift;
    if (row != static_cast<std::uint32_t>(item / vectors)) return "row of an item";
  }
  return "";
}

/// Marks what each tile covers.
void check_covers(const shape& s) {
  INFO(s.batch << " x " << s.rows << " x " << s.channels << ", width " << s.width << " of "
               << s.widest << ", warps " << s.warps << ", whole rows " << s.whole_rows);
  const row_tiling tiling = cut(s);
  REQUIRE(tiling.size() == std::int64_t{tiling.tiles()} * tiling.columns());
  std::vector<std::uint8_t> covered(static_cast<std::size_t>(s.batch * s.rows * s.channels), 0);
  std::vector<std::uint8_t> reported(static_cast<std::size_t>(s.batch * s.rows), 0);
  for (std::int64_t i = 0; i < tiling.size(); ++i) {
    const row_tile tile = tiling[static_cast<std::uint32_t>(i)];
    const std::string wrong = fault(tile, s);
    if (!wrong.empty()) REQUIRE(wrong == "");
    for (std::int64_t row = tile.first_row; row < tile.first_row + tile.rows; ++row) {
      const std::int64_t of_batch = tile.item * s.rows + row;
      if (tile.reports) ++reported[static_cast<std::size_t>(of_batch)];
      for (std::int32_t d = 0; d < tile.channels; ++d) {
        ++covered[static_cast<std::size_t>(of_batch * s.channels + tile.first_channel + d)];
      }
    }
  }
  CHECK(covered == std::vector<std::uint8_t>(covered.size(), 1));
  CHECK(reported == std::vector<std::uint8_t>(reported.size(), 1));
}

using source = robocache::source_view<float, double>;

/// A call on nothing: tilings look at sizes and addresses alone.
auto call_of(std::int64_t batch, std::int64_t rows, std::int64_t channels,
             std::uintptr_t output_address) {
  return robocache::make_resample_call(
      robocache::padded_source(
          tensor_view<const float, 3>(reinterpret_cast<const float*>(4096), {batch, 9, channels}),
          tensor_view<const double, 2>(reinterpret_cast<const double*>(4096), {batch, 9})),
      tensor_view<const double, 2>(reinterpret_cast<const double*>(4096), {batch, rows}),
      tensor_view<float, 3>(reinterpret_cast<float*>(output_address), {batch, rows, channels}), {},
      {});
}

}  // namespace

TEST_CASE("a tiling covers each channel of each row once", "[tiling]") {
  for (const std::int64_t batch : {1, 2, 7}) {
    for (const std::int64_t rows : {1, 2, 31, 32, 33, 100}) {
      for (const std::int64_t channels : {0, 1, 3, 8, 40, 128, 513, 700}) {
        for (const std::int64_t warps : {1, 40, 1056}) {
          for (const int widest : {2, 4, 8}) {
            for (int width = widest; width >= 1; width /= 2) {
              if (width > channels && width > 1) continue;
              check_covers({batch, rows, channels, width, widest, warps, false});
            }
            // With channel groups the width may exceed the channels.
            check_covers({batch, rows, channels, widest, widest, warps, true});
          }
        }
      }
    }
  }
}

TEST_CASE("long rows and many rows are cut without gaps", "[tiling]") {
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  for (const std::int64_t channels : {std::int64_t{4096}, std::int64_t{1000003}, most - 7, most}) {
    for (const int width : {1, 4}) {
      for (const std::int64_t warps : {std::int64_t{1}, std::int64_t{1056}, std::int64_t{100000}}) {
        const row_tiling tiling = cut({1, 1, channels, width, 4, warps, false});
        REQUIRE(tiling.tiles() == 1);
        std::int64_t end = 0;
        for (std::uint32_t column = 0; column < tiling.columns(); ++column) {
          const row_tile tile = tiling.tile(0, column);
          REQUIRE(tile.first_channel == end);
          REQUIRE(tile.channels > 0);
          REQUIRE(tile.reports == (column == 0));
          end += tile.channels;
        }
        CHECK(end == channels);
      }
    }
  }
  const row_tiling many = cut({2, most / 2, 1, 1, 4, 1056, false});
  const row_tile last = many[static_cast<std::uint32_t>(many.size() - 1)];
  CHECK(last.item == 1);
  CHECK(last.first_row + std::int64_t{last.rows} == most / 2);
}

TEST_CASE("no rows have no tiles, too many have none either", "[tiling]") {
  CHECK(cut({0, 5, 3, 1, 4, 1056, false}).size() == 0);
  CHECK(cut({5, 0, 3, 1, 4, 1056, false}).size() == 0);
  CHECK(cut({5, 0, 3, 1, 4, 1056, true}).size() == 0);
  CHECK(cut({5, 4, 0, 1, 4, 1056, false}).size() == 20);  // statuses are written
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  CHECK(cut({most, most, 1, 1, 4, 1056, false}).size() == 0);
  CHECK(cut({most, 1, 100000, 4, 4, 1056, false}).tiles() == static_cast<std::uint32_t>(most));
  CHECK(robocache::tiling_of(call_of(0, 4, 3, 4096)).size() == 0);
  CHECK(robocache::tiling_of(call_of(4, 0, 3, 4096)).size() == 0);
}

TEST_CASE("the width is what every row's address allows", "[tiling]") {
  CHECK(robocache::tiling_of(call_of(3, 5, 8, 4096)).width() == 4);
  CHECK(robocache::tiling_of(call_of(3, 5, 8, 4096 + 8)).width() == 2);
  CHECK(robocache::tiling_of(call_of(3, 5, 8, 4096 + 4)).width() == 1);
  CHECK(robocache::tiling_of(call_of(3, 5, 6, 4096)).width() == 2);
  CHECK(robocache::tiling_of(call_of(3, 5, 7, 4096)).width() == 1);
  CHECK(robocache::tiling_of(call_of(3, 5, 2, 4096)).width() == 2);
}
