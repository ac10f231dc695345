// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize.hpp>

#include "../support/catch.hpp"
#include "own_kernels.hpp"
#include "raw_voxels.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

// The collectives in kernels of users, points that a kernel makes, reducers of users.

using namespace robocache_test;
using robocache::tensor_view;

namespace {

cudaStream_t stream() {
  return static_cast<cudaStream_t>(tested().where().stream);
}

/// A call with its output, counts and counters in device memory.
template <class Call, class Out>
struct device_call {
  Call call{};
  std::int64_t elements;
  raw_memory output, counts, counters, space;

  device_call(const Call& from, std::int64_t channels, bool counted)
      : call(from),
        elements(from.grid.extents[0] * from.grid.extents[1] * from.grid.extents[2] * channels),
        output(static_cast<std::size_t>(elements) * sizeof(Out) + 16),
        counts(static_cast<std::size_t>(elements) * 4 + 16),
        counters(sizeof(robocache::voxel_counters)),
        space(workspace_of(from) + 16) {
    const std::int64_t* const n = call.grid.extents;
    if constexpr (Call::has_features) {
      call.output =
          tensor_view<Out, 4>(static_cast<Out*>(output.get()), {n[2], n[1], n[0], channels});
      if (counted) {
        call.reports.counts = tensor_view<std::uint32_t, 3>(
            static_cast<std::uint32_t*>(counts.get()), {n[2], n[1], n[0]});
      }
    } else {
      call.output = tensor_view<Out, 3>(static_cast<Out*>(output.get()), {n[2], n[1], n[0]});
    }
    call.reports.counters = static_cast<robocache::voxel_counters*>(counters.get());
    call.space = {space.get(), workspace_of(from)};
  }

  std::vector<Out> result() const {
    tested().finish();
    std::vector<Out> host(static_cast<std::size_t>(elements));
    download(host, output);
    return host;
  }
  std::vector<std::uint64_t> fates() const {
    std::vector<std::uint64_t> host(4);
    download(host, counters);
    return host;
  }
};

const robocache::voxel_grid<float> room{{-6, -5, 0}, {0.3f, 0.3f, 0.3f}, {40, 33, 50}};

}  // namespace

TEST_CASE("points made in registers give what stored points give", "[gpu][own]") {
  std::mt19937 random(71);
  for (const int width : {1, 63, 640}) {
    const std::int32_t height = width == 640 ? 480 : 64;
    const std::int64_t n = std::int64_t{width} * height;
    std::vector<std::uint16_t> depth(static_cast<std::size_t>(n));
    std::vector<float> colours(static_cast<std::size_t>(3 * n));
    for (std::uint16_t& d : depth) {
      d = static_cast<std::uint16_t>(random() % 9 == 0 ? 0 : 700 + random() % 400);
    }
    for (float& c : colours) c = static_cast<float>(random() % 1000) * 0.37f;
    const raw_memory image_memory(depth.size() * 2);
    const raw_memory colour_memory(colours.size() * 4);
    const raw_memory point_memory(static_cast<std::size_t>(n) * 12);
    upload(image_memory, depth);
    upload(colour_memory, colours);
    const depth_image image{static_cast<const std::uint16_t*>(image_memory.get()), width, height};
    materialise(image, static_cast<float*>(point_memory.get()), stream());
    const auto stored = robocache::points_of(
        tensor_view<const float, 2>(static_cast<const float*>(point_memory.get()), {n, 3}));
    robocache::point_view<float> made = stored;
    made.data = nullptr;
    for (const bool moved : {false, true}) {
      robocache::voxel_options options;
      if (moved) options.transform.translation[0] = 0.7;
      INFO(width << " x " << height << ", moved " << moved);

      count_call counting{{}, stored, {}, room, {}, {}, options, {}};
      const device_call<count_call, std::uint32_t> expected(counting, 1, false);
      REQUIRE(std::string(launched(expected.call, stream()).message()) == "");
      const auto counts = expected.result();
      const auto fates = expected.fates();
      const device_call<count_call, std::uint32_t> collected(counting, 1, false);
      REQUIRE(std::string(by_collectives(collected.call, stream()).message()) == "");
      CHECK(collected.result() == counts);
      CHECK(collected.fates() == fates);
      counting.points = made;
      const device_call<count_call, std::uint32_t> produced(counting, 1, false);
      REQUIRE(std::string(produce(produced.call, image, stream()).message()) == "");
      CHECK(produced.result() == counts);
      CHECK(produced.fates() == fates);
      std::uint64_t sum = 0;
      for (const std::uint32_t c : counts) sum += c;
      CHECK(sum == fates[0]);
      CHECK(fates[0] + fates[1] + fates[2] == static_cast<std::uint64_t>(n));

      const auto features = robocache::features_of(
          tensor_view<const float, 2>(static_cast<const float*>(colour_memory.get()), {n, 3}));
      mean_call meaning{{}, stored, features, room, {}, {}, options, {}};
      const device_call<mean_call, float> expected_means(meaning, 3, true);
      REQUIRE(std::string(launched(expected_means.call, stream()).message()) == "");
      const auto means = expected_means.result();
      const device_call<mean_call, float> collected_means(meaning, 3, true);
      REQUIRE(std::string(by_collectives(collected_means.call, stream()).message()) == "");
      CHECK(collected_means.result() == means);
      meaning.points = made;
      device_call<mean_call, float> produced_means(meaning, 3, true);
      REQUIRE(std::string(produce(produced_means.call, image, stream()).message()) == "");
      CHECK(produced_means.result() == means);
      CHECK(produced_means.fates() == expected_means.fates());
    }
  }
}

