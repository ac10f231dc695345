// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../reference/voxel_reference.hpp"
#include "../support/random_problem.hpp"
#include "raw_voxels.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <vector>

// Grids of more than 2^24 voxels, which a call works through in several rounds, and as many points
// in one voxel.

using namespace robocache_test;
using robocache::reduction;

namespace {

constexpr any_grid large{{-15, -15, -2}, {0.1, 0.1, 0.02}, {300, 300, 200}};  // 18,000,000

std::vector<float> points_in_clusters(std::int64_t size) {
  random_source random(601);
  std::vector<float> points;
  for (std::int64_t i = 0; i < size; ++i) {
    const bool crowd = random.chance(0.3);  // some voxels of several points
    points.push_back(static_cast<float>(crowd ? 1.23 : random.unit() * 31 - 15.5));
    points.push_back(static_cast<float>(crowd ? -2.34 : random.unit() * 31 - 15.5));
    points.push_back(static_cast<float>(random.unit() * 4.4 - 2.2));
  }
  return points;
}

/// The points of each voxel that has some.
std::map<std::int64_t, std::vector<std::int64_t>> sorted_by_voxel(
    const std::vector<float>& points) {
  std::map<std::int64_t, std::vector<std::int64_t>> lists;
  for (std::size_t i = 0; i < points.size() / 3; ++i) {
    std::uint64_t bits[3] = {};
    for (std::size_t k = 0; k < 3; ++k) std::memcpy(&bits[k], &points[3 * i + k], 4);
    const reference_cell cell = cell_reference(scalar_kind::f32, bits, large, {});
    if (cell.is != reference_cell::fate::inside) continue;
    lists[(cell.z * large.extents[1] + cell.y) * large.extents[0] + cell.x].push_back(
        static_cast<std::int64_t>(i));
  }
  return lists;
}

}  // namespace

TEST_CASE("a grid of several slabs: counts and bits", "[voxel][slabs][heavy]") {
  const std::vector<float> points = points_in_clusters(60000);
  const auto lists = sorted_by_voxel(points);
  const raw_memory cloud(points.size() * 4);
  upload(cloud, points);
  for (const reduction r : {reduction::count, reduction::occupancy_bits, reduction::occupancy}) {
    const voxel_types types{scalar_kind::f32, r};
    if (find(tested_voxel(), types) == nullptr) continue;
    const bool words = r == reduction::occupancy_bits;
    const std::int64_t elements = words ? 200 * 300 * 10 : large.cells();
    std::vector<unsigned char> got(static_cast<std::size_t>(elements) * output_bytes(types), 0xee);
    const raw_memory output(got.size());
    upload(output, got);
    const raw_memory counters(32);
    any_voxel_call call = raw_call(types, large, cloud.get(),
                                   static_cast<std::int64_t>(points.size() / 3), output.get());
    call.counters = static_cast<robocache::voxel_counters*>(counters.get());
    run_raw(types, call);
    download(got, output);
    std::uint64_t used = 0;
    tested().download(&used, counters.get(), 8);

    std::vector<unsigned char> expected(got.size());
    std::uint64_t inside = 0;
    for (const auto& [voxel, list] : lists) {
      inside += list.size();
      const std::int64_t x = voxel % 300;
      const std::int64_t element = words ? voxel / 300 * 10 + x / 32 : voxel;
      unsigned char* const at = &expected[static_cast<std::size_t>(element) * output_bytes(types)];
      if (r == reduction::occupancy) {
        *at = 1;
        continue;
      }
      std::uint32_t word = 0;
      std::memcpy(&word, at, 4);
      word = words ? word | (1u << (x % 32)) : static_cast<std::uint32_t>(list.size());
      std::memcpy(at, &word, 4);
    }
    CHECK(used == inside);
    CHECK((got == expected));
  }
}

