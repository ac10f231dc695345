// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "copy.cuh"
#include "device.cuh"
#include "fill.cuh"
#include "graph_timer.cuh"
#include "results.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

/// \file
/// What the rows of all operations have in common: how they are registered and checked, what is
/// timed besides the library, and the counters.

namespace bench {

/// Registers a row that `body(state)` measures, with its own clock. It is skipped without a device
/// and where `body` throws, with the message.
template <class Body>
void register_row(const std::string& name, const Body& body) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [body](benchmark::State& state) {
                                 if (!this_device().present) {
                                   state.SkipWithError("no CUDA device");
                                   return;
                                 }
                                 try {
                                   body(state);
                                 } catch (const std::exception& error) {
                                   cudaGetLastError();
                                   state.SkipWithError(error.what());
                                 }
                               })
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
}

/// Throws unless the library's `result` is the naive kernel's `expected`, bit for bit.
template <class T>
void require_equal(const stream& where, const char* what, const T* result, const T* expected,
                   std::size_t count) {
  const std::uint64_t wrong = count_differences(where, result, expected, count);
  if (wrong > 0) {
    throw std::runtime_error(std::to_string(wrong) + " of " + std::to_string(count) + " " + what +
                             " differ from the naive kernel's");
  }
}

/// Keeps `count` elements of a row's result, if results are kept.
template <class T>
void keep_device_result(const stream& where, const std::string& row, const T* data,
                        std::size_t count) {
  if (!keeps_results(row)) return;
  const std::size_t bytes = count * sizeof(T);
  const std::unique_ptr<unsigned char[]> host(new unsigned char[bytes]);  // not initialised
  check(cudaMemcpyAsync(host.get(), data, bytes, cudaMemcpyDeviceToHost, where), "keep_result");
  where.synchronize();
  keep_result(row, host.get(), bytes);
}

/// An ordinary kernel that does nothing: a launch after it cannot overlap with the launch before
/// it.
__global__ static void separator() {}

/// Times the library, the naive kernel and a copy of as many bytes, all in the same regime, and
/// sets the row's time and counters.
///
/// \param sets    buffer sets to rotate through
/// \param bytes   what one operation has to move
/// \param ours    `ours(stream, set)` enqueues the library's launch
/// \param naive   the same for the naive kernel
/// \param places  if there is more than one: not rotated through, but so many sets of which each is
///                measured by itself, and the best counts, of ours and of the naive kernel. Of ten
///                allocations one or two make a search up to 14 % slower
template <class Ours, class Naive>
void measure_row(benchmark::State& state, const stream& where, int sets, std::size_t bytes,
                 const effort& how, const Ours& ours, const Naive& naive, int places = 1) {
  const auto best = [&](const auto& launch) {
    timing least = time_launches(where, sets, how, launch);
    for (int place = 1; place < places; ++place) {
      const timing there =
          time_launches(where, 1, how, [&](cudaStream_t s, int) { launch(s, place); });
      if (there.median_us < least.median_us) least = there;
    }
    return least;
  };
  const timing baseline = best(naive);
  const timing copy = time_copy(where, bytes, sets, how);
  timing result;
  for (auto _ : state) {
    result = best(ours);
    state.SetIterationTime(result.median_us * 1e-6);
  }
  // Launches in a row overlap (each prepares while the one before it ends). One that follows a
  // foreign kernel does not: the same with an empty kernel before each, less that kernel's time.
  const effort brief = quick_effort();
  const double separators_us = time_launches(where, 1, brief, [](cudaStream_t s, int) {
                                 separator<<<1, 1, 0, s>>>();
                               }).median_us;
  const double separated_us = time_launches(where, sets, brief, [&](cudaStream_t s, int set) {
                                separator<<<1, 1, 0, s>>>();
                                ours(s, set);
                              }).median_us;
  const double bytes_per_s = static_cast<double>(bytes) / (result.median_us * 1e-6);
  state.counters["alone_us"] = separated_us - separators_us;
  state.counters["bytes"] = static_cast<double>(bytes);
  state.counters["bytes_per_s"] = bytes_per_s;
  state.counters["share_of_copy"] = bytes_per_s / copy_bandwidth();
  state.counters["ratio_to_copy"] = result.median_us / copy.median_us;
  state.counters["ratio_to_naive"] = result.median_us / baseline.median_us;
  state.counters["copy_us"] = copy.median_us;
  state.counters["naive_us"] = baseline.median_us;
  state.counters["min_us"] = result.min_us;
  state.counters["p90_us"] = result.p90_us;
  state.counters["launches"] = result.launches;
  state.counters["replays"] = result.samples;
  state.counters["sets"] = sets;
  state.counters["places"] = places;
}

}  // namespace bench
