// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize.hpp>

#include "../support/catch.hpp"
#include "../support/thinned.hpp"
#include "own_kernels.hpp"
#include "raw_voxels.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

// Sinks of users in kernels of users, against the dense grid of the launcher.

using namespace robocache_test;
using robocache::tensor_view;

namespace {

cudaStream_t stream() {
  return static_cast<cudaStream_t>(tested().where().stream);
}

/// Rows that are no multiple of 32; and two slabs, the second of which has bins of its own.
const robocache::voxel_grid<float> grids[] = {
    {{-6, -5, 0}, {0.3f, 0.3f, 0.3f}, {40, 33, 50}},
    {{-6, -5, 0}, {0.01f, 0.01f, 1}, {4100, 4097, 1}},
};

using cloud = std::vector<float>;

/// Points all over a grid, a few of them beside it.
cloud scattered(const robocache::voxel_grid<float>& grid, std::size_t n) {
  std::mt19937 random(81);
  cloud points(3 * n);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const float part = static_cast<float>(random() % 100000) / 99000;
    const std::size_t k = i % 3;
    points[i] = grid.origin[k] + part * grid.voxel_size[k] * static_cast<float>(grid.extents[k]);
  }
  return points;
}

/// All points in the middle of one voxel.
cloud crowded(const robocache::voxel_grid<float>& grid, const std::int64_t (&voxel)[3],
              std::size_t n) {
  cloud points(3 * n);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t k = i % 3;
    points[i] = grid.origin[k] + (static_cast<float>(voxel[k]) + 0.5f) * grid.voxel_size[k];
  }
  return points;
}

std::vector<cloud> clouds(const robocache::voxel_grid<float>& grid) {
  const std::int64_t last[] = {grid.extents[0] - 1, grid.extents[1] - 1, grid.extents[2] - 1};
  cloud both = scattered(grid, 20000);
  const cloud many = crowded(grid, {33, 7, 0}, 20000);
  both.insert(both.end(), many.begin(), many.end());
  return {scattered(grid, 50000),         crowded(grid, {0, 0, 0}, 30000),
          crowded(grid, last, 30000),     both,
          crowded(grid, {-3, 0, 0}, 100), cloud{}};
}

/// A list of what a sink is told, with more room than that should be.
template <class Told>
struct told_memory {
  std::uint32_t room;
  raw_memory told, number;

  explicit told_memory(std::size_t expected)
      : room(static_cast<std::uint32_t>(expected + 64)),
        told(room * sizeof(Told)),
        number(sizeof(std::uint32_t)) {
    upload(number, std::vector<std::uint32_t>(1));
    upload(told, std::vector<Told>(room));  // the padding of what is told is copied back, too
  }
  told_list<Told> list() const {
    return {static_cast<Told*>(told.get()), room, static_cast<std::uint32_t*>(number.get())};
  }
  std::vector<Told> result() const {
    tested().finish();
    std::vector<std::uint32_t> n(1);
    download(n, number);
    REQUIRE(n[0] <= room);
    std::vector<Told> host(n[0]);
    download(host, told);
    return host;
  }
};

struct call_memory {
  raw_memory points, counters, space;
  std::size_t bytes;

  call_memory(const cloud& from, std::size_t workspace)
      : points(from.size() * 4 + 16),
        counters(sizeof(robocache::voxel_counters)),
        space(workspace + 16),
        bytes(workspace) {
    upload(points, from);
  }
  template <class Call>
  void give(Call& call) const {
    const auto* const data = static_cast<const float*>(points.get());
    call.points = robocache::points_of(tensor_view<const float, 2>(data, {call.points.size, 3}));
    call.reports.counters = static_cast<robocache::voxel_counters*>(counters.get());
    call.space = {space.get(), bytes};
  }
  std::vector<std::uint64_t> fates() const {
    std::vector<std::uint64_t> host(4);
    download(host, counters);
    return host;
  }
  /// So that the next call has to report for itself.
  void forget_fates() const { upload(counters, std::vector<std::uint64_t>(4, 123456789)); }
};

template <class Mark>
void check_marks(const robocache::voxel_grid<float>& grid, const cloud& points) {
  using scalar = typename Mark::scalar;
  constexpr std::int64_t per_element = Mark::voxels_per_element;
  const std::int64_t row = (grid.extents[0] + per_element - 1) / per_element;
  mark_call<Mark> call{};
  call.grid = grid;
  call.points.size = static_cast<std::int64_t>(points.size() / 3);
  const call_memory memory(points, workspace_of(call));
  memory.give(call);

  std::vector<scalar> dense(static_cast<std::size_t>(grid.extents[2] * grid.extents[1] * row));
  const raw_memory output(dense.size() * sizeof(scalar));
  mark_call<Mark> with_grid = call;
  with_grid.output = tensor_view<scalar, 3>(static_cast<scalar*>(output.get()),
                                            {grid.extents[2], grid.extents[1], row});
  REQUIRE(std::string(launched<Mark>(with_grid, stream()).message()) == "");
  tested().finish();
  download(dense, output);
  const auto fates = memory.fates();
  memory.forget_fates();

  const auto occupied = std::count_if(dense.begin(), dense.end(), [](scalar e) { return e != 0; });
  const told_memory<told_element> told(static_cast<std::size_t>(occupied));
  REQUIRE(std::string(to_list<Mark>(call, told.list(), stream()).message()) == "");
  auto elements = told.result();
  CHECK(memory.fates() == fates);
  CHECK(elements.size() == static_cast<std::size_t>(occupied));
  std::sort(elements.begin(), elements.end(),
            [](const auto& a, const auto& b) { return a.voxel < b.voxel; });
  std::size_t next = 0;
  bool same = true;
  for (std::size_t e = 0; e < dense.size(); ++e) {
    if (dense[e] == 0) continue;
    same = same && next < elements.size() &&
           elements[next].voxel == static_cast<std::int64_t>(e) * per_element &&
           elements[next].element == dense[e];
    ++next;
  }
  CHECK(same);

  const raw_memory ordered(dense.size() * sizeof(scalar));
  upload(ordered, std::vector<scalar>(dense.size(), scalar{77}));
  REQUIRE(std::string(
              to_order<Mark>(call, static_cast<scalar*>(ordered.get()), stream()).message()) == "");
  tested().finish();
  std::vector<scalar> whole(dense.size());
  download(whole, ordered);
  CHECK(whole == dense);
}

