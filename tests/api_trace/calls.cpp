// SPDX-License-Identifier: Apache-2.0
#include "calls.hpp"

#include "launches.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace robocache_test {
namespace {

using robocache::tensor_view;
using body_type = std::function<void(const launcher_call&)>;

void must(cudaError_t error) {
  if (error != cudaSuccess) throw std::runtime_error(cudaGetErrorString(error));
}

template <class T>
class device_array {
 public:
  explicit device_array(std::int64_t size) {
    must(cudaMalloc(reinterpret_cast<void**>(&data_), static_cast<std::size_t>(size) * sizeof(T)));
    must(cudaMemset(data_, 0, static_cast<std::size_t>(size) * sizeof(T)));
    must(cudaDeviceSynchronize());  // the stream of the calls does not wait for the default one
  }
  explicit device_array(const std::vector<T>& host)
      : device_array(static_cast<std::int64_t>(host.size())) {
    must(cudaMemcpy(data_, host.data(), host.size() * sizeof(T), cudaMemcpyHostToDevice));
    must(cudaDeviceSynchronize());
  }
  device_array(const device_array&) = delete;
  device_array& operator=(const device_array&) = delete;
  ~device_array() { (void)cudaFree(data_); }

  T* data() const { return data_; }

 private:
  T* data_ = nullptr;
};

/// Recordings [B, S, D] in device memory, grids [B, T], and room for the results.
template <class Value, class Time>
struct recordings {
  std::int64_t batch;
  std::int64_t samples;
  std::int64_t rows;
  std::int64_t channels;
  device_array<Value> values{batch * samples * channels};
  device_array<Time> times{ramp(batch, samples, 10)};
  device_array<std::int64_t> lengths{std::vector<std::int64_t>(at(batch), samples - 3)};
  device_array<Time> targets{ramp(batch, rows, 7)};
  device_array<Value> results{batch * rows * channels};
  device_array<std::uint8_t> statuses{batch * rows};

  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
  static std::vector<Time> ramp(std::int64_t items, std::int64_t each, int step) {
    std::vector<Time> stamps;
    for (std::int64_t i = 0; i < items * each; ++i) {
      stamps.push_back(static_cast<Time>(i % each * step));
    }
    return stamps;
  }

