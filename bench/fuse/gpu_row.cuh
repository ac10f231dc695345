// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/fuse.cuh>

#include "../harness/device.cuh"
#include "../harness/far.cuh"
#include "../harness/fill.cuh"
#include "../harness/graph_timer.cuh"
#include "../harness/row.cuh"
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
#include <vector>

/// \file
/// One row of the fuse benchmarks: checked against the naive kernel, then measured.

namespace bench {

/// The streams as the library takes them.
///
/// \tparam Values  the scalars that the kernel holds code for: of BF16 rows, BF16 alone
template <class... Values, class Time>
std::vector<robocache::sensor_stream<Time, Values...>> streams_of(
    const fuse_shape& shape, const fuse_buffers<Time>& buffers) {
  using robocache::tensor_view;
  std::vector<robocache::sensor_stream<Time, Values...>> result;
  for (std::size_t n = 0; n < shape.streams.size(); ++n) {
    const fuse_stream_shape& s = shape.streams[n];
    const auto add = [&](auto zero) {
      using value = decltype(zero);
      const auto source = robocache::padded_source(
          tensor_view<const value, 3>(static_cast<const value*>(buffers.streams[n].values),
                                      {shape.batch, s.samples, s.channels}),
          tensor_view<const Time, 2>(buffers.streams[n].times, {shape.batch, s.samples}));
      if (s.quaternion >= 0) {
        result.emplace_back(robocache::with_groups(
            source, {{s.quaternion, 4, robocache::channel_mode::slerp_xyzw}}));
      } else {
        result.emplace_back(source);
      }
    };
    if (s.scalar == fuse_scalar::bf16) {
      add(__nv_bfloat16{});
    } else if constexpr ((std::is_same_v<Values, float> || ...)) {
      add(float{});
    } else {
      throw std::logic_error("a stream of a scalar that its row does not list");
    }
  }
  return result;
}

template <class... Values, class Time>
void launch_robocache_fuse(cudaStream_t where, const fuse_shape& shape,
                           const fuse_buffers<Time>& buffers) {
  using robocache::tensor_view;
  const std::int64_t b = shape.batch;
  const std::int64_t t = shape.rows();
  const std::int64_t n = static_cast<std::int64_t>(shape.streams.size());
  const tensor_view<const Time, 2> anchors(buffers.anchors, {b, shape.anchors});
  robocache::target_view<Time> targets = anchors;
  if (shape.is_windowed()) {
    targets = robocache::window_times(anchors,
                                      tensor_view<const Time, 1>(buffers.deltas, {shape.window}));
  }
  robocache::fuse_reports<Time> reports;
  if (shape.has_reports) {
    reports.statuses = tensor_view<std::uint8_t, 3>(buffers.statuses, {b, t, n});
    reports.ages = tensor_view<Time, 3>(buffers.ages, {b, t, n});
  }
  const robocache::status result = robocache::fuse(
      streams_of<Values...>(shape, buffers), targets,
      tensor_view<__nv_bfloat16, 3>(buffers.output, {b, t, shape.columns()}), reports, where);
  if (!result.ok()) throw std::runtime_error(result.message());
}

/// Throws unless the library gives what the naive kernel gives: the same bits, or where there are
/// rotations, whose sines both round in their own way, at most a step of BF16 apart.
template <class... Values, class Time>
void check_fuse(const stream& where, const fuse_workload<Time>& work, int set) {
  const fuse_shape& shape = work.shape();
  const fuse_buffers<Time> buffers = work[set];
  const std::size_t outputs = static_cast<std::size_t>(shape.outputs());
  const std::size_t reports = shape.has_reports ? static_cast<std::size_t>(shape.batch) *
                                                      shape.rows() * shape.streams.size()
                                                : 0;
  const device_array<__nv_bfloat16> output(outputs);
  const device_array<std::uint8_t> statuses(reports);
  const device_array<Time> ages(reports);
  fuse_buffers<Time> expected = buffers;
  expected.output = output.data();
  expected.statuses = statuses.data();
  expected.ages = ages.data();
  poison(where, expected.output, outputs);
  launch_robocache_fuse<Values...>(where, shape, buffers);
  launch_naive_fuse(where, shape, buffers, expected);
  if (shape.has_rotations()) {
    const float step = 0.004f;  // of BF16 below 1, rounded up
    if (count_far(where, buffers.output, expected.output, outputs, step) > 0) {
      throw std::runtime_error("more than a step of BF16 from the naive kernel");
    }
  } else {
    require_equal(where, "elements", buffers.output, expected.output, outputs);
  }
  if (shape.has_reports) {
    require_equal(where, "statuses", buffers.statuses, expected.statuses, reports);
    require_equal(where, "ages", buffers.ages, expected.ages, reports);
  }
}

template <class Time, class... Values>
void measure_fuse(benchmark::State& state, const std::string& name, const fuse_shape& shape,
                  bool cold, const effort& how) {
  const stream where;
  const int places = cold ? 1 : how.places;
  std::vector<std::unique_ptr<fuse_workload<Time>>> works;
  for (int i = 0; i < places; ++i) {
    works.push_back(std::make_unique<fuse_workload<Time>>(where, shape, cold));
  }
  const fuse_workload<Time>& first = *works.front();
  for (const int set : {0, first.sets() - 1}) check_fuse<Values...>(where, first, set);
  for (const auto& work : works) check_fuse<Values...>(where, *work, 0);
  keep_device_result(where, name, first[0].output, static_cast<std::size_t>(shape.outputs()));
  const auto buffers = [&](int set) {  // or place
    return places == 1 ? first[set] : (*works[static_cast<std::size_t>(set)])[0];
  };
  measure_row(
      state, where, first.sets(), first.bytes(), how,
      [&](cudaStream_t s, int set) { launch_robocache_fuse<Values...>(s, shape, buffers(set)); },
      [&](cudaStream_t s, int set) { launch_naive_fuse(s, shape, buffers(set), buffers(set)); },
      places);
}

/// Registers `fuse/<shape>/<scalars>[/reports][/slerp][/int64]/<warm and cold>`.
///
/// \tparam Time  of the stamps: float, which names do not say, or std::int64_t
template <class Time>
void register_fuse(const fuse_shape& shape, const effort& how) {
  const std::string name =
      row_name("fuse", shape) + (std::is_same_v<Time, std::int64_t> ? "/int64" : "");
  for (const bool cold : {false, true}) {
    register_row(name + (cold ? "/cold" : "/warm"), [=](benchmark::State& state) {
      if (shape.is_bf16()) {
        measure_fuse<Time, __nv_bfloat16>(state, name, shape, cold, how);
      } else {
        measure_fuse<Time, __nv_bfloat16, float>(state, name, shape, cold, how);
      }
    });
  }
}

}  // namespace bench
