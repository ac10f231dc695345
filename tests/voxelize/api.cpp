// SPDX-License-Identifier: Apache-2.0
#include <robocache/group.hpp>
#include <robocache/voxelize.hpp>

#include "../support/catch.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

// The operation as a user writes it, without the tests' machinery.

using robocache::reduction;
using robocache::tensor_view;

namespace {

const robocache::voxel_grid<float> grid{{0, 0, 0}, {1, 1, 1}, {3, 2, 1}};

template <class T>
std::vector<unsigned char> space_for(std::int64_t points, const robocache::voxel_grid<T>& of) {
  return std::vector<unsigned char>(
      robocache::voxelize_workspace_bytes<reduction::mean>(points, of, robocache::cpu));
}

}  // namespace

TEST_CASE("points and features as views", "[voxel][api]") {
  const std::vector<float> points = {0.5f, 0.5f, 0.5f, 2.5f, 1.5f, 0.5f, 0.25f, 0, 0};
  const std::vector<float> features = {1, 10, 2, 20, 5, 50};
  const auto cloud = robocache::points_of(tensor_view<const float, 2>(points.data(), {3, 3}));
  const auto values = robocache::features_of(tensor_view<const float, 2>(features.data(), {3, 2}));
  CHECK(cloud.size == 3);
  CHECK(cloud.step == 12);
  CHECK(cloud.offsets[2] == 8);
  CHECK(values.channels == 2);

  std::vector<unsigned char> memory = space_for(3, grid);
  const robocache::workspace space{memory.data(), memory.size()};
  std::array<std::uint32_t, 6> counts{};
  REQUIRE(robocache::voxelize<reduction::count>(
              cloud, grid, tensor_view<std::uint32_t, 3>(counts.data(), {1, 2, 3}), {}, {}, space,
              robocache::cpu)
              .ok());
  CHECK(counts == std::array<std::uint32_t, 6>{2, 0, 0, 0, 0, 1});

  std::array<float, 12> means{};
  REQUIRE(robocache::voxelize<reduction::mean>(cloud, values, grid,
                                               tensor_view<float, 4>(means.data(), {1, 2, 3, 2}),
                                               {}, {}, space, robocache::cpu)
              .ok());
  CHECK(means == std::array<float, 12>{3, 30, 0, 0, 0, 0, 0, 0, 0, 0, 2, 20});
}

TEST_CASE("views of any strides become byte steps", "[voxel][api]") {
  const std::vector<double> memory(64);
  const tensor_view<const double, 2> backwards(memory.data() + 40, {4, 3}, {-5, 1});
  const auto points = robocache::points_of(backwards);
  CHECK(points.data == memory.data() + 40);
  CHECK(points.step == -40);
  CHECK(points.offsets[1] == 8);
  const tensor_view<const double, 2> planes(memory.data(), {4, 3}, {1, 16});
  CHECK(robocache::points_of(planes).step == 8);
  CHECK(robocache::points_of(planes).offsets[2] == 256);
  CHECK(robocache::points_of(tensor_view<const double, 2>(memory.data(), {4, 4})).coordinates == 4);
  const std::uint32_t count = 2;
  CHECK(robocache::points_of(planes, &count).count == &count);
  const tensor_view<const robocache::float16, 2> halves(nullptr, {4, 6}, {12, 2});
  CHECK(robocache::features_of(halves).step == 24);
  CHECK(robocache::features_of(halves).channel_step == 4);
}

