// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/execution.hpp>
#include <robocache/status.hpp>

#include "cpu_timer.hpp"
#include "plain.hpp"
#include "results.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

/// \file
/// What the CPU rows of all operations have in common: how they are registered, checked and timed.

namespace bench {

/// Registers `<name>/one_thread` and `<name>/all_threads`, which `body(state, where)` measures.
template <class Body>
void register_cpu_row(const std::string& name, const Body& body) {
  for (const bool all : {false, true}) {
    benchmark::RegisterBenchmark(
        (name + (all ? "/all_threads" : "/one_thread")).c_str(),
        [=](benchmark::State& state) { body(state, all ? robocache::cpu : robocache::cpu(1)); })
        ->Iterations(1)
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  }
}

/// How many recordings a row rotates through.
inline int recordings_for(int rows) {
  return std::clamp(20000 / rows, 1, 64);
}

/// Checks the library against the plain loop on every recording, then times both and sets the
/// row's time and counters.
///
/// \param name        the row's, for the result of the first recording
/// \param recordings  each with a vector `output`
/// \param plain       `plain(recording)` fills it, one thread
/// \param library     the same; returns a `robocache::status`
template <class Recording, class Plain, class Library>
void measure_cpu_row(benchmark::State& state, const std::string& name,
                     std::vector<Recording>& recordings, const Plain& plain,
                     const Library& library) {
  for (Recording& r : recordings) {
    plain(r);
    const auto expected = r.output;
    std::fill(r.output.begin(), r.output.end(), typename decltype(r.output)::value_type{});
    if (const robocache::status result = library(r); !result.ok()) {
      state.SkipWithError(result.message());
      return;
    }
    if (!agree(expected, r.output)) {
      state.SkipWithError("differs from the baseline");
      return;
    }
  }
  const auto& kept = recordings.front().output;
  keep_result(name, kept.data(), kept.size() * sizeof(kept.front()));
  const timing naive = time_calls(recordings, plain);
  timing ours;
  for (auto _ : state) {
    ours = time_calls(recordings, [&](Recording& r) {
      if (!library(r).ok()) std::abort();
    });
    state.SetIterationTime(ours.median_us * 1e-6);
  }
  state.counters["ratio_to_naive"] = ours.median_us / naive.median_us;
  state.counters["naive_us"] = naive.median_us;
  state.counters["min_us"] = ours.min_us;
  state.counters["p90_us"] = ours.p90_us;
  state.counters["recordings"] = static_cast<double>(recordings.size());
  state.counters["outputs_per_s"] =
      static_cast<double>(recordings.front().output.size()) / (ours.median_us * 1e-6);
}

}  // namespace bench
