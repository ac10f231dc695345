// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/random_voxel_problem.hpp"
#include "../voxelize/raw_voxels.hpp"
#include "lidar_scan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

// Real scans: the voxels they occupy are known, and a grid on any origin, in float and in double,
// finds the same ones but for points on faces.

using namespace robocache_test;
using robocache::reduction;

namespace {

using triple = std::array<std::int64_t, 3>;

bool finite(const lidar_scan& scan, std::int64_t i) {
  return std::isfinite(scan.coordinate(i, 0)) && std::isfinite(scan.coordinate(i, 1)) &&
         std::isfinite(scan.coordinate(i, 2));
}

/// floor(c / size) in double, as the voxels of `known_scan` were counted.
triple plain_cell(const lidar_scan& scan, std::int64_t i, double size) {
  triple cell;
  for (int k = 0; k < 3; ++k) {
    const double quotient = static_cast<double>(scan.coordinate(i, k)) / size;
    cell[static_cast<std::size_t>(k)] = static_cast<std::int64_t>(std::floor(quotient));
  }
  return cell;
}

/// Tiles of this many voxels along each axis: the outdoor scan's box has 10^10 of 0.1 m.
constexpr std::int64_t tile_extent = 512;

std::int64_t tile_of(std::int64_t cell) {
  return (cell >= 0 ? cell : cell - tile_extent + 1) / tile_extent;
}

/// The scan in the memory of the back end: records of float as they are, or [N, 3] of double.
struct stored_scan {
  std::vector<unsigned char> bytes;
  raw_memory memory;
  any_points points;

  stored_scan(const lidar_scan& scan, scalar_kind kind)
      : bytes(bytes_of(scan, kind)), memory(bytes.size()) {
    upload(memory, bytes);
    points = {memory.get(), scan.size,
              scan.step,    {scan.offsets[0], scan.offsets[1], scan.offsets[2]},
              nullptr,      3};
    if (kind == scalar_kind::f64) points = {memory.get(), scan.size, 24, {0, 8, 16}, nullptr, 3};
  }