TEST_CASE("a packed sensor message: x y z f32, intensity u8, ring u16, time f32", "[voxel][api]") {
  constexpr std::int64_t step = 19;
  std::vector<unsigned char> message(3 * step);
  for (int i = 0; i < 3; ++i) {
    const float xyz[3] = {static_cast<float>(i) + 0.5f, 0.5f, 0.5f};
    const float time = 0.1f * static_cast<float>(i);
    std::memcpy(&message[static_cast<std::size_t>(i * step)], xyz, 12);
    std::memcpy(&message[static_cast<std::size_t>(i * step + 15)], &time, 4);
  }
  const auto points = robocache::point_records<float>(message.data(), 3, step, 0, 4, 8);
  const auto time = robocache::feature_records<float>(message.data(), 3, step, 15);
  std::vector<unsigned char> memory = space_for(3, grid);
  std::array<float, 6> latest{};
  std::array<std::uint32_t, 6> counts{};
  robocache::voxel_counters counters{};
  robocache::voxel_reports reports;
  reports.counts = tensor_view<std::uint32_t, 3>(counts.data(), {1, 2, 3});
  reports.counters = &counters;
  robocache::voxel_options options;
  options.empty_value = -1;
  REQUIRE(robocache::voxelize<reduction::max>(
              points, time, grid, tensor_view<float, 4>(latest.data(), {1, 2, 3, 1}), reports,
              options, {memory.data(), memory.size()}, robocache::cpu(2))
              .ok());
  CHECK(latest == std::array<float, 6>{0, 0.1f, 0.2f, -1, -1, -1});
  CHECK(counts == std::array<std::uint32_t, 6>{1, 1, 1, 0, 0, 0});
  CHECK(counters.used == 3);
  // A null pointer stays one, whatever the offset.
  CHECK(robocache::feature_records<float>(nullptr, 0, step, 15).data == nullptr);
}

TEST_CASE("level 0: one voxel's values", "[voxel][api]") {
  const float values[] = {1e30f, 3, -1e30f, 5};
  const auto at = [&](std::uint32_t i) { return values[i]; };
  using robocache::nan_policy;
  using robocache::reduce_values;
  CHECK(reduce_values<reduction::max>(4, at, nan_policy::propagate) == 1e30f);
  CHECK(reduce_values<reduction::min>(4, at, nan_policy::propagate) == -1e30f);
  CHECK(reduce_values<reduction::sum>(
            2, [&](std::uint32_t i) { return values[2 * i + 1]; }, nan_policy::propagate) == 8.0);
  CHECK(reduce_values<reduction::mean>(
            2, [&](std::uint32_t i) { return values[2 * i + 1]; }, nan_policy::propagate) == 4.0);
  CHECK(robocache::accumulate_value<reduction::mean>(4.0f, 3, 8.0, 1, nan_policy::propagate) ==
        5.0);
  CHECK(std::signbit(
      robocache::accumulate_value<reduction::min>(0.0f, 1, -0.0f, 1, nan_policy::propagate)));
  CHECK(!std::signbit(
      robocache::accumulate_value<reduction::max>(0.0f, 1, -0.0f, 1, nan_policy::propagate)));
}

TEST_CASE("a mean is divided, not multiplied by a rounded reciprocal", "[voxel][api]") {
  // 49 times the double next to 1 / 49 is not 1, and 359 lies between two numbers of BF16.
  const auto of_one_value = [](float x) { return [x](std::uint32_t) { return x; }; };
  for (const std::uint32_t n : {3u, 49u, 98u, 103u, 107u}) {
    CAPTURE(n);
    CHECK(robocache::reduce_values<reduction::mean>(n, of_one_value(359.0f),
                                                    robocache::nan_policy::propagate) == 359.0);
  }
}

TEST_CASE("absurd sizes overflow nowhere", "[voxel][api]") {
  CHECK(robocache::voxelize_workspace_bytes<reduction::mean>(INT64_MAX, grid, robocache::cpu) == 0);

  // A row of one voxel is a word of 32 bits: 32 times the voxels would not fit 63 bits.
  const robocache::voxel_grid<float> thin{{0, 0, 0}, {1, 1, 1}, {1, 1000000000, 1000000000}};
  const auto done = robocache::voxelize<reduction::occupancy_bits>(
      robocache::point_view<float>{}, thin,
      tensor_view<std::uint32_t, 3>(nullptr, {1000000000, 1000000000, 1}), {}, {}, {},
      robocache::cpu);
  CHECK_FALSE(done.ok());
  CHECK(std::strstr(done.message(), "at most 1e18") != nullptr);
}

