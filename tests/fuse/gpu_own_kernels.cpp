// SPDX-License-Identifier: Apache-2.0
#include "own_kernels.hpp"
#include "series.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

// `fuse_rows` in a kernel of users: the launcher's bits, and nothing written beside the tiles.

using namespace robocache_test;

namespace {

std::size_t at(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

/// For each stream which channels of which rows, and which reports, tiles cover.
class coverage {
 public:
  coverage(const fuse_problem& work, const std::vector<fused_tile>& tiles, std::uint32_t first,
           std::uint32_t step)
      : rows_(work.rows()) {
    for (const fuse_stream& stream : work.streams) {
      channels_.push_back(stream.channels);
      elements_.emplace_back(at(work.batch() * rows_ * stream.channels), false);
      reports_.emplace_back(at(work.batch() * rows_), false);
    }
    for (std::size_t i = first; i < tiles.size(); i += step) mark(tiles[i]);
  }

  bool element(std::size_t n, std::int64_t b, std::int64_t t, std::int64_t d) const {
    return elements_[n][at((b * rows_ + t) * channels_[n] + d)];
  }
  bool report(std::size_t n, std::int64_t b, std::int64_t t) const {
    return reports_[n][at(b * rows_ + t)];
  }

 private:
  void mark(const fused_tile& tile) {
    const auto n = static_cast<std::size_t>(tile.stream);
    for (std::int64_t r = 0; r < tile.rows.rows; ++r) {
      const std::int64_t row = tile.rows.item * rows_ + tile.rows.first_row + r;
      if (tile.rows.reports) reports_[n][at(row)] = true;
      for (std::int64_t d = 0; d < tile.rows.channels; ++d) {
        elements_[n][at(row * channels_[n] + tile.rows.first_channel + d)] = true;
      }
    }
  }

  std::int64_t rows_;
  std::vector<std::int64_t> channels_;
  std::vector<std::vector<bool>> elements_, reports_;
};

void check_tiles(const fuse_problem& work, const fuse_outcome& expected, prepared_fuse& ready,
                 const own_fusion& how, std::uint32_t first, std::uint32_t step) {
  ready.spoil_outputs();
  const fuse_outcome got = ready.collect(own_fuse(ready.call, how, first, step, tested().where()));
  REQUIRE(std::string(got.status.message()) == "");
  CHECK(got.padding_intact);
  const std::vector<fused_tile> tiles = own_fuse_tiles(ready.call, how);
  REQUIRE(!tiles.empty());
  const coverage covered(work, tiles, first, step);
  const std::vector<std::int64_t> columns = work.columns();
  std::int64_t wrong = 0;
  std::int64_t beside = 0;
  for (std::size_t n = 0; n < work.streams.size(); ++n) {
    const std::int64_t channels = work.streams[n].channels;
    const auto number = static_cast<std::int64_t>(n);
    const auto streams = static_cast<std::int64_t>(work.streams.size());
    for (std::int64_t row = 0; row < work.batch() * work.rows(); ++row) {
      const std::int64_t b = row / work.rows();
      const std::int64_t t = row % work.rows();
      for (std::int64_t d = 0; d < channels; ++d) {
        const std::size_t i = at(row * channels + d);
        if (covered.element(n, b, t, d)) {
          wrong += got.outputs[n][i] == expected.outputs[n][i] ? 0 : 1;
        } else {
          beside += ready.outputs[0].is_canary({b, t, columns[n] + d}) ? 0 : 1;
        }
      }
      const std::size_t i = at(row * streams + number);
      if (covered.report(n, b, t)) {
        wrong += got.statuses[i] == expected.statuses[i] && got.ages[i] == expected.ages[i] ? 0 : 1;
      } else {
        beside += ready.statuses.is_canary({b, t, number}) ? 0 : 1;
        beside += ready.ages.is_canary({b, t, number}) ? 0 : 1;
      }
    }
  }
  CHECK(wrong == 0);
  CHECK(beside == 0);
}

}  // namespace

TEST_CASE("fuse_rows in a kernel of users gives the launcher's bits", "[gpu][own]") {
  random_source random(341);
  const fuse_types types = own_fuse_types();
  for (int i = 0; i < 24; ++i) {
    random_fuse_shape shape;
    shape.streams = i % 3 == 0 ? random.between(5, 11) : random.between(1, 4);
    shape.batch = random.between(1, 3);
    shape.samples = 60;
    shape.rows = random.between(1, 90);
    shape.channels = i % 4 == 0 ? 300 : 20;
    shape.groups = shape.affine = i % 2 == 0;
    const fuse_problem work = random_fuse_problem(random, types, shape);
    fuse_setup setup;
    if (random.chance(0.3)) setup.output = random_placement(random, 3);
    const fuse_outcome expected = run(tested(), work, setup);
    REQUIRE(std::string(expected.status.message()) == "");
    prepared_fuse ready(tested(), work, setup);
    for (const bool many : {false, true}) {
      if (!many && shape.streams > robocache::few_streams) continue;
      for (const bool grouped : {false, true}) {
        // The code for groups is right for streams without any.
        if (!grouped && shape.groups) continue;
        for (const bool cooperative : {false, true}) {
          INFO("number " << i << ", many " << many << ", grouped " << grouped << ", cooperative "
                         << cooperative);
          const own_fusion how{many, grouped, cooperative};
          check_tiles(work, expected, ready, how, 0, 1);
          check_tiles(work, expected, ready, how, 1, 2);
        }
      }
    }
  }
}
