// SPDX-License-Identifier: Apache-2.0
#include "own_rows.hpp"

#include "../fuse/series.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

// The collectives of `resample` by groups of all kinds: on any tiles the bits of the launchers, and
// nothing written beside them.

using namespace robocache_test;

namespace {

std::size_t at(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

const char* name_of(rows_group group) {
  constexpr const char* names[] = {"one thread",        "tile of 8",      "tile of 32",
                                   "tile of 32, tiled", "warp",           "warp, tiled",
                                   "block of 96",       "one thread, to", "block of 96, to"};
  return names[static_cast<int>(group)];
}

/// Knows tiles of a `row_tiling` only.
bool is_tiled(rows_group group) {
  return group == rows_group::warp_tiled || group == rows_group::tile32_tiled;
}

/// Tiles of at most `rows` rows and `channels` channels that cover a call.
std::vector<row_tile> cut(std::int64_t batch, std::int64_t rows_of_item,
                          std::int64_t channels_of_row, std::int64_t rows, std::int64_t channels,
                          int width) {
  std::vector<row_tile> tiles;
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t t = 0; t < rows_of_item; t += rows) {
      std::int64_t d = 0;
      do {
        row_tile tile;
        tile.item = static_cast<std::uint32_t>(b);
        tile.first_row = static_cast<std::uint32_t>(t);
        tile.rows = static_cast<std::int32_t>(std::min(rows, rows_of_item - t));
        tile.first_channel = static_cast<std::int32_t>(d);
        tile.channels = static_cast<std::int32_t>(std::min(channels, channels_of_row - d));
        tile.width = width;
        tile.reports = d == 0;
        tiles.push_back(tile);
        d += channels;
      } while (d < channels_of_row);
    }
  }
  return tiles;
}

/// One of several ways to cut a call.
struct cutting {
  std::string name;
  std::vector<row_tile> tiles;
  bool tiled;  ///< they are a `row_tiling`'s
};

std::vector<cutting> cuttings_of(const std::vector<row_tile>& tiling, std::int64_t batch,
                                 std::int64_t rows, std::int64_t channels, bool whole_rows) {
  std::vector<cutting> result{{"the tiling", tiling, true}};
  const int width = tiling.front().width;
  for (const std::int64_t most : {std::int64_t{1}, std::int64_t{7}, std::int64_t{32}, rows}) {
    const std::string name = std::to_string(most) + " rows";
    result.push_back({name, cut(batch, rows, channels, most, channels, width), false});
    if (whole_rows || channels == 1) continue;
    // Parts from anywhere, so one element at a time may be all that is aligned.
    const std::int64_t part = channels < 8 ? 1 : channels / 2 + 3;
    result.push_back({name + ", parts", cut(batch, rows, channels, most, part, 1), false});
  }
  return result;
}

/// Every other tile, more or less.
std::vector<row_tile> some_of(random_source& random, const std::vector<row_tile>& tiles) {
  std::vector<row_tile> some;
  for (const row_tile& tile : tiles) {
    if (random.chance(0.5)) some.push_back(tile);
  }
  return some;
}

/// Which elements and which reports tiles cover.
struct coverage {
  std::vector<bool> elements, reports;

  coverage(const std::vector<row_tile>& tiles, std::int64_t batch, std::int64_t rows,
           std::int64_t channels)
      : elements(at(batch * rows * channels), false), reports(at(batch * rows), false) {
    for (const row_tile& tile : tiles) {
      for (std::int64_t t = 0; t < tile.rows; ++t) {
        const std::int64_t row = tile.item * rows + tile.first_row + t;
        if (tile.reports) reports[at(row)] = true;
        for (std::int64_t d = 0; d < tile.channels; ++d) {
          elements[at(row * channels + tile.first_channel + d)] = true;
        }
      }
    }
  }
};

/// What is expected of one stream, and the problem in memory, to be run by tiles.
class tried_rows {
 public:
  tried_rows(const own_row_operations& own, const fuse_problem& work, const fuse_setup& how)
      : own_(own),
        work_(work),
        expected_(run_resample(tested(), work, 0)),
        ready_(tested(), work, how),
        channels_(work.streams[0].channels) {
    REQUIRE(std::string(expected_.status.message()) == "");
  }