TEST_CASE("10^18 voxels are the limit, and not beyond it", "[voxel][api]") {
  robocache::voxel_grid<float> large{{0, 0, 0}, {1, 1, 1}, {1000000, 1000000, 1000000}};
  CHECK(robocache::voxelize_workspace_bytes<reduction::count>(3, large, robocache::cpu) != 0);
  large.extents[0] += 1;
  CHECK(robocache::voxelize_workspace_bytes<reduction::count>(3, large, robocache::cpu) == 0);
  // 10^18 + 53, which is 10^18 in double.
  const robocache::voxel_grid<float> beyond{{0, 0, 0}, {1, 1, 1}, {474556779, 2107229407, 1}};
  CHECK(robocache::voxelize_workspace_bytes<reduction::count>(3, beyond, robocache::cpu) == 0);
  // Words of bits are padded.
  large.extents[0] = 999999;
  CHECK(robocache::voxelize_workspace_bytes<reduction::occupancy_bits>(3, large, robocache::cpu) !=
        0);
  large.extents[0] = 1000000 - 32;
  CHECK(robocache::voxelize_workspace_bytes<reduction::occupancy_bits>(3, large, robocache::cpu) !=
        0);
}

TEST_CASE("strides beyond 63 bits are refused, however they were made", "[voxel][api]") {
  const std::vector<float> values(9, 0.5f);
  std::vector<unsigned char> memory = space_for(3, grid);
  const robocache::workspace space{memory.data(), memory.size()};
  std::array<std::uint32_t, 6> counts{};
  std::array<float, 18> means{};
  const tensor_view<std::uint32_t, 3> count_output(counts.data(), {1, 2, 3});
  const tensor_view<float, 4> mean_output(means.data(), {1, 2, 3, 3});
  const auto dense = robocache::points_of(tensor_view<const float, 2>(values.data(), {3, 3}));
  for (const std::int64_t stride : {INT64_MAX, INT64_MIN, (std::int64_t{1} << 62) + 3}) {
    CAPTURE(stride);
    const tensor_view<const float, 2> rows(values.data(), {3, 3}, {stride, 1});
    const tensor_view<const float, 2> columns(values.data(), {3, 3}, {3, stride});
    for (const auto& view : {rows, columns}) {
      CHECK_FALSE(robocache::voxelize<reduction::count>(robocache::points_of(view), grid,
                                                        count_output, space, robocache::cpu)
                      .ok());
      CHECK_FALSE(robocache::voxelize<reduction::mean>(dense, robocache::features_of(view), grid,
                                                       mean_output, space, robocache::cpu)
                      .ok());
    }
    // The step to a second point that is none may be anything.
    const tensor_view<const float, 2> one(values.data(), {1, 3}, {stride, 1});
    CHECK(robocache::voxelize<reduction::count>(robocache::points_of(one), grid, count_output,
                                                space, robocache::cpu)
              .ok());
  }
}

TEST_CASE("no points: null pointers with any offsets, strides of single voxels", "[voxel][api]") {
  std::vector<unsigned char> memory = space_for(3, grid);
  const robocache::workspace space{memory.data(), memory.size()};
  std::array<std::uint32_t, 6> counts = {7, 7, 7, 7, 7, 7};
  CHECK(robocache::voxelize<reduction::count>(
            robocache::point_records<float>(nullptr, 0, 12, 0, 4, 8), grid,
            tensor_view<std::uint32_t, 3>(counts.data(), {1, 2, 3}, {INT64_MAX / 8, 3, 1}), space,
            robocache::cpu)
            .ok());
  CHECK(counts == std::array<std::uint32_t, 6>{});
}