  static std::vector<unsigned char> bytes_of(const lidar_scan& scan, scalar_kind kind) {
    if (kind == scalar_kind::f32) return scan.bytes;
    std::vector<unsigned char> doubles(static_cast<std::size_t>(24 * scan.size));
    for (std::int64_t i = 0; i < 3 * scan.size; ++i) {
      const double c = scan.coordinate(i / 3, static_cast<int>(i % 3));
      std::memcpy(&doubles[static_cast<std::size_t>(8 * i)], &c, 8);
    }
    return doubles;
  }
};

std::int64_t ones(const std::vector<std::uint32_t>& words) {
  std::int64_t sum = 0;
  for (std::uint32_t word : words) {
    for (; word != 0; word &= word - 1) ++sum;
  }
  return sum;
}

/// Voxels that a scan occupies, tile by tile.
struct occupied {
  std::int64_t voxels = 0;       ///< by the library
  std::int64_t reference = 0;    ///< by the reference, on the same grids
  std::uint64_t used = 0;        ///< points in some tile
  std::uint64_t not_finite = 0;  ///< as the first tile's counters have it
  std::int64_t moved = 0;        ///< points in another voxel than that of `plain_cell`
  std::int64_t off_face = 0;     ///< those of them that are not on a face
};

/// \param near  finite points in the tile or next to it
void add_tile(const lidar_scan& scan, const stored_scan& stored, scalar_kind kind, double size,
              const triple& tile, const std::vector<std::int64_t>& near, occupied& all) {
  // Bits are smaller, but not compiled for all back ends and types.
  const bool bits = find(tested_voxel(), {kind, reduction::occupancy_bits}) != nullptr;
  const voxel_types types{kind, bits ? reduction::occupancy_bits : reduction::count};
  any_grid grid;
  for (std::size_t k = 0; k < 3; ++k) {
    grid.origin[k] = static_cast<double>(tile[k] * tile_extent) * size;
    grid.voxel_size[k] = size;
    grid.extents[k] = tile_extent;
  }
  // No taller than the scan.
  grid.extents[2] = 1;
  for (const std::int64_t i : near) {
    const std::int64_t z = plain_cell(scan, i, size)[2] - tile[2] * tile_extent;
    grid.extents[2] = std::max(grid.extents[2], std::min(z + 2, tile_extent));
  }

  const std::int64_t row = bits ? tile_extent / 32 : tile_extent;
  std::vector<std::uint32_t> got(static_cast<std::size_t>(grid.extents[2] * tile_extent * row));
  const raw_memory output(got.size() * 4);
  const raw_memory counters(32);
  any_voxel_call call = raw_call(types, grid, stored.memory.get(), scan.size, output.get());
  call.points = stored.points;
  call.counters = static_cast<robocache::voxel_counters*>(counters.get());
  run_raw(types, call, 1);  // so many calls that threads would only get in each other's way
  download(got, output);
  std::vector<std::uint64_t> fates(4);
  download(fates, counters);

  std::set<std::int64_t> cells;
  std::uint64_t inside = 0;
  for (const std::int64_t i : near) {
    std::uint64_t point[3];
    for (int k = 0; k < 3; ++k) point[k] = encode(kind, scan.coordinate(i, k));
    const reference_cell cell = cell_reference(kind, point, grid, {});
    if (cell.is != reference_cell::fate::inside) continue;
    ++inside;
    cells.insert((cell.z * tile_extent + cell.y) * tile_extent + cell.x);
    const triple plain = plain_cell(scan, i, size);
    const std::int64_t found[3] = {cell.x, cell.y, cell.z};
    for (std::size_t k = 0; k < 3; ++k) {
      if (tile[k] * tile_extent + found[k] == plain[k]) continue;
      ++all.moved;
      const double c = scan.coordinate(i, static_cast<int>(k));
      const double face = std::round(c / size) * size;
      const double unit = kind == scalar_kind::f32 ? 0x1p-22 : 0x1p-50;
      if (std::fabs(c - face) > unit * (std::fabs(c) + std::fabs(grid.origin[k]) + size))
        ++all.off_face;
      break;
    }
  }
  CHECK(fates[0] == inside);
  CHECK(fates[0] + fates[1] + fates[2] == static_cast<std::uint64_t>(scan.size));
  all.voxels += bits
                    ? ones(got)
                    : std::count_if(got.begin(), got.end(), [](std::uint32_t n) { return n != 0; });
  all.reference += static_cast<std::int64_t>(cells.size());
  all.used += fates[0];
  all.not_finite = fates[2];
}

occupied occupied_by(const lidar_scan& scan, scalar_kind kind, double size) {
  std::map<triple, std::vector<std::int64_t>> tiles;
  for (std::int64_t i = 0; i < scan.size; ++i) {
    if (!finite(scan, i)) continue;
    triple tile = plain_cell(scan, i, size);
    for (std::int64_t& t : tile) t = tile_of(t);
    tiles[tile].push_back(i);
  }
  for (std::int64_t i = 0; i < scan.size; ++i) {  // and on the other side of a tile's faces
    if (!finite(scan, i)) continue;
    const triple cell = plain_cell(scan, i, size);
    for (std::int64_t side = 0; side < 27; ++side) {
      if (side == 13) continue;
      const triple beside = {tile_of(cell[0] + side % 3 - 1), tile_of(cell[1] + side / 3 % 3 - 1),
                             tile_of(cell[2] + side / 9 - 1)};
      if (beside == triple{tile_of(cell[0]), tile_of(cell[1]), tile_of(cell[2])}) continue;
      const auto found = tiles.find(beside);
      if (found != tiles.end() && found->second.back() != i) found->second.push_back(i);
    }
  }
  const stored_scan stored(scan, kind);
  occupied all;
  for (const auto& [tile, near] : tiles) add_tile(scan, stored, kind, size, tile, near, all);
  return all;
}

/// A scan as a problem, with a field of its records as feature.
voxel_problem problem_of(const lidar_scan& scan, const voxel_types& types, std::int64_t field) {
  voxel_problem work;
  work.types = types;
  work.grid = {{-25, -53, -4}, {0.5, 0.5, 0.5}, {100, 120, 30}};
  work.channels = work.featured() ? 1 : 0;
  for (std::int64_t i = 0; i < scan.size; ++i) {
    work.add(scan.coordinate(i, 0), scan.coordinate(i, 1), scan.coordinate(i, 2));
    if (work.featured()) work.features.push_back(encode(types.in, scan.field(i, field)));
  }
  return work;
}

}  // namespace