TEST_CASE("a grid of several slabs: means, dense and transposed", "[voxel][slabs][heavy]") {
  const voxel_types types{scalar_kind::f32, reduction::mean};
  const std::vector<float> points = points_in_clusters(40000);
  const auto lists = sorted_by_voxel(points);
  random_source random(602);
  std::vector<float> features;
  for (std::size_t i = 0; i < points.size() / 3; ++i) {
    features.push_back(static_cast<float>(random.unit() * 200 - 100));
  }
  const raw_memory cloud(points.size() * 4);
  const raw_memory values(features.size() * 4);
  upload(cloud, points);
  upload(values, features);
  const auto cells = static_cast<std::size_t>(large.cells());
  std::vector<std::uint32_t> got(cells);
  const raw_memory output(4 * cells);
  const raw_memory counts(4 * cells);
  for (const bool transposed : {false, true}) {
    std::fill(got.begin(), got.end(), 0xeeeeeeeeu);
    upload(output, got);
    upload(counts, got);
    any_voxel_call call = raw_call(types, large, cloud.get(),
                                   static_cast<std::int64_t>(features.size()), output.get());
    if (transposed) {  // [x, y, z] in memory
      call.output.strides[2] = 200 * 300;
      call.output.strides[1] = 200;
      call.output.strides[0] = 1;
    }
    call.features = {values.get(), call.points.size, 1, 4, 4};
    call.counts = {counts.get(), {200, 300, 300}, {300 * 300, 300, 1}};
    run_raw(types, call);

    std::size_t wrong = 0;
    download(got, output);
    std::size_t filled = 0;
    for (std::size_t i = 0; i < cells; ++i) filled += got[i] != 0;
    for (const auto& [voxel, list] : lists) {
      std::vector<std::uint64_t> bits;
      for (const std::int64_t i : list) {
        bits.push_back(encode(scalar_kind::f32, features[static_cast<std::size_t>(i)]));
      }
      const value_range range = reduce_reference(types, bits, {}, {});
      const std::int64_t x = voxel % 300;
      const std::int64_t y = voxel / 300 % 300;
      const std::int64_t z = voxel / 90000;
      const std::int64_t at = transposed ? (x * 300 + y) * 200 + z : voxel;
      const double value = decode(scalar_kind::f32, got[static_cast<std::size_t>(at)]);
      wrong += !(decode(scalar_kind::f32, range.low) <= value &&
                 value <= decode(scalar_kind::f32, range.high));
    }
    CHECK(wrong == 0);
    CHECK(filled == lists.size());  // no mean of these is zero
    download(got, counts);
    std::size_t counted = 0;
    for (const std::uint32_t n : got) counted += n != 0;
    CHECK(counted == lists.size());
    for (const auto& [voxel, list] : lists) {
      wrong += got[static_cast<std::size_t>(voxel)] != list.size();
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("2^24 + 3 points in one voxel are counted exactly", "[voxel][slabs][heavy]") {
  constexpr std::int64_t size = (std::int64_t{1} << 24) + 3;
  const any_grid grid{{0, 0, 0}, {1, 1, 1}, {3, 2, 1}};
  std::vector<float> points(static_cast<std::size_t>(3 * size), 0.5f);
  const raw_memory cloud(points.size() * 4);
  if (cloud.get() == nullptr) return;
  upload(cloud, points);
  const raw_memory output(24);
  const raw_memory counts(24);
  for (const voxel_types types : {voxel_types{scalar_kind::f32, reduction::count},
                                  voxel_types{scalar_kind::f32, reduction::sum},
                                  voxel_types{scalar_kind::f32, reduction::max}}) {
    if (find(tested_voxel(), types) == nullptr) continue;
    any_voxel_call call = raw_call(types, grid, cloud.get(), size, output.get());
    std::vector<std::uint32_t> got(6, 0xeeeeeeeeu);
    upload(output, got);
    if (has_features(types.reduce)) {  // the x of the points as feature
      call.features = {cloud.get(), size, 1, 12, 4};
      call.counts = {counts.get(), {1, 2, 3}, {6, 3, 1}};
    }
    run_raw(types, call);
    if (has_features(types.reduce)) {
      download(got, output);
      const double expected =
          types.reduce == reduction::sum ? 0.5 * static_cast<double>(size) : 0.5;
      CHECK(got[0] == encode(scalar_kind::f32, expected));
      download(got, counts);
    } else {
      download(got, output);
    }
    CHECK(got == std::vector<std::uint32_t>{static_cast<std::uint32_t>(size), 0, 0, 0, 0, 0});
  }
}

TEST_CASE("no channels and no counts: the counters need one slab of 10^18 voxels",
          "[voxel][slabs]") {
  const voxel_types types{scalar_kind::f32, reduction::mean};
  constexpr any_grid huge{{0, 0, 0}, {1, 1, 1}, {1000000, 1000000, 1000000}};
  const std::vector<float> points = {0.5f, 0.5f,          0.5f, 9e5f, 9e5f,     9e5f, -1, 0.5f,
                                     0.5f, std::nanf(""), 0,    0,    999999.5, 0,    0};
  const raw_memory cloud(points.size() * 4);
  upload(cloud, points);
  const raw_memory output(4);
  const raw_memory counters(32);
  any_voxel_call call = raw_call(types, huge, cloud.get(), 5, output.get());
  call.features = {cloud.get(), 5, 0, 12, 4};
  call.output.extents[3] = 0;
  call.counters = static_cast<robocache::voxel_counters*>(counters.get());
  run_raw(types, call);
  robocache::voxel_counters got{};
  tested().download(&got, counters.get(), sizeof(got));
  CHECK(got.used == 3);
  CHECK(got.outside == 1);
  CHECK(got.not_finite == 1);
  CHECK(got.beyond == 0);
}
