// SPDX-License-Identifier: Apache-2.0
// The CPU back end against the loop one writes first, in the same run: the GPU's rows but those of
// many millions of points or elements.

#include <robocache/voxelize.hpp>

#include "harness/cpu_main.hpp"
#include "harness/cpu_row.hpp"
#include "harness/inputs.hpp"
#include "harness/plain.hpp"
#include "voxelize/call.hpp"
#include "voxelize/cloud.hpp"
#include "voxelize/shape.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using bench::bfloat16;
using bench::has_features;
using robocache::reduction;

template <reduction R, class Scalar>
using element_t = std::conditional_t<has_features(R), Scalar, robocache::voxel_scalar_t<R>>;

/// A cloud with its features and its grid.
template <reduction R, class Scalar>
struct recording {
  recording(const bench::voxel_shape& s, int set)
      : shape(s),
        points(s.point_bytes()),
        features(static_cast<std::size_t>(s.points) * s.features),
        output(s.output_bytes() / sizeof(element_t<R, Scalar>)),
        counts(s.cells()),
        workspace(bench::workspace_bytes<R>(s, robocache::cpu)) {
    const std::uint64_t seed = bench::seed_of_set(set);
    const robocache::voxel_grid<float> grid = bench::grid_of(s);
    const auto number = static_cast<std::uint64_t>(s.points);
    for (std::uint64_t i = 0; i < number; ++i) {
      float p[3];
      bench::cloud_point(s.cloud, grid, number, seed, i, p);
      std::memcpy(
          points.data() + i * bench::bytes_per_point(s.layout) + bench::offset_of_x(s.layout), p,
          sizeof(p));
    }
    for (std::size_t i = 0; i < features.size(); ++i) {
      bench::assign(features[i], bench::random_float(seed + 4, i));
    }
  }

  bench::voxel_shape shape;
  std::vector<unsigned char> points;
  std::vector<Scalar> features;
  std::vector<element_t<R, Scalar>> output;
  std::vector<std::uint32_t> counts;  // of the plain loop, and the library's where asked for
  std::vector<float> sums;            // the plain loop's, where the output is too narrow
  std::vector<unsigned char> workspace;
};

/// Calls `use(i, voxel)` for the points that are in the grid.
template <class Use>
void for_points(const bench::voxel_shape& shape, const unsigned char* points, const Use& use) {
  const robocache::voxel_grid<float> grid = bench::grid_of(shape);
  const int step = bench::bytes_per_point(shape.layout);
  points += bench::offset_of_x(shape.layout);
  for (std::int64_t i = 0; i < shape.points; ++i) {
    float p[3];
    std::memcpy(p, points + i * step, sizeof(p));
    const float x = std::floor((p[0] - grid.origin[0]) / grid.voxel_size[0]);
    const float y = std::floor((p[1] - grid.origin[1]) / grid.voxel_size[1]);
    const float z = std::floor((p[2] - grid.origin[2]) / grid.voxel_size[2]);
    const bool is_inside = x >= 0 && x < static_cast<float>(shape.nx) && y >= 0 &&
                           y < static_cast<float>(shape.ny) && z >= 0 &&
                           z < static_cast<float>(shape.nz);
    if (!is_inside) continue;
    const std::int64_t row = static_cast<std::int64_t>(z) * shape.ny + static_cast<std::int64_t>(y);
    use(static_cast<std::size_t>(i), row, static_cast<std::int64_t>(x));
  }
}

/// The plain loop of counts and occupancy: clear, then add point after point.
template <reduction R, class Scalar>
void plain_count(recording<R, Scalar>& r) {
  std::fill(r.output.begin(), r.output.end(), element_t<R, Scalar>{});
  const int nx = r.shape.nx;
  const std::int64_t words = (nx + 31) / 32;
  for_points(r.shape, r.points.data(), [&](std::size_t, std::int64_t row, std::int64_t x) {
    if constexpr (R == reduction::count) {
      ++r.output[static_cast<std::size_t>(row * nx + x)];
    } else if constexpr (R == reduction::occupancy) {
      r.output[static_cast<std::size_t>(row * nx + x)] = 1;
    } else {
      r.output[static_cast<std::size_t>(row * words + x / 32)] |= 1u << (x % 32);
    }
  });
}