/// \param counted  the call for the sink reports its counts, too
template <class Reducer, class In = float, class Out = float>
void check_channels(const robocache::voxel_grid<float>& grid, const cloud& points,
                    std::int64_t channels, bool counted = false) {
  const auto n = static_cast<std::int64_t>(points.size() / 3);
  std::mt19937 random(82);
  std::vector<In> features(static_cast<std::size_t>(n * channels));
  for (In& f : features) {
    f = robocache::scalar_cast<In>(random() % 500 == 0
                                       ? std::numeric_limits<float>::quiet_NaN()
                                       : static_cast<float>(random() % 2001) * 0.01f - 10);
  }
  const raw_memory feature_memory(features.size() * sizeof(In) + 16);
  upload(feature_memory, features);
  robocache::voxelize_call<Reducer, float, In, Out> call{};
  call.grid = grid;
  call.points.size = n;
  const call_memory memory(points, workspace_of(call));
  memory.give(call);
  call.features = robocache::features_of(
      tensor_view<const In, 2>(static_cast<const In*>(feature_memory.get()), {n, channels}));

  const std::int64_t* const e = grid.extents;
  const auto cells = static_cast<std::size_t>(e[0] * e[1] * e[2]);
  std::vector<Out> dense(cells * static_cast<std::size_t>(channels));
  std::vector<std::uint32_t> counts(cells);
  const raw_memory output(dense.size() * sizeof(Out));
  const raw_memory count_memory(cells * 4);
  auto with_grid = call;
  with_grid.output =
      tensor_view<Out, 4>(static_cast<Out*>(output.get()), {e[2], e[1], e[0], channels});
  with_grid.reports.counts = tensor_view<std::uint32_t, 3>(
      static_cast<std::uint32_t*>(count_memory.get()), {e[2], e[1], e[0]});
  REQUIRE(std::string(launched(with_grid, stream()).message()) == "");
  tested().finish();
  download(dense, output);
  download(counts, count_memory);
  const auto fates = memory.fates();
  memory.forget_fates();
  if (counted) {
    upload(count_memory, std::vector<std::uint32_t>(cells, 12345));
    call.reports.counts = with_grid.reports.counts;
  }

  const auto occupied = std::count_if(counts.begin(), counts.end(), [](auto c) { return c != 0; });
  const auto expected = static_cast<std::size_t>(occupied * channels);
  const told_memory<told_channel> told(expected);
  REQUIRE(std::string(to_list(call, told.list(), stream()).message()) == "");
  auto results = told.result();
  CHECK(memory.fates() == fates);
  CHECK(results.size() == expected);
  if (counted) {
    std::vector<std::uint32_t> reported(cells);
    download(reported, count_memory);
    CHECK(reported == counts);
  }
  std::sort(results.begin(), results.end(), [](const auto& a, const auto& b) {
    return a.voxel != b.voxel ? a.voxel < b.voxel : a.channel < b.channel;
  });
  std::size_t next = 0;
  bool same = true;
  for (std::size_t i = 0; i < dense.size(); ++i) {
    const std::size_t voxel = i / static_cast<std::size_t>(channels);
    if (counts[voxel] == 0) continue;
    const auto value = robocache::scalar_cast<float>(dense[i]);
    same =
        same && next < results.size() && results[next].voxel == static_cast<std::int64_t>(voxel) &&
        results[next].channel == i % static_cast<std::size_t>(channels) &&
        results[next].points == counts[voxel] && std::memcmp(&results[next].value, &value, 4) == 0;
    ++next;
  }
  CHECK(same);
}

}  // namespace

TEST_CASE("a sink of marks is told of voxels with points, and of no others", "[gpu][own]") {
  thinned table;
  for (const auto& grid : grids) {
    for (const cloud& points : clouds(grid)) {
      if (table.skip()) continue;
      INFO(grid.extents[0] << " voxels along x, " << points.size() / 3 << " points");
      check_marks<robocache::reducers::count>(grid, points);
      check_marks<robocache::reducers::occupancy>(grid, points);
      check_marks<robocache::reducers::occupancy_bits>(grid, points);
    }
  }
}

TEST_CASE("a sink of features is told of every channel of voxels with points", "[gpu][own]") {
  thinned table;
  for (const std::int64_t channels : {4, 3, 1}) {
    for (const cloud& points : clouds(grids[0])) {
      if (table.skip()) continue;
      INFO(channels << " channels, " << points.size() / 3 << " points");
      check_channels<robocache::reducers::mean>(grids[0], points, channels);
      check_channels<share_above>(grids[0], points, channels, true);
      check_channels<robocache::reducers::mean, robocache::bfloat16, robocache::float16>(
          grids[0], points, channels);
    }
  }
  const auto beyond = clouds(grids[1]);  // two slabs
  for (const std::size_t i : {0, 2}) {
    if (!table.skip()) check_channels<robocache::reducers::mean>(grids[1], beyond[i], 1, i == 0);
  }
}