  void check_all(random_source& random, bool whole_rows) {
    const std::vector<row_tile> tiling = own_.tiles(ready_.call);
    REQUIRE(!tiling.empty());
    for (const cutting& way :
         cuttings_of(tiling, work_.batch(), work_.rows(), channels_, whole_rows)) {
      for (const rows_group group : rows_groups()) {
        if (is_tiled(group) && !way.tiled) continue;
        INFO(name_of(group) << ", " << way.name);
        check(way.tiles, group);
        check(some_of(random, way.tiles), group);
      }
    }
  }

 private:
  void check(const std::vector<row_tile>& tiles, rows_group group) {
    ready_.spoil_outputs();
    const fuse_outcome got = ready_.collect(own_.rows(ready_.call, tiles, group, tested().where()));
    REQUIRE(std::string(got.status.message()) == "");
    CHECK(got.padding_intact);
    const std::int64_t rows = work_.rows();
    const coverage covered(tiles, work_.batch(), rows, channels_);
    std::int64_t wrong = 0;
    std::int64_t beside = 0;
    for (std::int64_t row = 0; row < work_.batch() * rows; ++row) {
      const std::int64_t b = row / rows;
      const std::int64_t t = row % rows;
      for (std::int64_t d = 0; d < channels_; ++d) {
        const std::size_t i = at(row * channels_ + d);
        if (covered.elements[i]) {
          wrong += got.outputs[0][i] == expected_.outputs[0][i] ? 0 : 1;
        } else {
          beside += ready_.outputs[0].is_canary({b, t, d}) ? 0 : 1;
        }
      }
      if (got.statuses.empty()) continue;
      if (covered.reports[at(row)]) {
        wrong += got.statuses[at(row)] == expected_.statuses[at(row)] ? 0 : 1;
      } else {
        beside += ready_.statuses.is_canary({b, t, 0}) ? 0 : 1;
      }
    }
    CHECK(wrong == 0);
    CHECK(beside == 0);
  }

  const own_row_operations& own_;
  const fuse_problem& work_;
  fuse_outcome expected_;
  prepared_fuse ready_;
  std::int64_t channels_;
};

/// What kind of call.
struct rows_shape {
  const char* name;
  batch_form form = batch_form::padded;
  bool affine = false;
  bool groups = false;
  bool windowed = false;
  bool scattered = false;  ///< any strides
  bool with_statuses = true;
};

fuse_problem one_stream(random_source& random, const combination& types, const rows_shape& shape,
                        std::int64_t channels) {
  random_shape one;
  one.batch = 3;
  one.samples = 70;
  one.rows = shape.windowed ? 15 : 45;
  one.channels = channels;
  one.ragged = shape.form != batch_form::padded;
  one.affine = shape.affine;
  one.epoch = 0;
  const problem alone = random_problem(random, types, one);
  fuse_problem work;
  work.time = types.time;
  work.out = types.out;
  work.targets = alone.targets;
  work.windowed = shape.windowed;
  if (shape.windowed) work.deltas = {-7, 0, 12};
  fuse_stream stream;
  stream.in = types.in;
  stream.channels = channels;
  stream.items = alone.items;
  stream.policy = alone.policy;
  stream.scale = alone.scale;
  stream.shift = alone.shift;
  stream.layout.form = shape.form;
  if (shape.groups) stream.groups = random_groups(random, channels);
  if (shape.scattered) stream.layout.values = random_placement(random, 3);
  work.streams = {stream};
  return work;
}

fuse_setup setup_of(random_source& random, const rows_shape& shape) {
  fuse_setup how;
  how.with_ages = false;
  how.with_statuses = shape.with_statuses;
  if (shape.scattered) {
    how.output = random_placement(random, 3);
    how.statuses = random_placement(random, 3);
  }
  return how;
}

}  // namespace

