// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/voxelize.cuh>

#include "../harness/device.cuh"
#include "../harness/far.cuh"
#include "../harness/fill.cuh"
#include "../harness/graph_timer.cuh"
#include "../harness/row.cuh"
#include "call.hpp"
#include "cpu_result.hpp"
#include "naive.cuh"
#include "shape.hpp"
#include "workload.cuh"

#include <benchmark/benchmark.h>
#include <cuda_bf16.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>

/// \file
/// One row of the voxelize benchmarks: checked against the naive kernels and the CPU back end, then
/// measured.

namespace bench {

template <reduction R, class Scalar>
void launch_robocache_voxelize(cudaStream_t where, const voxel_shape& shape,
                               const voxel_buffers& buffers,
                               const robocache::voxel_options& options = {}) {
  const robocache::status result = call_voxelize<R, Scalar>(shape, buffers, where, options);
  if (!result.ok()) throw std::runtime_error(result.message());
}

/// The type of a row's output.
template <reduction R, class Scalar>
struct voxel_element {
  using type = Scalar;
};
template <class Scalar>
struct voxel_element<reduction::count, Scalar> {
  using type = std::uint32_t;
};
template <class Scalar>
struct voxel_element<reduction::occupancy, Scalar> {
  using type = std::uint8_t;
};
template <class Scalar>
struct voxel_element<reduction::occupancy_bits, Scalar> {
  using type = std::uint32_t;
};

/// How far a mean may be from the naive one, of values in [-1, 1). That sums in float and in any
/// order: an error of n 2^-24 of the largest partial sum at worst, near 2^-24 sqrt(n) as a rule. In
/// BF16 both round, and may do so to either side.
template <class Scalar>
inline constexpr float naive_mean_tolerance = std::is_same_v<Scalar, float> ? 1e-5f : 0.004f;

/// Throws unless the library gives what the naive kernels give: the same bits, or for means nearly
/// the same numbers.
template <reduction R, class Scalar>
void check_by_naive(const stream& where, const voxel_workload& work, int set) {
  using element = typename voxel_element<R, Scalar>::type;
  const voxel_shape& shape = work.shape();
  const voxel_buffers buffers = work[set];
  const std::size_t elements = shape.output_bytes() / sizeof(element);
  const device_array<element> output(elements);
  const device_array<std::uint32_t> counts(shape.has_counts ? shape.cells() : 0);
  voxel_buffers expected = buffers;
  expected.output = output.data();
  expected.counts = counts.data();
  auto* const result = static_cast<element*>(buffers.output);
  poison(where, result, elements);
  if (shape.has_counts) poison(where, buffers.counts, shape.cells());
  launch_robocache_voxelize<R, Scalar>(where, shape, buffers);
  launch_naive_voxelize<R, Scalar>(where, shape, expected, work.scratch(set));
  if constexpr (R == reduction::mean) {
    const std::uint64_t far =
        count_far(where, result, output.data(), elements, naive_mean_tolerance<Scalar>);
    if (far > 0) {
      throw std::runtime_error(std::to_string(far) + " of " + std::to_string(elements) +
                               " means are far from the naive kernels'");
    }
  } else {
    require_equal(where, "elements", result, output.data(), elements);
  }
  if (shape.has_counts) {
    require_equal(where, "counts", buffers.counts, counts.data(), shape.cells());
  }
}

/// Throws unless the library's CPU back end gives the bits that the GPU left in set 0.
template <reduction R, class Scalar>
void check_by_cpu(const stream& where, const voxel_workload& work) {
  using element = typename voxel_element<R, Scalar>::type;
  const voxel_shape& shape = work.shape();
  const voxel_buffers buffers = work[0];
  // new[] leaves what is overwritten anyway uninitialised.
  const std::unique_ptr<unsigned char[]> points(new unsigned char[shape.point_bytes()]);
  const std::unique_ptr<unsigned char[]> features(new unsigned char[shape.feature_bytes()]);
  const std::unique_ptr<unsigned char[]> output(new unsigned char[shape.output_bytes()]);
  const std::unique_ptr<std::uint32_t[]> counts(shape.has_counts ? new std::uint32_t[shape.cells()]
                                                                 : nullptr);
  const auto copy = [&](void* to, const void* from, std::size_t bytes) {
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, where), "check_by_cpu");
  };
  copy(points.get(), buffers.points, shape.point_bytes());
  if (shape.features > 0) copy(features.get(), buffers.features, shape.feature_bytes());
  where.synchronize();
  voxel_buffers on_host{};
  on_host.points = points.get();
  if (shape.features > 0) on_host.features = features.get();
  on_host.output = output.get();
  on_host.counts = counts.get();
  voxelize_on_cpu(shape, on_host);

  const auto require = [&](const char* what, const auto* result, const void* host,
                           std::size_t count) {
    using value = std::remove_const_t<std::remove_pointer_t<decltype(result)>>;
    const device_array<value> expected(count);
    copy(expected.data(), host, count * sizeof(value));
    const std::uint64_t wrong = count_differences(where, result, expected.data(), count);
    if (wrong > 0) {
      throw std::runtime_error(std::to_string(wrong) + " of " + std::to_string(count) + " " + what +
                               " differ from the CPU back end's");
    }
  };
  require("elements", static_cast<const element*>(buffers.output), output.get(),
          shape.output_bytes() / sizeof(element));
  if (shape.has_counts) {
    require("counts", static_cast<const std::uint32_t*>(buffers.counts), counts.get(),
            shape.cells());
  }
}

