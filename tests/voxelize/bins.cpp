// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize/cuda/bins.hpp>

#include "../support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

// How a call on a stream is cut up. Plain arithmetic, so it is tested without a device.

using namespace robocache::detail;

TEST_CASE("a workspace for many points does for fewer", "[voxel][bins]") {
  const std::vector<std::int64_t> grids = {1,
                                           31,
                                           4096,
                                           16416,
                                           262144,
                                           640000,
                                           2000 * 2000,
                                           (1 << 24) - 1,
                                           1 << 24,
                                           (1 << 24) + 33,
                                           std::int64_t{1} << 33};
  for (const std::int64_t cells : grids) {
    for (const bool features : {false, true}) {
      std::size_t before = 0;
      std::int64_t previous = 0;
      const auto look = [&](std::int64_t points) {
        const std::size_t bytes = features ? bin_workspace_bytes(points, cells, 24)
                                           : std::max(bin_workspace_bytes(points, cells, 0),
                                                      scan_workspace_bytes(points, cells));
        INFO(cells << " voxels, " << previous << " and " << points << " points, features "
                   << features);
        REQUIRE(bytes >= before);
        before = bytes;
        previous = points;
      };
      // Where another bin, tile or slot begins, and next to it.
      for (std::int64_t n = 0; n < 20'000'000; n += 2048) {
        for (const std::int64_t more : {0, 1, 2047}) look(n + more);
      }
      look(0x7fffffff);
    }
  }
}

TEST_CASE("the workspace is enough for a scan of fewer points", "[voxel][bins]") {
  for (const std::int64_t cells : {200000, 200001, 262144, 2097152, 12000000, 1 << 26}) {
    for (const std::int64_t most : {200000, 200001, 262145, 1000000, 70000000, 0x7fffffff}) {
      const std::size_t bytes = scan_workspace_bytes(most, cells);
      for (std::int64_t n = std::min(most, cells); n > 0; n -= 1 + n / 7) {
        INFO(n << " of at most " << most << " points in " << cells << " voxels");
        for (const bool accumulate : {false, true}) {
          if (!adds_directly(n, cells, accumulate) || !lists_scan(n, cells)) continue;
          REQUIRE(lay_out_scan(nullptr, n).bytes <= bytes);
        }
      }
    }
  }
}

TEST_CASE("an entry of a scan holds the last voxel and all lanes of a warp", "[voxel][bins]") {
  const std::uint32_t last = (1u << 26) - 1;
  STATIC_REQUIRE(voxel_of_entry(scan_entry(last, 32)) == last);
  STATIC_REQUIRE(points_of_entry(scan_entry(last, 32)) == 32);
  REQUIRE(lists_scan(1000000, std::int64_t{last} + 1));
  REQUIRE_FALSE(lists_scan(1000000, std::int64_t{last} + 2));
}

TEST_CASE("every voxel has one place in one bin", "[voxel][bins]") {
  for (const std::int64_t cells : {1, 31, 32, 33, 4096, 20000, 1234567, 1 << 24}) {
    for (const std::int64_t points : {0, 3000000, 2000000000}) {
      const bin_shape shape = choose_bins(points, cells, true);
      INFO(cells << " voxels, " << points << " points: " << shape.bins << " bins");
      REQUIRE(shape.bins >= 1);
      REQUIRE(shape.bins <= most_bins<true>);
      REQUIRE(shape.size <= 1 << most_shift<true>);
      REQUIRE(std::int64_t{shape.bins} * shape.size >= cells);
      const voxel_spread spread(shape.bins);
      std::int64_t wrong = 0;
      for (std::uint32_t number = 0; number < cells; ++number) {
        const std::uint32_t place = spread.to_bin(number);
        const std::uint32_t bin = place >> most_shift<true>;
        const std::uint32_t local = place & ((1u << most_shift<true>)-1u);
        wrong += bin >= static_cast<std::uint32_t>(shape.bins) ||
                 local >= static_cast<std::uint32_t>(shape.size) ||
                 spread.to_number(bin, local) != number;
      }
      REQUIRE(wrong == 0);
      // What is in no voxel has a number that no voxel has.
      std::int64_t taken = 0;
      for (std::int32_t bin = 0; bin < shape.bins; ++bin) {
        for (std::int32_t local = 0; local < shape.size; ++local) {
          taken += spread.to_number(static_cast<std::uint32_t>(bin),
                                    static_cast<std::uint32_t>(local)) < cells;
        }
      }
      REQUIRE(taken == cells);
    }
  }
}

TEST_CASE("what is dense in a scene is spread over the bins", "[voxel][bins]") {
  // The ground of 512 x 512 x 40 voxels, and a wall in each direction.
  constexpr std::uint32_t nx = 512;
  constexpr std::uint32_t ny = 512;
  constexpr std::uint32_t nz = 40;
  const bin_shape shape = choose_bins(1000000, nx * ny * nz, true);
  const voxel_spread spread(shape.bins);
  const auto most = [&](const auto& is_dense) {
    std::vector<int> groups(static_cast<std::size_t>(shape.bins));
    for (std::uint32_t number = 0; number < nx * ny * nz; number += 32) {
      if (is_dense(number % nx, number / nx % ny, number / nx / ny)) {
        ++groups[spread.to_bin(number) >> most_shift<true>];
      }
    }
    return *std::max_element(groups.begin(), groups.end());
  };
  CHECK(most([](auto, auto, auto z) { return z == 1; }) <= 4);        // 8192 groups, 2560 bins
  CHECK(most([](auto x, auto, auto) { return x / 32 == 3; }) <= 24);  // 20480
  CHECK(most([](auto, auto y, auto) { return y == 100; }) <= 8);      // 640
}

TEST_CASE("a call whose results go to a sink has no output that narrows its accesses",
          "[voxel][bins]") {
  alignas(16) static const float values[4 * 4] = {};
  robocache::voxelize_call<robocache::reducers::mean, float, float, float> call{};
  call.grid = {{0, 0, 0}, {1, 1, 1}, {5, 3, 2}};
  call.points = robocache::points_of(robocache::tensor_view<const float, 2>(values, {4, 3}));
  call.features = robocache::features_of(robocache::tensor_view<const float, 2>(values, {4, 4}));
  CHECK(robocache::binned_call(call).voxels.width == 4);
  CHECK(robocache::binned_call(call).voxels.vectors == 1);
  static float output[5 * 3 * 2 * 5] = {};
  call.output = robocache::tensor_view<float, 4>(output, {2, 3, 5, 4}, {75, 25, 5, 1});
  CHECK(robocache::binned_call(call).voxels.width == 1);  // rows of five
}