TEST_CASE("collectives in users' kernels reduce crowded and heavy voxels, too", "[gpu][own]") {
  std::mt19937 random(72);
  constexpr std::int64_t n = 60000;
  std::vector<float> points(3 * n);
  std::vector<float> features(4 * n);
  for (std::size_t i = 0; i < n; ++i) {
    const bool together = random() % 3 != 0;
    points[3 * i] = together ? 0.1f : static_cast<float>(random() % 1000) * 0.012f - 6;
    points[3 * i + 1] = together ? 0.1f : static_cast<float>(random() % 1000) * 0.01f - 5;
    points[3 * i + 2] = together && random() % 2 != 0 ? 1.0f : static_cast<float>(random() % 15);
  }
  for (float& f : features) f = static_cast<float>(random() % 2001) * 0.01f - 10;
  const raw_memory point_memory(points.size() * 4);
  const raw_memory feature_memory(features.size() * 4);
  upload(point_memory, points);
  upload(feature_memory, features);
  const auto cloud = robocache::points_of(
      tensor_view<const float, 2>(static_cast<const float*>(point_memory.get()), {n, 3}));
  const auto values = robocache::features_of(
      tensor_view<const float, 2>(static_cast<const float*>(feature_memory.get()), {n, 4}));
  const mean_call meaning{{}, cloud, values, room, {}, {}, {}, {}};
  const device_call<mean_call, float> expected(meaning, 4, true);
  REQUIRE(std::string(launched(expected.call, stream()).message()) == "");
  const device_call<mean_call, float> collected(meaning, 4, true);
  REQUIRE(std::string(by_collectives(collected.call, stream()).message()) == "");
  CHECK(collected.result() == expected.result());

  // A reducer of users', without any optional member, against the same on the CPU.
  const share_call sharing{{2.5f}, cloud, values, room, {}, {}, {}, {}};
  const device_call<share_call, float> on_gpu(sharing, 4, true);
  REQUIRE(std::string(launched(on_gpu.call, stream()).message()) == "");
  share_call on_cpu = sharing;
  std::vector<float> result(4 * 40 * 33 * 50);
  on_cpu.points = robocache::points_of(tensor_view<const float, 2>(points.data(), {n, 3}));
  on_cpu.features = robocache::features_of(tensor_view<const float, 2>(features.data(), {n, 4}));
  on_cpu.output = tensor_view<float, 4>(result.data(), {50, 33, 40, 4});
  std::vector<std::uint32_t> counts(40 * 33 * 50);
  on_cpu.reports.counts = tensor_view<std::uint32_t, 3>(counts.data(), {50, 33, 40});
  std::vector<std::uint64_t> space(on_cpu.workspace_bytes(robocache::cpu) / 8 + 2);
  on_cpu.space = {space.data(), space.size() * 8};
  if (reinterpret_cast<std::uintptr_t>(space.data()) % 16 != 0) on_cpu.space.data = &space[1];
  on_cpu.space.bytes = (space.size() - 1) * 8;
  REQUIRE(std::string(robocache::voxelize(on_cpu, robocache::cpu).message()) == "");
  CHECK(on_gpu.result() == result);

  // And once more on top of that.
  share_call again = on_gpu.call;
  again.options.update = robocache::grid_update::accumulate;
  REQUIRE(std::string(launched(again, stream()).message()) == "");
  on_cpu.options.update = robocache::grid_update::accumulate;
  REQUIRE(std::string(robocache::voxelize(on_cpu, robocache::cpu).message()) == "");
  CHECK(on_gpu.result() == result);
}