TEST_CASE("no features: outputs at any address with any strides", "[voxel][api]") {
  const std::vector<float> points = {0.5f, 0.5f, 0.5f, 2.5f, 1.5f, 0.5f};
  std::vector<std::uint32_t> memory(1000);
  std::vector<std::uint32_t> counts(6, 7);
  robocache::voxelize_call<robocache::reducers::mean, float, float, float> call{};
  call.points = robocache::points_of(tensor_view<const float, 2>(points.data(), {2, 3}));
  call.features.size = 2;
  call.grid = grid;
  call.output = tensor_view<float, 4>(nullptr, {1, 2, 3, 0},
                                      {INT64_MAX, INT64_MAX / 2, INT64_MAX / 3, INT64_MAX});
  call.reports.counts = tensor_view<std::uint32_t, 3>(counts.data(), {1, 2, 3});
  call.space = {memory.data(), memory.size() * 4};
  CHECK(std::string(robocache::voxelize(call, robocache::cpu).message()) == "");
  CHECK(counts == std::vector<std::uint32_t>{1, 0, 0, 0, 0, 1});
}

namespace {

/// A bit for each voxel, 64 to an element.
struct wide_bits {
  using scalar = std::uint64_t;
  static constexpr int voxels_per_element = 64;
  static constexpr int voxels_per_word = 4;
  static void add(scalar* element, std::uint32_t bit) { *element |= scalar{1} << bit; }
  static scalar element(const std::uint32_t*, std::uint32_t) { return 0; }
  static scalar join(scalar a, scalar b) { return a | b; }
};

}  // namespace

TEST_CASE("a mark of the user's, of 64 voxels an element, on several threads", "[voxel][api]") {
  constexpr std::int64_t n = 200000;
  constexpr std::int64_t rows = 61;
  std::vector<float> points;
  std::vector<std::uint64_t> expected(rows * rows);
  std::uint32_t random = 1;
  for (std::int64_t i = 0; i < n; ++i) {
    std::uint32_t cell[3];
    for (std::uint32_t& c : cell) {
      random = random * 1664525u + 1013904223u;
      c = (random >> 8) % (points.size() % 3 == 0 ? 64u : static_cast<std::uint32_t>(rows));
      points.push_back(static_cast<float>(c) + 0.5f);
    }
    expected[cell[2] * rows + cell[1]] |= std::uint64_t{1} << cell[0];
  }
  std::vector<std::uint64_t> output(expected.size());
  std::vector<std::uint64_t> memory(n);
  robocache::voxelize_call<wide_bits, float, std::uint64_t, std::uint64_t> call{};
  call.points = robocache::points_of(tensor_view<const float, 2>(points.data(), {n, 3}));
  call.grid = {{0, 0, 0}, {1, 1, 1}, {64, rows, rows}};
  call.output = tensor_view<std::uint64_t, 3>(output.data(), {rows, rows, 1});
  call.space = {memory.data(), memory.size() * 8};
  for (const int threads : {1, 2, 4, 8, 16}) {
    for (int i = 0; i < 5; ++i) {
      output.assign(output.size(), 7);
      REQUIRE(std::string(robocache::voxelize(call, robocache::cpu(threads)).message()) == "");
      REQUIRE(output == expected);
    }
  }
}

TEST_CASE("a call is a value", "[voxel][api]") {
  using call = robocache::voxelize_call<robocache::reducers::mean, float, float, float>;
  STATIC_REQUIRE(std::is_trivially_copyable_v<call>);
  const std::vector<float> values = {0.5f, 0.5f, 0.5f, 2.5f, 1.5f, 0.5f};
  std::array<float, 6> means{};
  call one{};
  one.points = robocache::points_of(tensor_view<const float, 2>(values.data(), {2, 3}));
  one.features = robocache::features_of(tensor_view<const float, 2>(values.data(), {2, 1}, {3, 1}));
  one.grid = grid;
  one.output = tensor_view<float, 4>(means.data(), {1, 2, 3, 1});
  CHECK(one.check().ok());
  CHECK_FALSE(one.check(robocache::cpu).ok());  // no workspace yet
  std::vector<unsigned char> memory(one.workspace_bytes(robocache::cpu));
  one.space = {memory.data(), memory.size()};
  REQUIRE(robocache::voxelize(one, robocache::cpu).ok());
  CHECK(means == std::array<float, 6>{0.5f, 0, 0, 0, 0, 2.5f});
}

