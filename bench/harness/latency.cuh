// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device.cuh"
#include "graph_timer.cuh"
#include "row.cuh"
#include "statistics.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

/// \file
/// What a caller waits for one operation: a call at a time on an idle GPU, every call timed by
/// itself.
///
/// - `event`: CUDA events before and after the launch, which is the time on the GPU, with what lies
///   between two events of a stream (1 to 2 us)
/// - `host`: from before the call until `cudaStreamSynchronize` returns, on the host's clock
/// - `graph`: the same of the replay of a graph that holds the one operation
/// - `loop_1kHz`: the same as `host` in a loop that begins every millisecond, as a controller does;
///   how late each turn of it begins (its jitter), and how many calls a second that came to

namespace bench {

namespace detail {

using host_clock = std::chrono::steady_clock;

inline double microseconds(host_clock::duration d) {
  return std::chrono::duration<double, std::micro>(d).count();
}

inline void report_latency(benchmark::State& state, const latency& seen) {
  state.SetIterationTime(seen.p50_us * 1e-6);
  state.counters["p50_us"] = seen.p50_us;
  state.counters["p99_us"] = seen.p99_us;
  state.counters["p999_us"] = seen.p999_us;
  state.counters["max_us"] = seen.max_us;
  state.counters["samples"] = seen.samples;
}

}  // namespace detail

/// Enqueues one operation.
using operation = std::function<void(cudaStream_t)>;

/// \param samples  calls that are timed, after a tenth as many that are not
inline latency latency_by_events(const stream& where, const operation& call, int samples) {
  const event begin;
  const event end;
  std::vector<double> us;
  for (int i = -samples / 10; i < samples; ++i) {
    check(cudaEventRecord(begin, where), "cudaEventRecord");
    call(where);
    check(cudaEventRecord(end, where), "cudaEventRecord");
    const double took = elapsed_us(begin, end);
    if (i >= 0) us.push_back(took);
  }
  return percentiles(std::move(us));
}

inline latency latency_by_host(const stream& where, const operation& call, int samples) {
  std::vector<double> us;
  for (int i = -samples / 10; i < samples; ++i) {
    const auto begin = detail::host_clock::now();
    call(where);
    where.synchronize();
    if (i >= 0) us.push_back(detail::microseconds(detail::host_clock::now() - begin));
  }
  return percentiles(std::move(us));
}

/// A loop that calls once every millisecond. It spins, as a thread with a core of its own would.
///
/// \param late            how late the turns of the loop began
/// \param calls_per_s     1000, unless turns took longer than a millisecond
inline latency latency_in_loop(const stream& where, const operation& call, int samples,
                               latency& late, double& calls_per_s) {
  constexpr auto period = std::chrono::microseconds(1000);
  std::vector<double> us;
  std::vector<double> late_us;
  call(where);
  where.synchronize();
  auto due = detail::host_clock::now() + period;
  const auto begin = due;
  for (int i = 0; i < samples; ++i, due += period) {
    auto now = detail::host_clock::now();
    while (now < due) now = detail::host_clock::now();
    late_us.push_back(detail::microseconds(now - due));
    call(where);
    where.synchronize();
    us.push_back(detail::microseconds(detail::host_clock::now() - now));
  }
  calls_per_s = 1e6 * samples / detail::microseconds(detail::host_clock::now() - begin);
  late = percentiles(std::move(late_us));
  return percentiles(std::move(us));
}

/// Registers `latency/<name>/event`, `/host`, `/graph` and, if wanted, `/loop_1kHz`.
///
/// \param make  makes the operation, with its buffers, which live as long as it does
inline void register_latency(const std::string& name,
                             const std::function<operation(const stream&)>& make, bool in_loop) {
  constexpr int samples = 2000;
  const auto add = [&](const char* how, auto measure) {
    register_row("latency/" + name + "/" + how, [=](benchmark::State& state) {
      const stream where;
      const operation call = make(where);
      for (auto _ : state) detail::report_latency(state, measure(where, call, state));
    });
  };
  add("event", [](const stream& where, const operation& call, benchmark::State&) {
    return latency_by_events(where, call, samples);
  });
  add("host", [](const stream& where, const operation& call, benchmark::State&) {
    return latency_by_host(where, call, samples);
  });
  add("graph", [](const stream& where, const operation& call, benchmark::State&) {
    const detail::replayable graph(where, 1, [&](cudaStream_t s, int) { call(s); });
    return latency_by_host(
        where, [&](cudaStream_t s) { graph.launch(s); }, samples);
  });
  if (!in_loop) return;
  add("loop_1kHz", [](const stream& where, const operation& call, benchmark::State& state) {
    latency late;
    double calls_per_s = 0;
    const latency seen = latency_in_loop(where, call, samples, late, calls_per_s);
    state.counters["calls_per_s"] = calls_per_s;
    state.counters["late_p50_us"] = late.p50_us;
    state.counters["late_p99_us"] = late.p99_us;
    state.counters["late_p999_us"] = late.p999_us;
    state.counters["late_max_us"] = late.max_us;
    return seen;
  });
}

}  // namespace bench
