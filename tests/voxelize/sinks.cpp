// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize.hpp>
#include <robocache/voxelize/cuda/bins.hpp>

#include "../support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

// Where results of voxels go, as far as that runs on the CPU: the functions that kernels call, and
// the back end's own writes.

using robocache::dense_sink;
using robocache::marked_bin;
using robocache::serial_group;
using robocache::tensor_view;
using robocache::voxel_grid;
namespace reducers = robocache::reducers;

namespace {

/// Words of a bin, made by hand: `points[v]` points in voxel v.
std::vector<std::uint32_t> words_of(reducers::count, const std::vector<std::uint32_t>& points) {
  return points;
}
template <class Mark>
std::vector<std::uint32_t> words_of(Mark, const std::vector<std::uint32_t>& points) {
  std::vector<std::uint32_t> words((points.size() + 3) / 4);
  auto* const bytes = reinterpret_cast<unsigned char*>(words.data());
  for (std::size_t v = 0; v < points.size(); ++v) bytes[v] = points[v] != 0 ? 1 : 0;
  return words;
}

/// What the element from voxel v on must be.
template <class Mark>
typename Mark::scalar expected(const std::vector<std::uint32_t>& points, std::size_t v) {
  if (std::is_same_v<Mark, reducers::count>) return static_cast<typename Mark::scalar>(points[v]);
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < Mark::voxels_per_element; ++i) {
    bits |= (points[v + i] != 0 ? 1u : 0u) << i;
  }
  return static_cast<typename Mark::scalar>(bits);
}

template <class Mark>
struct told {
  std::int64_t voxel;
  typename Mark::scalar element;
};

/// A bin in the middle of a grid that is `step` elements apart, or packed.
template <class Mark>
void check_bin(const std::vector<std::uint32_t>& points, std::int64_t step) {
  using scalar = typename Mark::scalar;
  constexpr std::int64_t per_element = Mark::voxels_per_element;
  const auto elements = static_cast<std::int64_t>(points.size()) / per_element;
  const auto words = words_of(Mark{}, points);
  constexpr std::int64_t first = 5;
  const marked_bin<Mark> found{first, static_cast<std::uint32_t>(elements), 1, words.data()};

  std::vector<told<Mark>> seen;
  robocache::detail::hand_over_bin(serial_group{}, found, [&](std::int64_t voxel, scalar element) {
    seen.push_back({voxel, element});
  });
  std::size_t next = 0;
  for (std::int64_t e = 0; e < elements; ++e) {
    const scalar element = expected<Mark>(points, static_cast<std::size_t>(e * per_element));
    if (element == 0) continue;
    REQUIRE(next < seen.size());
    CHECK(seen[next].voxel == (first + e) * per_element);
    CHECK(seen[next].element == element);
    ++next;
  }
  CHECK(next == seen.size());

  const std::int64_t nx = first + elements + 3;
  for (const bool accumulate : {false, true}) {
    std::vector<scalar> memory(static_cast<std::size_t>(nx * step), scalar{7});
    const auto sink = robocache::detail::make_dense_sink<Mark>(
        tensor_view<scalar, 3>(memory.data(), {1, 1, nx}, {nx * step, nx * step, step}),
        accumulate);
    robocache::detail::hand_over_bin(serial_group{}, found, sink);
    for (std::size_t i = 0; i < memory.size(); ++i) {
      const auto at = static_cast<std::int64_t>(i) / step;
      scalar is = 7;  // beside the bin, and between elements
      if (static_cast<std::int64_t>(i) % step == 0 && at >= first && at < first + elements) {
        const scalar fresh =
            expected<Mark>(points, static_cast<std::size_t>((at - first) * per_element));
        if (!accumulate) {
          is = fresh;
        } else if (fresh != 0) {
          is = std::is_same_v<Mark, reducers::count>       ? static_cast<scalar>(7 + fresh)
               : std::is_same_v<Mark, reducers::occupancy> ? scalar{1}
                                                           : static_cast<scalar>(7 | fresh);
        }
      }
      CHECK(memory[i] == is);
    }
  }
}

template <class Mark>
void check_marks() {
  std::mt19937 random(91);
  for (const std::size_t voxels : {0, 32, 64, 96, 128}) {
    for (const unsigned one_in : {1u, 4u, 1000u}) {  // full, sparse, nearly always empty
      std::vector<std::uint32_t> points(voxels);
      for (auto& p : points) p = random() % one_in == 0 ? 1 + random() % 9 : 0;
      for (const std::int64_t step : {1, 3}) check_bin<Mark>(points, step);
    }
  }
}

/// A sink that takes bins as a whole.
struct whole_bins {
  std::vector<std::uint32_t>& elements;

  template <class Group, class Mark>
  void take_bin(const Group& block, const marked_bin<Mark>& found) const {
    for (std::uint32_t e = block.thread_rank(); e < found.elements; e += found.threads) {
      elements.push_back(found.element(e));
    }
  }
};

const voxel_grid<float> grid{{-1, -1, -1}, {0.25f, 0.5f, 0.5f}, {8, 5, 3}};
constexpr std::size_t cells = 8 * 5 * 3;