TEST_CASE("collectives in users' kernels reduce coordinates of the points", "[gpu][own]") {
  std::mt19937 random(73);
  constexpr std::int64_t n = 30000;
  std::vector<float> points(3 * n);
  for (std::size_t i = 0; i < 3 * n; ++i) {
    const bool together = i / 3 % 3 != 0;
    points[i] = together ? 1 + static_cast<float>(random() % 300) * 0.001f
                         : static_cast<float>(random() % 1500) * 0.01f - 6;
  }
  const raw_memory point_memory(points.size() * 4);
  upload(point_memory, points);
  const auto places_of = [](const robocache::point_view<float>& cloud) {
    robocache::voxel_options options;
    options.transform.translation[2] = 0.05;
    return place_call{
        {0.05f}, cloud, robocache::coordinates_of<robocache::relative_to::voxel_centre>(cloud),
        room,    {},    {},
        options, {}};
  };
  const device_call<place_call, float> on_gpu(
      places_of(robocache::points_of(
          tensor_view<const float, 2>(static_cast<const float*>(point_memory.get()), {n, 3}))),
      3, true);
  REQUIRE(std::string(by_collectives(on_gpu.call, stream()).message()) == "");

  place_call on_cpu =
      places_of(robocache::points_of(tensor_view<const float, 2>(points.data(), {n, 3})));
  std::vector<float> result(3 * 40 * 33 * 50);
  on_cpu.output = tensor_view<float, 4>(result.data(), {50, 33, 40, 3});
  std::vector<std::max_align_t> space(
      on_cpu.workspace_bytes(robocache::cpu) / sizeof(std::max_align_t) + 1);
  on_cpu.space = {space.data(), space.size() * sizeof(std::max_align_t)};
  REQUIRE(std::string(robocache::voxelize(on_cpu, robocache::cpu).message()) == "");
  CHECK(on_gpu.result() == result);
  CHECK(std::count_if(result.begin(), result.end(), [](float x) { return x > 100; }) > 0);
}

TEST_CASE("single points are added from registers", "[gpu][own]") {
  const std::vector<float> points = {0.1f, 0.1f, 1, 0.1f, 0.1f, 1, 90, 0, 1, -6, -5, 0};
  const raw_memory point_memory(points.size() * 4);
  upload(point_memory, points);
  const auto cloud = robocache::points_of(
      tensor_view<const float, 2>(static_cast<const float*>(point_memory.get()), {4, 3}));
  const device_call<count_call, std::uint32_t> expected({{}, cloud, {}, room, {}, {}, {}, {}}, 1,
                                                        false);
  REQUIRE(std::string(launched(expected.call, stream()).message()) == "");
  const device_call<count_call, std::uint32_t> got(expected.call, 1, false);
  upload(got.output, std::vector<std::uint32_t>(40 * 33 * 50));
  CHECK(add_singly(got.call, stream()) == 3);
  CHECK(got.result() == expected.result());
}

TEST_CASE("preload checks like a call and runs nothing", "[gpu][own]") {
  const std::vector<float> points(3 * 7);
  const raw_memory point_memory(points.size() * 4);
  upload(point_memory, points);
  const auto cloud = robocache::points_of(
      tensor_view<const float, 2>(static_cast<const float*>(point_memory.get()), {7, 3}));
  const auto values = robocache::features_of(
      tensor_view<const float, 2>(static_cast<const float*>(point_memory.get()), {7, 3}));
  const device_call<count_call, std::uint32_t> count({{}, cloud, {}, room, {}, {}, {}, {}}, 1,
                                                     false);
  const std::vector<std::uint32_t> before(40 * 33 * 50, 77);
  upload(count.output, before);
  CHECK(std::string(preloaded(count.call).message()) == "");
  CHECK(count.result() == before);
  const device_call<mean_call, float> mean({{}, cloud, values, room, {}, {}, {}, {}}, 3, true);
  CHECK(std::string(preloaded(mean.call).message()) == "");
  count_call wrong = count.call;
  wrong.space.bytes = 0;
  CHECK(preloaded(wrong).code() == robocache::status_code::invalid_argument);
}

TEST_CASE("a grid of more voxels than a stream gets through is refused at once", "[gpu][own]") {
  const robocache::voxel_grid<float> vast{{0, 0, 0}, {1, 1, 1}, {1000000, 1000000, 1000000}};
  count_call counting{};
  counting.grid = vast;
  // Far from all other memory, so that nothing overlaps. Nobody gets as far as writing there.
  counting.output = tensor_view<std::uint32_t, 3>(
      reinterpret_cast<std::uint32_t*>(std::uintptr_t{1} << 62), {1000000, 1000000, 1000000});
  const raw_memory space(workspace_of(counting) + 16);
  counting.space = {space.get(), workspace_of(counting)};
  const std::string message = launched(counting, stream()).message();
  CHECK(message ==
        "voxelize: grid.extents has 1e+18 voxels, at most 4.398e12 (2^42) are supported on a "
        "CUDA stream or with a sink");

  // Where no voxel is written the number of voxels does not matter.
  mean_call nothing{};
  nothing.grid = vast;
  nothing.output = tensor_view<float, 4>(nullptr, {1000000, 1000000, 1000000, 0});
  const raw_memory more(workspace_of(nothing) + 16);
  nothing.space = {more.get(), workspace_of(nothing)};
  CHECK(std::string(launched(nothing, stream()).message()) == "");
  tested().finish();
}
