// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device.cuh"
#include "statistics.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

/// \file
/// Time of one launch: a CUDA graph holds many launches one after another, CUDA events stand before
/// and after each replay, and the median over many replays is divided by the launches.
///
/// What the events themselves cost (a few microseconds per replay) is spread over the launches of a
/// graph, of which there are enough for `graph_us`. It is not subtracted.

namespace bench {

/// How long to measure.
struct effort {
  double graph_us = 1000;  // a graph has launches for at least this long,
  int min_launches = 20;   // but no fewer than these
  int max_launches = 500;  // and no more than these (or one per buffer set)
  double warm_up_ms = 20;  // replays before the clock counts
  double measure_ms = 60;  // replays that count, at least this long
  int min_replays = 25;
  int max_replays = 400;
  int places = 3;  // allocations that a warm row of `resample` or `fuse` is measured in
};

/// The effort for rows that are many and need not be exact to a percent.
inline effort quick_effort() {
  effort result;
  result.graph_us = 400;
  result.min_launches = 10;
  result.max_launches = 200;
  result.warm_up_ms = 4;
  result.measure_ms = 10;
  result.min_replays = 9;
  result.places = 1;
  return result;
}

namespace detail {

/// Keeps the GPU busy while the CPU enqueues what is timed: otherwise the first event fires at
/// once, and the time the CPU takes to launch the graph counts as the graph's.
__global__ static void occupy(long long nanoseconds) {
  unsigned long long start;
  unsigned long long now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(start));
  do {
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  } while (static_cast<long long>(now - start) < nanoseconds);
}

class replayable {
 public:
  /// Captures `launches` calls `launch(stream, i)`, one after another.
  template <class Launch>
  replayable(cudaStream_t where, int launches, Launch&& launch) {
    cudaGraph_t graph = nullptr;
    check(cudaStreamBeginCapture(where, cudaStreamCaptureModeThreadLocal), "begin capture");
    try {
      for (int i = 0; i < launches; ++i) launch(where, i);
    } catch (...) {
      cudaStreamEndCapture(where, &graph);
      if (graph != nullptr) cudaGraphDestroy(graph);
      throw;
    }
    check(cudaStreamEndCapture(where, &graph), "end capture");
    const cudaError_t error = cudaGraphInstantiate(&executable_, graph, 0);
    cudaGraphDestroy(graph);
    check(error, "cudaGraphInstantiate");
    check(cudaGraphUpload(executable_, where), "cudaGraphUpload");
    check(cudaStreamSynchronize(where), "after cudaGraphUpload");
  }
  replayable(const replayable&) = delete;
  replayable& operator=(const replayable&) = delete;
  ~replayable() { cudaGraphExecDestroy(executable_); }

  void launch(cudaStream_t where) const {
    check(cudaGraphLaunch(executable_, where), "cudaGraphLaunch");
  }

  /// Microseconds of one replay.
  double replay_us(cudaStream_t where) const {
    occupy<<<1, 1, 0, where>>>(30000);
    check(cudaEventRecord(begin_, where), "cudaEventRecord");
    launch(where);
    check(cudaEventRecord(end_, where), "cudaEventRecord");
    return elapsed_us(begin_, end_);
  }

 private:
  cudaGraphExec_t executable_ = nullptr;
  event begin_;
  event end_;
};

}  // namespace detail

/// Times `launch(stream, set)`, which enqueues one operation on buffer set `set` in `[0, sets)`.
///
/// The graph uses the sets in turn and a whole number of times, so that also from replay to replay
/// a set comes back only after all others.
template <class Launch>
timing time_launches(cudaStream_t where, int sets, const effort& how, const Launch& launch) {
  const auto rotate = [&](cudaStream_t s, int i) { launch(s, i % sets); };

  double estimate_us = 0;
  {
    constexpr int probes = 10;
    const detail::replayable probe(where, probes, rotate);
    probe.replay_us(where);
    estimate_us = std::min(probe.replay_us(where), probe.replay_us(where)) / probes;
  }
  int launches = static_cast<int>(std::ceil(how.graph_us / std::max(estimate_us, 0.1)));
  launches = std::min(std::max(launches, how.min_launches), how.max_launches);
  launches = (launches + sets - 1) / sets * sets;

  const detail::replayable graph(where, launches, rotate);
  double spent_us = 0;
  do {
    spent_us += graph.replay_us(where);
  } while (spent_us < 1000 * how.warm_up_ms);
  std::vector<double> samples_us;
  spent_us = 0;
  while (
      static_cast<int>(samples_us.size()) < how.max_replays &&
      (spent_us < 1000 * how.measure_ms || static_cast<int>(samples_us.size()) < how.min_replays)) {
    const double us = graph.replay_us(where);
    spent_us += us;
    samples_us.push_back(us / launches);
  }
  return summarize(std::move(samples_us), launches);
}

}  // namespace bench