  robocache::source_view<Value, Time> source(bool with_lengths) const {
    const tensor_view<const Value, 3> all(values.data(), {batch, samples, channels});
    const tensor_view<const Time, 2> stamps(times.data(), {batch, samples});
    if (!with_lengths) return robocache::padded_source(all, stamps);
    return robocache::padded_source(all, stamps,
                                    tensor_view<const std::int64_t, 1>(lengths.data(), {batch}));
  }
  robocache::target_view<Time> grid() const {
    return tensor_view<const Time, 2>(targets.data(), {batch, rows});
  }
  tensor_view<Value, 3> output() const { return {results.data(), {batch, rows, channels}}; }
  tensor_view<std::uint8_t, 2> reports() const { return {statuses.data(), {batch, rows}}; }
};

void for_each_resampling(const body_type& body) {
  const recordings<float, double> wide{3, 50, 40, 8};
  body({"resample, floats", 1, 1, [&](const launch_place& at) {
          return resample_floats(wide.source(false), wide.grid(), wide.output(), {}, {}, at);
        }});

  const recordings<float, double> many{200, 60, 90, 7};
  robocache::resample_options<double> rules;
  rules.interpolation = robocache::interpolation::nearest;
  rules.gap = robocache::gap_policy::nan;
  rules.max_gap = 9;
  rules.tolerance = 4;
  body({"resample, floats, lengths, gaps and statuses", 1, 1, [&](const launch_place& at) {
          return resample_floats(many.source(true), many.grid(), many.output(), many.reports(),
                                 rules, at);
        }});

  const device_array<float> scale(8);
  robocache::resample_options<double> normalized;
  normalized.extrapolation = robocache::extrapolation::linear;
  normalized.horizon = 5;
  normalized.scale = tensor_view<const float, 1>(scale.data(), {8});
  body({"resample, floats, normalized", 1, 1, [&](const launch_place& at) {
          return resample_floats(wide.source(true), wide.grid(), wide.output(), {}, normalized, at);
        }});

  const recordings<bfloat16, std::int64_t> halves{3, 50, 40, 16};
  body({"resample, bfloat16", 1, 1, [&](const launch_place& at) {
          return resample_bfloats(halves.source(false), halves.grid(), halves.output(), {}, {}, at);
        }});

  const recordings<bfloat16, std::int64_t> odd{5, 30, 20, 3};
  robocache::resample_options<std::int64_t> held;
  held.interpolation = robocache::interpolation::previous;
  held.extrapolation = robocache::extrapolation::fill;
  body({"resample, bfloat16, lengths and statuses", 1, 1, [&](const launch_place& at) {
          return resample_bfloats(odd.source(true), odd.grid(), odd.output(), odd.reports(), held,
                                  at);
        }});
}

void for_each_fusion(const body_type& body) {
  constexpr std::int64_t batch = 3, rows = 40;
  const recordings<float, std::int64_t> slow{batch, 20, rows, 4};
  const recordings<float, std::int64_t> fast{batch, 300, rows, 7};
  const recordings<float, std::int64_t> wide{batch, 50, rows, 33};
  const device_array<float> results(batch * rows * 44);
  const device_array<std::uint8_t> statuses(batch * rows * 3);
  const device_array<std::int64_t> ages(batch * rows * 3);
  const tensor_view<float, 3> output(results.data(), {batch, rows, 44});

  const std::array<fused_stream, 3> plain = {slow.source(false), fast.source(true),
                                             wide.source(false)};
  body({"fuse, three streams", 1, 1,
        [&](const launch_place& at) { return fuse_three(plain, slow.grid(), output, {}, at); }});

  robocache::resample_options<std::int64_t> rules;
  rules.interpolation = robocache::interpolation::previous;
  rules.offset = -3;
  const std::array<fused_stream, 3> grouped = {
      fused_stream(
          robocache::with_groups(slow.source(true), {{0, 4, robocache::channel_mode::slerp_xyzw}})),
      fused_stream(fast.source(true), rules), fused_stream(wide.source(false))};
  robocache::fuse_reports<std::int64_t> reports;
  reports.statuses = tensor_view<std::uint8_t, 3>(statuses.data(), {batch, rows, 3});
  reports.ages = tensor_view<std::int64_t, 3>(ages.data(), {batch, rows, 3});
  body({"fuse, three streams with rotations and reports", 1, 1, [&](const launch_place& at) {
          return fuse_three(grouped, slow.grid(), output, reports, at);
        }});
}

/// Points all over the unit cube.
std::vector<float> spread_points(std::int64_t size) {
  std::vector<float> coordinates;
  std::uint32_t state = 1;
  for (std::int64_t i = 0; i < 3 * size; ++i) {
    state = state * 1664525u + 1013904223u;
    coordinates.push_back(static_cast<float>(state >> 8) * 0x1p-24f);
  }
  return coordinates;
}

robocache::voxel_grid<float> unit_cube(std::int64_t edge) {
  const float size = 1.0f / static_cast<float>(edge);
  return {{0, 0, 0}, {size, size, size}, {edge, edge, edge}};
}

void for_each_voxelization(const body_type& body) {
  constexpr std::int64_t most = 1'000'000, channels = 4;
  const device_array<float> coordinates(spread_points(most));
  const device_array<float> values(most * channels);
  const device_array<robocache::voxel_counters> counters(1);
  const auto cloud = [&](std::int64_t points) {
    return robocache::points_of(tensor_view<const float, 2>(coordinates.data(), {points, 3}));
  };
  const auto features = [&](std::int64_t points, std::int64_t width) {
    return robocache::features_of(tensor_view<const float, 2>(values.data(), {points, width}));
  };

  const auto counting = [&](const char* name, std::int64_t points, std::int64_t edge,
                            int fewest_kernels, robocache::grid_update update, bool count_lost) {
    const robocache::voxel_grid<float> grid = unit_cube(edge);
    const device_array<std::uint32_t> counts(edge * edge * edge);
    const std::size_t bytes = count_bytes(points, grid);
    const device_array<unsigned char> space(static_cast<std::int64_t>(bytes));
    robocache::voxel_reports reports;
    if (count_lost) reports.counters = counters.data();
    robocache::voxel_options options;
    options.update = update;
    body({name, fewest_kernels, 2, [&](const launch_place& at) {
            return count_points(cloud(points), grid,
                                tensor_view<std::uint32_t, 3>(counts.data(), {edge, edge, edge}),
                                reports, options, {space.data(), bytes}, at);
          }});
  };
  using robocache::grid_update;
  counting(counts_directly, 10'000, 64, 2, grid_update::replace, false);
  counting("voxelize, counts of 10k points, accumulated", 10'000, 64, 1, grid_update::accumulate,
           false);
  counting(counts_in_bins, most, 50, 2, grid_update::replace, false);
  counting("voxelize, counts of 1M points with counters", most, 50, 2, grid_update::replace, true);
  counting("voxelize, counts of 1M points in many voxels", most, 210, 2, grid_update::replace,
           true);

  const auto meaning = [&](const char* name, std::int64_t points, std::int64_t width,
                           bool with_reports) {
    constexpr std::int64_t edge = 50;
    const robocache::voxel_grid<float> grid = unit_cube(edge);
    const device_array<float> means(edge * edge * edge * width);
    const device_array<std::uint32_t> counts(edge * edge * edge);
    const std::size_t bytes = mean_bytes(points, grid);
    const device_array<unsigned char> space(static_cast<std::int64_t>(bytes));
    robocache::voxel_reports reports;
    if (with_reports) {
      reports.counts = tensor_view<std::uint32_t, 3>(counts.data(), {edge, edge, edge});
      reports.counters = counters.data();
    }
    body({name, 2, 3, [&](const launch_place& at) {
            return mean_of_features(cloud(points), features(points, width), grid,
                                    tensor_view<float, 4>(means.data(), {edge, edge, edge, width}),
                                    reports, {}, {space.data(), bytes}, at);
          }});
  };
  meaning("voxelize, means of 2k points", 2'000, 3, false);
  meaning("voxelize, means of 1M points", most, channels, false);
  meaning("voxelize, means of 10k points with reports", 10'000, channels, true);
}

}  // namespace

void for_each_call(const body_type& body) {
  for_each_resampling(body);
  for_each_fusion(body);
  for_each_voxelization(body);
}

}  // namespace robocache_test