/// Of means and maxima: sums in float, or maxima so far, point after point; then the whole grid is
/// divided by the counts or emptied where no point was.
template <reduction R, class Scalar>
void plain_reduce(recording<R, Scalar>& r) {
  const auto channels = static_cast<std::size_t>(r.shape.features);
  float* sums = nullptr;
  if constexpr (std::is_same_v<Scalar, float>) {
    sums = r.output.data();
  } else {
    r.sums.resize(r.output.size());
    sums = r.sums.data();
  }
  const float start = R == reduction::mean ? 0 : -std::numeric_limits<float>::infinity();
  std::fill(sums, sums + r.output.size(), start);
  std::fill(r.counts.begin(), r.counts.end(), 0u);
  for_points(r.shape, r.points.data(), [&](std::size_t i, std::int64_t row, std::int64_t x) {
    const auto voxel = static_cast<std::size_t>(row * r.shape.nx + x);
    ++r.counts[voxel];
    const Scalar* const from = r.features.data() + i * channels;
    float* const to = sums + voxel * channels;
    for (std::size_t c = 0; c < channels; ++c) {
      const float value = bench::to_float(from[c]);
      to[c] = R == reduction::mean ? to[c] + value : std::max(to[c], value);
    }
  });
  for (std::size_t voxel = 0; voxel < r.counts.size(); ++voxel) {
    const auto n = static_cast<float>(r.counts[voxel]);
    for (std::size_t i = voxel * channels; i < (voxel + 1) * channels; ++i) {
      float value = 0;
      if (n > 0) value = R == reduction::mean ? sums[i] / n : sums[i];
      bench::assign(r.output[i], value);
    }
  }
}

template <reduction R, class Scalar>
robocache::status library_voxelize(recording<R, Scalar>& r, robocache::cpu_execution where) {
  bench::voxel_buffers buffers{};
  buffers.points = r.points.data();
  buffers.features = r.features.data();
  buffers.output = r.output.data();
  if (r.shape.has_counts) buffers.counts = r.counts.data();
  buffers.workspace = {r.workspace.data(), r.workspace.size()};
  return bench::call_voxelize<R, Scalar>(r.shape, buffers, where);
}

template <reduction R, class Scalar>
void add(const bench::voxel_shape& shape) {
  using cloud = recording<R, Scalar>;
  const std::string name = bench::row_name("voxelize_cpu", shape);
  bench::register_cpu_row(name, [=](benchmark::State& state, robocache::cpu_execution where) {
    std::vector<cloud> recordings;
    for (int i = 0; i < bench::recordings_for(static_cast<int>(shape.points)); ++i) {
      recordings.emplace_back(shape, i);
    }
    bench::measure_cpu_row(
        state, name, recordings,
        [](cloud& r) {
          if constexpr (has_features(R)) {
            plain_reduce(r);
          } else {
            plain_count(r);
          }
        },
        [=](cloud& r) { return library_voxelize(r, where); });
    const cloud& first = recordings.front();
    if (shape.has_counts) {
      bench::keep_result(name + ".counts", first.counts.data(), first.counts.size() * 4);
    }
    state.counters["points_per_s"] = static_cast<double>(shape.points) *
                                     state.counters["outputs_per_s"].value /
                                     static_cast<double>(first.output.size());
  });
}

}  // namespace

int main(int argc, char** argv) {
  for (const bench::voxel_shape& shape : bench::voxel_rows()) {
    if (shape.points > 1'000'000 || shape.bytes() > 250'000'000) continue;
    const auto add_typed = [&](auto reduces, auto scalar) {
      add<decltype(reduces)::value, decltype(scalar)>(shape);
    };
    if (has_features(shape.reduces)) {
      bench::with_types_of_features<bfloat16>(shape, add_typed);
    } else {
      bench::with_types_of_counts(shape, add_typed);
    }
  }
  return bench::cpu_main(argc, argv);
}
