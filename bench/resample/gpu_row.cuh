// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample.cuh>

#include "../harness/copy.cuh"
#include "../harness/device.cuh"
#include "../harness/fill.cuh"
#include "../harness/graph_timer.cuh"
#include "naive.cuh"
#include "shape.hpp"
#include "workload.cuh"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>

/// \file
/// One row of the resample benchmarks: check against the naive kernel, then time the library, the
/// naive kernel and a copy of as many bytes, all on the same buffers' regime.

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

/// An ordinary kernel that does nothing: a launch after it cannot overlap with the launch before
/// it.
__global__ static void separator() {}

template <class In, class Time, class Out>
void measure_resample(benchmark::State& state, const resample_shape& shape, target_order order,
                      bool cold, const effort& how) {
  if (!this_device().present) {
    state.SkipWithError("no CUDA device");
    return;
  }
  try {
    const stream where;
    const resample_workload<In, Time, Out> work(where, shape, order, cold);
    const std::size_t outputs = static_cast<std::size_t>(shape.outputs());
    device_array<Out> expected(outputs);
    for (const int set : {0, work.sets() - 1}) {
      launch_robocache(where, shape, work[set]);
      poison(where, expected.data(), outputs);
      launch_naive_resample(where, shape, work[set], expected.data());
      const std::uint64_t wrong =
          count_differences(where, work[set].output, expected.data(), outputs);
      if (wrong > 0) {
        throw std::runtime_error(std::to_string(wrong) + " of " + std::to_string(outputs) +
                                 " elements differ from the naive kernel's");
      }
    }

    const timing naive = time_launches(where, work.sets(), how, [&](cudaStream_t s, int set) {
      launch_naive_resample(s, shape, work[set], work[set].output);
    });
    const timing copy = time_copy(where, work.bytes(), work.sets(), how);
    timing ours;
    for (auto _ : state) {
      ours = time_launches(where, work.sets(), how,
                           [&](cudaStream_t s, int set) { launch_robocache(s, shape, work[set]); });
      state.SetIterationTime(ours.median_us * 1e-6);
    }
    // Launches in a row overlap (each prepares while the one before it ends). One that follows a
    // foreign kernel does not: the same with an empty kernel before each, less that kernel's time.
    const effort brief = quick_effort();
    const double separators_us = time_launches(where, 1, brief, [](cudaStream_t s, int) {
                                   separator<<<1, 1, 0, s>>>();
                                 }).median_us;
    const double separated_us =
        time_launches(where, work.sets(), brief, [&](cudaStream_t s, int set) {
          separator<<<1, 1, 0, s>>>();
          launch_robocache(s, shape, work[set]);
        }).median_us;
    state.counters["alone_us"] = separated_us - separators_us;
    const double bytes = static_cast<double>(work.bytes());
    state.counters["bytes"] = bytes;
    state.counters["bytes_per_s"] = bytes / (ours.median_us * 1e-6);
    state.counters["share_of_copy"] = bytes / (ours.median_us * 1e-6) / copy_bandwidth();
    state.counters["ratio_to_copy"] = ours.median_us / copy.median_us;
    state.counters["ratio_to_naive"] = ours.median_us / naive.median_us;
    state.counters["copy_us"] = copy.median_us;
    state.counters["naive_us"] = naive.median_us;
    state.counters["min_us"] = ours.min_us;
    state.counters["p90_us"] = ours.p90_us;
    state.counters["launches"] = ours.launches;
    state.counters["replays"] = ours.samples;
    state.counters["sets"] = work.sets();
  } catch (const std::exception& error) {
    cudaGetLastError();
    state.SkipWithError(error.what());
  }
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
    benchmark::RegisterBenchmark((name + (cold ? "/cold" : "/warm")).c_str(),
                                 [=](benchmark::State& state) {
                                   measure_resample<In, Time, Out>(state, shape, order, cold, how);
                                 })
        ->Iterations(1)
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  }
}

}  // namespace bench