std::vector<float> cloud(std::size_t n, bool together) {
  std::mt19937 random(92);
  std::vector<float> points(3 * n);
  for (float& p : points) {
    p = together ? 0.1f : static_cast<float>(random() % 2400) * 0.001f - 1.1f;
  }
  return points;
}

template <class Reducer, class Out>
void check_channels(const std::vector<float>& points, std::int64_t channels) {
  using call_type = robocache::voxelize_call<Reducer, float, float, Out>;
  const auto n = static_cast<std::int64_t>(points.size() / 3);
  std::mt19937 random(93);
  std::vector<float> features(static_cast<std::size_t>(n * channels));
  for (float& f : features) {
    f = random() % 50 == 0 ? std::numeric_limits<float>::quiet_NaN()
                           : static_cast<float>(random() % 2001) * 0.01f - 10;
  }
  call_type call{};
  call.grid = grid;
  call.points = robocache::points_of(tensor_view<const float, 2>(points.data(), {n, 3}));
  call.features =
      robocache::features_of(tensor_view<const float, 2>(features.data(), {n, channels}));
  std::vector<std::max_align_t> memory(
      call.workspace_bytes(robocache::cpu) / sizeof(std::max_align_t) + 1);
  call.space = {memory.data(), memory.size() * sizeof(std::max_align_t)};

  const auto per_voxel = static_cast<std::size_t>(channels);
  std::vector<Out> dense(cells * per_voxel);
  std::vector<std::uint32_t> counts(cells);
  call_type with_grid = call;
  with_grid.output = tensor_view<Out, 4>(dense.data(), {3, 5, 8, channels});
  with_grid.reports.counts = tensor_view<std::uint32_t, 3>(counts.data(), {3, 5, 8});
  REQUIRE(robocache::voxelize(with_grid, robocache::cpu).ok());

  // Each thread has voxels of its own, so that no two write the same place.
  for (const int threads : {1, 3}) {
    std::vector<std::uint32_t> times(dense.size());
    std::vector<Out> values(dense.size());
    std::vector<std::uint32_t> numbers(dense.size());
    std::vector<std::uint32_t> reported(cells, 12345);
    if (threads > 1) {  // reports are as ever
      call.reports.counts = tensor_view<std::uint32_t, 3>(reported.data(), {3, 5, 8});
    }
    REQUIRE(std::string(call.check_for_sink(robocache::cpu(threads)).message()) == "");
    REQUIRE(robocache::run(
                call, robocache::cpu(threads),
                [&](std::int64_t voxel, std::uint32_t channel, Out value, std::uint32_t held) {
                  const std::size_t i = static_cast<std::size_t>(voxel) * per_voxel + channel;
                  times[i] += 1;
                  values[i] = value;
                  numbers[i] = held;
                })
                .ok());
    if (threads > 1) REQUIRE(reported == counts);
    for (std::size_t i = 0; i < dense.size(); ++i) {
      const std::uint32_t held = counts[i / per_voxel];
      INFO("element " << i << ", " << held << " points, " << threads << " threads");
      REQUIRE(times[i] == (held != 0 ? 1u : 0u));
      REQUIRE(numbers[i] == held);
      if (held != 0) REQUIRE(std::memcmp(&values[i], &dense[i], sizeof(Out)) == 0);
    }
  }
}

}  // namespace

TEST_CASE("a bin of marks goes to a function or to a dense grid", "[voxel][sink]") {
  check_marks<reducers::count>();
  check_marks<reducers::occupancy>();
  check_marks<reducers::occupancy_bits>();
  STATIC_REQUIRE(std::is_trivially_copyable_v<dense_sink<reducers::count>>);
}

TEST_CASE("a sink may take a bin as a whole", "[voxel][sink]") {
  const std::vector<std::uint32_t> points = {0, 3, 0, 0, 1, 0, 0, 9};
  std::vector<std::uint32_t> elements;
  robocache::detail::hand_over_bin(
      serial_group{}, marked_bin<reducers::count>{0, 8, 1, points.data()}, whole_bins{elements});
  CHECK(elements == points);
}

TEST_CASE("channels of voxels with points go to a function", "[voxel][sink]") {
  for (const std::int64_t channels : {1, 4, 5}) {
    for (const std::size_t n : {0, 1, 60, 700}) {
      for (const bool together : {false, true}) {
        check_channels<reducers::mean, float>(cloud(n, together), channels);
        check_channels<reducers::variance, float>(cloud(n, together), channels);
        check_channels<reducers::max, robocache::bfloat16>(cloud(n, together), channels);
      }
    }
  }
}