TEST_CASE("a reducer of the user's", "[voxel][api]") {
  struct spread {  // the largest less the smallest
    struct state {
      float low = INFINITY;
      float high = -INFINITY;
    };
    void add(state& s, std::uint32_t, float x) const {
      s.low = std::fmin(s.low, x);
      s.high = std::fmax(s.high, x);
    }
    void merge(state& s, const state& other) const {
      s.low = std::fmin(s.low, other.low);
      s.high = std::fmax(s.high, other.high);
    }
    float finish(const state& s, const robocache::voxel_facts&) const { return s.high - s.low; }
  };
  const std::vector<float> points = {0.5f, 0.5f, 0.5f, 0.25f, 0.5f, 0, 0.125f, 0.5f, 0, 1.5f, 0, 0};
  const std::vector<float> heights = {4, -1, 2, 9};
  std::array<float, 6> spreads{};
  std::vector<unsigned char> memory(
      robocache::voxelize_workspace_bytes(spread{}, 4, grid, robocache::cpu));
  robocache::voxel_options options;
  options.empty_value = -1;
  const auto call = [&] {
    return robocache::voxelize(
        spread{}, robocache::points_of(tensor_view<const float, 2>(points.data(), {4, 3})),
        robocache::features_of(tensor_view<const float, 2>(heights.data(), {4, 1})), grid,
        tensor_view<float, 4>(spreads.data(), {1, 2, 3, 1}), {}, options,
        {memory.data(), memory.size()}, robocache::cpu);
  };
  REQUIRE(call().ok());
  CHECK(spreads == std::array<float, 6>{5, 0, -1, -1, -1, -1});
  options.update = robocache::grid_update::accumulate;  // the reducer cannot
  CHECK(std::strstr(call().message(), "options.update is accumulate") != nullptr);
}

TEST_CASE("level 1 says how many points are beyond, and adds single ones", "[voxel][api]") {
  const std::vector<float> values = {0.5f, 0.5f, 0.5f, 2.5f, 1.5f, 0.5f};
  const std::uint32_t count = 6;
  std::array<std::uint32_t, 6> counts{};
  const tensor_view<std::uint32_t, 3> output(counts.data(), {1, 2, 3});
  const robocache::voxel_counters counters = robocache::voxelize_points<reduction::count>(
      robocache::serial_group{},
      robocache::points_of(tensor_view<const float, 2>(values.data(), {2, 3}), &count), grid,
      output);
  CHECK(counters.used == 2);
  CHECK(counters.beyond == 4);
  const float inside[3] = {2.5f, 1.5f, 0};
  const float outside[3] = {2.5f, 2.0f, 0};
  CHECK(robocache::add_point<reduction::count>(inside, grid, output) ==
        robocache::point_fate::inside);
  CHECK(robocache::add_point<reduction::count>(outside, grid, output) ==
        robocache::point_fate::outside);
  CHECK(counts == std::array<std::uint32_t, 6>{1, 0, 0, 0, 0, 2});
}

TEST_CASE("occupancy that accumulates says 1 whatever was there", "[voxel][api]") {
  const std::vector<float> points = {0.5f, 0.5f, 0.5f};
  std::vector<unsigned char> memory = space_for(1, grid);
  std::array<std::uint8_t, 6> marks = {2, 3, 0, 0, 0, 0};
  robocache::voxel_options options;
  options.update = robocache::grid_update::accumulate;
  REQUIRE(robocache::voxelize<reduction::occupancy>(
              robocache::points_of(tensor_view<const float, 2>(points.data(), {1, 3})), grid,
              tensor_view<std::uint8_t, 3>(marks.data(), {1, 2, 3}), {}, options,
              {memory.data(), memory.size()}, robocache::cpu)
              .ok());
  CHECK(marks == std::array<std::uint8_t, 6>{1, 3, 0, 0, 0, 0});
}