TEST_CASE("the scans occupy as many voxels as their description says", "[voxel][data]") {
  for (const known_scan& known : known_scans()) {
    const lidar_scan scan = read(known);
    std::int64_t not_finite = 0;
    for (std::int64_t i = 0; i < scan.size; ++i) not_finite += finite(scan, i) ? 0 : 1;
    CHECK(not_finite == known.not_finite);
    for (std::size_t s = 0; s < 3; ++s) {
      std::set<triple> cells;
      for (std::int64_t i = 0; i < scan.size; ++i) {
        if (finite(scan, i)) cells.insert(plain_cell(scan, i, scan_sizes[s]));
      }
      INFO(known.name << ", voxels of " << scan_sizes[s]);
      CHECK(static_cast<std::int64_t>(cells.size()) == known.voxels[s]);
    }
  }
}

TEST_CASE("grids over whole scans find these voxels, but for points on faces", "[voxel][data]") {
  for (const known_scan& known : known_scans()) {
    const lidar_scan scan = read(known);
    for (const scalar_kind kind : {scalar_kind::f32, scalar_kind::f64}) {
      const bool bits = find(tested_voxel(), {kind, reduction::occupancy_bits}) != nullptr;
      for (std::size_t s = 0; s < 3; ++s) {
        if (!bits && s == 0 && known.points == 208680) continue;  // 4 GB of counts take too long
        const occupied all = occupied_by(scan, kind, scan_sizes[s]);
        INFO(known.name << ", voxels of " << scan_sizes[s] << ", points of " << name_of(kind)
                        << ", " << all.moved << " points on faces");
        CHECK(all.voxels == all.reference);
        CHECK(all.not_finite == static_cast<std::uint64_t>(known.not_finite));
        CHECK(all.off_face == 0);
        const std::int64_t lost =
            known.points - known.not_finite - static_cast<std::int64_t>(all.used);
        CHECK(std::abs(lost) <= known.points / 1000);  // on the faces between tiles
        CHECK(std::abs(all.voxels - known.voxels[s]) <= all.moved + std::abs(lost));
        // Multiples of 0.5 are exact, and so are differences in double.
        if (kind == scalar_kind::f64 && scan_sizes[s] == 0.5) CHECK(all.voxels == known.voxels[s]);
      }
    }
  }
}

TEST_CASE("features out of the records of a scan", "[voxel][data]") {
  const lidar_scan with_intensity = read(known_scans()[4]);
  const lidar_scan with_distance = read(known_scans()[0]);
  struct source {
    const lidar_scan* scan;
    std::int64_t field;
  };
  for (const source& from : {source{&with_intensity, 12}, source{&with_distance, 24}}) {
    for (const reduction r : {reduction::sum, reduction::mean, reduction::max, reduction::min}) {
      const voxel_types types{scalar_kind::f32, r};
      if (find(tested_voxel(), types) == nullptr) continue;
      voxel_problem work = problem_of(*from.scan, types, from.field);
      voxel_setup how;
      how.points = {from.scan->step, {0, 4, 8}, 0, false};
      how.features.in_records = true;
      how.features.offset = from.field;
      INFO(from.scan->size << " points");
      const voxel_outcome got = run(work, how);
      CHECK(difference(work, expect(work), got) == "");
      random_source random(651);
      CHECK(same_results(got, run(shuffled(random, work))));
    }
  }
}

TEST_CASE("missing returns at the origin all land in one voxel", "[voxel][data]") {
  const lidar_scan scan = read(known_scans()[4]);
  voxel_problem work = problem_of(scan, {scalar_kind::f32, reduction::count}, 0);
  work.grid = {{-0.05, -0.05, -0.05}, {0.1, 0.1, 0.1}, {1, 1, 1}};
  const voxel_outcome got = run(work);
  REQUIRE(got.status.ok());
  CHECK(got.output[0] == 5107);
  CHECK(got.fates == point_fates{5107, 69792 - 5107, 0, 0});
}