TEST_CASE("resample_rows by any group and on any tiles gives the launcher's bits", "[own]") {
  rows_shape plain{"plain"};
  rows_shape normalized{"normalized"};
  normalized.affine = true;
  rows_shape lengths{"lengths, no statuses"};
  lengths.form = batch_form::padded_lengths;
  lengths.with_statuses = false;
  rows_shape packed{"packed, normalized"};
  packed.form = batch_form::packed;
  packed.affine = true;
  rows_shape windows{"windows"};
  windows.windowed = true;
  rows_shape scattered{"any strides"};
  scattered.scattered = true;
  rows_shape groups{"groups"};
  groups.groups = true;
  rows_shape all{"groups, packed, windows, normalized"};
  all.form = batch_form::packed;
  all.affine = all.groups = all.windowed = true;
  for (const own_row_operations& own : own_rows()) {
    random_source random(601);
    for (const rows_shape& shape :
         {plain, normalized, lengths, packed, windows, scattered, groups, all}) {
      if (shape.groups && !own.grouped) continue;
      for (const std::int64_t channels : {1, 3, 40, 700}) {
        INFO(robocache_test::name_of(own.types.in)
             << ", " << robocache_test::name_of(own.types.time) << ", " << shape.name << ", "
             << channels << " channels");
        const fuse_problem work = one_stream(random, own.types, shape, channels);
        tried_rows tried(own, work, setup_of(random, shape));
        tried.check_all(random, !work.streams[0].groups.empty());
      }
    }
  }
}

TEST_CASE("rows without channels have a status", "[own]") {
  for (const own_row_operations& own : own_rows()) {
    random_source random(602);
    rows_shape shape{"no channels"};
    shape.form = batch_form::padded_lengths;
    const fuse_problem work = one_stream(random, own.types, shape, 0);
    tried_rows tried(own, work, setup_of(random, shape));
    tried.check_all(random, false);
  }
}

TEST_CASE("store_brackets and the rows of stored brackets give the launchers' bits", "[own]") {
  std::size_t compiled = 0;
  for (const own_row_operations& own : own_rows()) {
    if (own.find == nullptr) continue;
    ++compiled;
    random_source random(603);
    for (const batch_form form :
         {batch_form::padded, batch_form::padded_lengths, batch_form::packed}) {
      for (const std::int64_t channels : {1, 3, 40, 700}) {
        random_shape shape;
        shape.batch = 3;
        shape.samples = 70;
        shape.rows = 45;
        shape.channels = channels;
        shape.ragged = form != batch_form::padded;
        shape.affine = channels == 3 || channels == 700;
        const problem work = random_problem(random, own.types, shape);
        setup how;
        how.path = call_path::brackets;
        how.form = form;
        const outcome expected = run(tested(), work, how);
        REQUIRE(std::string(expected.status.message()) == "");
        prepared ready(tested(), work, how);
        for (const cutting& way :
             cuttings_of(own.apply_tiles(ready.call), 3, 45, channels, false)) {
          for (const rows_group group : rows_groups()) {
            if (is_tiled(group) && !way.tiled) continue;
            INFO(name_of(group) << ", " << way.name << ", form " << static_cast<int>(form) << ", "
                                << channels << " channels");
            for (guarded<2>* each : {&ready.statuses, &ready.left, &ready.right, &ready.weight}) {
              each->spoil();
            }
            ready.output.spoil();
            // Parts of a row would find its bracket once each.
            const std::vector<row_tile> rows = cut(3, 45, 1, way.tiles.front().rows, 1, 1);
            const robocache::status found = own.find(ready.call, rows, group, tested().where());
            REQUIRE(std::string(found.message()) == "");
            const outcome brackets = ready.collect(found);
            CHECK(brackets.padding_intact);
            CHECK(ready.output.untouched());
            CHECK(brackets.left == expected.left);
            CHECK(brackets.right == expected.right);
            CHECK(brackets.weight == expected.weight);
            CHECK(brackets.statuses == expected.statuses);
            const outcome applied =
                ready.collect(own.apply(ready.call, way.tiles, group, tested().where()));
            REQUIRE(std::string(applied.status.message()) == "");
            CHECK(applied.padding_intact);
            CHECK(same_results(applied, expected));
          }
        }
      }
    }
  }
  CHECK(compiled > 0);
}
