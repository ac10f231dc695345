// SPDX-License-Identifier: Apache-2.0
#include "voxelize/features.hpp"
#include "voxelize/gpu_row.cuh"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace {

/// Registers `accumulate/<row>`: few points with many channels into a grid that is kept, timed
/// beside the same call that replaces it.
void register_accumulate(const bench::voxel_shape& shape) {
  bench::register_row(
      "accumulate/" + bench::row_name("voxelize", shape), [=](benchmark::State& state) {
        constexpr auto mean = robocache::reduction::mean;
        const bench::stream where;
        const auto bytes = bench::workspace_bytes<mean>(shape, static_cast<cudaStream_t>(where));
        const bench::voxel_workload work(where, shape, bytes, false);
        const bench::voxel_buffers buffers = work[0];
        const auto launch = [&](cudaStream_t to, robocache::grid_update update) {
          robocache::voxel_options options;
          options.update = update;
          bench::launch_robocache_voxelize<mean, float>(to, shape, buffers, options);
        };
        const auto replace = [&](cudaStream_t to, int) {
          launch(to, robocache::grid_update::replace);
        };
        const auto accumulate = [&](cudaStream_t to, int) {
          launch(to, robocache::grid_update::accumulate);
        };
        // Added to an empty grid it is what replaces any other.
        bench::check_by_naive<mean, float>(where, work, 0);
        auto* const result = static_cast<std::uint32_t*>(buffers.output);
        const std::size_t words = shape.output_bytes() / sizeof(std::uint32_t);
        const bench::device_array<std::uint32_t> expected(words);
        bench::check(cudaMemcpyAsync(expected.data(), result, shape.output_bytes(),
                                     cudaMemcpyDeviceToDevice, where),
                     "keep the means");
        bench::check(cudaMemsetAsync(result, 0, shape.output_bytes(), where), "clear the means");
        bench::check(cudaMemsetAsync(buffers.counts, 0, shape.count_bytes(), where),
                     "clear the counts");
        accumulate(where, 0);
        bench::require_equal(where, "means", result, expected.data(), words);

        const bench::effort how = bench::quick_effort();
        const bench::timing replacing = bench::time_launches(where, 1, how, replace);
        for (auto _ : state) {
          const bench::timing adding = bench::time_launches(where, 1, how, accumulate);
          state.SetIterationTime(adding.median_us * 1e-6);
          state.counters["replace_us"] = replacing.median_us;
          state.counters["ratio_to_replace"] = adding.median_us / replacing.median_us;
          state.counters["min_us"] = adding.min_us;
          state.counters["p90_us"] = adding.p90_us;
          state.counters["launches"] = adding.launches;
          state.counters["replays"] = adding.samples;
        }
      });
}

}  // namespace

void bench::register_voxelize_features() {
  for (const voxel_shape& shape : voxel_rows()) {
    if (!has_features(shape.reduces)) continue;
    with_types_of_features<__nv_bfloat16>(shape, [&](auto reduces, auto scalar) {
      register_voxelize<decltype(reduces)::value, decltype(scalar)>(shape);
    });
  }
  for (const int n : {1, 32}) {  // one voxel alone, and one of many
    voxel_shape shape{reduction::mean, 4'990, n, n, n, point_cloud::one_voxel, 1'000};
    shape.has_counts = true;
    register_accumulate(shape);
  }
}