TEST_CASE("grids that nothing bounds are refused before the first round", "[voxel][sink]") {
  const std::vector<float> points = cloud(10, false);
  robocache::voxelize_call<reducers::mean, float, float, float> call{};
  call.points = robocache::points_of(tensor_view<const float, 2>(points.data(), {10, 3}));
  call.features = robocache::features_of(tensor_view<const float, 2>(points.data(), {10, 3}));
  std::vector<std::max_align_t> memory(1 << 23);
  call.space = {memory.data(), memory.size() * sizeof(std::max_align_t)};
  CUstream_st* const stream = nullptr;
  // 2^42 voxels, and one more row of them.
  call.grid = {{0, 0, 0}, {1, 1, 1}, {std::int64_t{1} << 21, std::int64_t{1} << 21, 1}};
  CHECK(call.slabs() == std::int64_t{1} << 18);
  CHECK(std::string(call.check_for_sink(robocache::cpu).message()) == "");
  CHECK(std::string(call.check_for_sink(stream).message()) == "");
  call.grid.extents[1] += 1;
  const std::string refused =
      "voxelize: grid.extents has 4.39805e+12 voxels, at most 4.398e12 (2^42) are supported on a "
      "CUDA stream or with a sink";
  CHECK(std::string(call.check_for_sink(robocache::cpu).message()) == refused);
  CHECK(std::string(call.check_for_sink(stream).message()) == refused);
  CHECK(std::string(call.check_produced(stream).message()) == refused);
  CHECK(std::string(call.check(stream).message()) == refused);
  CHECK(std::string(call.check_for_sink(robocache::preload).message()) == refused);
  // Where nothing is written one round is enough.
  call.features.channels = 0;
  CHECK(call.slabs() == 1);
  CHECK(std::string(call.check_for_sink(stream).message()) == "");
}

TEST_CASE("a call for a sink needs no output", "[voxel][sink]") {
  const std::vector<float> points = cloud(10, false);
  robocache::voxelize_call<reducers::count, float, std::uint32_t, std::uint32_t> call{};
  call.grid = grid;
  call.points = robocache::points_of(tensor_view<const float, 2>(points.data(), {10, 3}));
  std::vector<std::max_align_t> memory(100);
  call.space = {memory.data(), memory.size() * sizeof(std::max_align_t)};
  CHECK_FALSE(call.check(robocache::cpu).ok());
  CHECK(std::string(call.check_for_sink(robocache::cpu).message()) == "");
  // A kernel may make the points, where there are kernels.
  auto produced = call;
  produced.points.data = nullptr;
  std::vector<std::max_align_t> more(10000);
  produced.space = {more.data(), more.size() * sizeof(std::max_align_t)};
  CHECK(std::string(produced.check_for_sink(static_cast<CUstream_st*>(nullptr)).message()) == "");
  CHECK(std::string(produced.check_produced(static_cast<CUstream_st*>(nullptr)).message()) !=
        "");  // there is no output
  CHECK(std::string(produced.check_produced(robocache::cpu).message()) ==
        "voxelize: points are made by kernels, not on the CPU");
  // Nothing is looked at of points that are not there, not even how far apart they would be.
  produced.points.step = 400;
  for (std::int64_t& offset : produced.points.offsets) offset = 1000;
  CHECK(std::string(produced.check_for_sink(static_cast<CUstream_st*>(nullptr)).message()) == "");
  CHECK(std::string(produced.check_for_sink(robocache::cpu).message()) ==
        "voxelize: points is a null pointer but has size 10");
  produced.points.size = -1;
  CHECK_FALSE(produced.check_for_sink(static_cast<CUstream_st*>(nullptr)).ok());
  call.space.bytes = 3;
  CHECK_FALSE(call.check_for_sink(robocache::cpu).ok());
  call.space.bytes = memory.size() * sizeof(std::max_align_t);
  call.reports.counters = reinterpret_cast<robocache::voxel_counters*>(memory.data());
  CHECK_FALSE(call.check_for_sink(robocache::cpu).ok());  // overlaps the workspace
  call.reports.counters = nullptr;
  call.options.update = robocache::grid_update::accumulate;
  CHECK(std::string(call.check_for_sink(robocache::cpu).message()) ==
        "voxelize: options.update is accumulate, but results go to a sink, which is not read");
}

TEST_CASE("numbers of voxels and their cells", "[voxel][sink]") {
  std::int64_t number = 0;
  for (int z = 0; z < 3; ++z) {
    for (int y = 0; y < 5; ++y) {
      for (int x = 0; x < 8; ++x, ++number) {
        const robocache::voxel_cell cell = robocache::cell_of_number(number, grid);
        REQUIRE(cell.x == x);
        REQUIRE(cell.y == y);
        REQUIRE(cell.z == z);
        REQUIRE(cell.fate == robocache::point_fate::inside);
        const auto padded = static_cast<std::int64_t>((z * 5 + y) * 32 + x);
        const auto same = robocache::cell_of_number<reducers::occupancy_bits>(padded, grid);
        REQUIRE(same.x == x);
        REQUIRE(same.y == y);
        REQUIRE(same.z == z);
      }
    }
  }
  const voxel_grid<double> large{{0, 0, 0}, {1, 1, 1}, {1000000, 1000000, 1000000}};
  const robocache::voxel_cell last = robocache::cell_of_number(999999999999999999, large);
  CHECK(last.x == 999999);
  CHECK(last.y == 999999);
  CHECK(last.z == 999999);
}
