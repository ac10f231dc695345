// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample.cuh>

#include "../harness/device.cuh"
#include "../harness/fill.cuh"
#include "../harness/graph_timer.cuh"
#include "../harness/row.cuh"
#include "naive.cuh"
#include "shape.hpp"
#include "workload.cuh"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

/// \file
/// One row of the resample benchmarks: checked against the naive kernel, then measured.

namespace bench {

template <class T>
const char* scalar_name() {
  if (std::is_same_v<T, std::uint8_t>) return "u8";
  if (std::is_same_v<T, __half>) return "f16";
  if (std::is_same_v<T, __nv_bfloat16>) return "bf16";
  if (std::is_same_v<T, float>) return "f32";
  return "f64";
}
template <class T>
const char* time_name() {
  if (std::is_same_v<T, std::int64_t>) return "int64";
  if (std::is_same_v<T, std::uint64_t>) return "uint64";
  return std::is_same_v<T, double> ? "f64" : "f32";
}

template <class In, class Time, class Out>
void launch_robocache(cudaStream_t where, const resample_shape& shape,
                      const resample_buffers<In, Time, Out>& buffers) {
  using robocache::tensor_view;
  const std::int64_t b = shape.batch;
  const std::int64_t s = shape.samples;
  const std::int64_t t = shape.rows;
  const std::int64_t d = shape.channels;
  const robocache::status result = robocache::resample(
      robocache::padded_source(tensor_view<const In, 3>(buffers.values, {b, s, d}),
                               tensor_view<const Time, 2>(buffers.times, {b, s})),
      tensor_view<const Time, 2>(buffers.targets, {b, t}),
      tensor_view<Out, 3>(buffers.output, {b, t, d}),
      robocache::resample_options<Time, robocache::compute_t<In, Out>>{}, where);
  if (!result.ok()) throw std::runtime_error(result.message());
}

template <class In, class Time, class Out>
void measure_resample(benchmark::State& state, const std::string& name, const resample_shape& shape,
                      target_order order, bool cold, const effort& how) {
  const stream where;
  using workload = resample_workload<In, Time, Out>;
  const int places = cold ? 1 : how.places;
  std::vector<std::unique_ptr<workload>> works;
  for (int i = 0; i < places; ++i) {
    works.push_back(std::make_unique<workload>(where, shape, order, cold));
  }
  const workload& first = *works.front();
  const auto buffers = [&](int set) {  // or place
    return places == 1 ? first[set] : (*works[static_cast<std::size_t>(set)])[0];
  };
  const std::size_t outputs = static_cast<std::size_t>(shape.outputs());
  device_array<Out> expected(outputs);
  for (const int set : {0, (places == 1 ? first.sets() : places) - 1}) {
    launch_robocache(where, shape, buffers(set));
    poison(where, expected.data(), outputs);
    launch_naive_resample(where, shape, buffers(set), expected.data());
    require_equal(where, "elements", buffers(set).output, expected.data(), outputs);
  }
  keep_device_result(where, name, first[0].output, outputs);
  measure_row(
      state, where, first.sets(), first.bytes(), how,
      [&](cudaStream_t s, int set) { launch_robocache(s, shape, buffers(set)); },
      [&](cudaStream_t s, int set) {
        launch_naive_resample(s, shape, buffers(set), buffers(set).output);
      },
      places);
}

/// Registers `resample/<shape>/<scalars>[/int64][/shuffled]/<warm or cold>`, or only one of the
/// two.
template <class In, class Time, class Out>
void register_resample(const resample_shape& shape, target_order order, const effort& how,
                       bool with_warm = true, bool with_cold = true) {
  std::string scalar = scalar_name<In>();
  if (!std::is_same_v<In, Out>) scalar += std::string("->") + scalar_name<Out>();
  const std::string name = row_name("resample", shape, scalar.c_str(), time_name<Time>(), order);
  for (const bool cold : {false, true}) {
    if (!(cold ? with_cold : with_warm)) continue;
    register_row(name + (cold ? "/cold" : "/warm"), [=](benchmark::State& state) {
      measure_resample<In, Time, Out>(state, name, shape, order, cold, how);
    });
  }
}

}  // namespace bench