template <reduction R, class Scalar>
void measure_voxelize(benchmark::State& state, const std::string& name, const voxel_shape& shape,
                      bool cold) {
  const stream where;
  const std::size_t workspace = workspace_bytes<R>(shape, static_cast<cudaStream_t>(where));
  const voxel_workload work(where, shape, workspace, cold);
  if (work.sets() > 1) check_by_naive<R, Scalar>(where, work, work.sets() - 1);
  check_by_naive<R, Scalar>(where, work, 0);
  // Once: set 0 of the cold row is the same. And not where the CPU takes long.
  if (!cold && shape.points <= 1'000'000) check_by_cpu<R, Scalar>(where, work);
  const voxel_buffers buffers = work[0];
  keep_device_result(where, name, static_cast<const unsigned char*>(buffers.output),
                     shape.output_bytes());
  if (shape.has_counts) {
    keep_device_result(where, name + ".counts", buffers.counts, shape.cells());
  }

  effort how;
  how.min_launches = 5;
  // Atomic operations on one address take milliseconds.
  if (shape.cloud == point_cloud::one_voxel || shape.cloud == point_cloud::lidar_missing) {
    how = quick_effort();
    how.min_launches = 2;
  }
  measure_row(
      state, where, work.sets(), shape.bytes(), how,
      [&](cudaStream_t s, int set) { launch_robocache_voxelize<R, Scalar>(s, shape, work[set]); },
      [&](cudaStream_t s, int set) {
        launch_naive_voxelize<R, Scalar>(s, shape, work[set], work.scratch(set));
      });
  state.counters["points_per_s"] = static_cast<double>(shape.points) *
                                   state.counters["bytes_per_s"].value /
                                   static_cast<double>(shape.bytes());
  state.counters["workspace_bytes"] = static_cast<double>(workspace);
}

/// Registers `voxelize/<shape>/warm` and, where it differs, `/cold`.
template <reduction R, class Scalar>
void register_voxelize(const voxel_shape& shape) {
  const std::string name = row_name("voxelize", shape);
  for (const bool cold : {false, true}) {
    if (cold && !shape.may_be_warm()) continue;
    register_row(name + (cold ? "/cold" : "/warm"), [=](benchmark::State& state) {
      measure_voxelize<R, Scalar>(state, name, shape, cold);
    });
  }
}

}  // namespace bench
