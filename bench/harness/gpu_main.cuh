// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "copy.cuh"
#include "device.cuh"
#include "graph_timer.cuh"
#include "row.cuh"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

/// \file
/// `main` of the GPU benchmarks: the context that a result is worth nothing without, the limits of
/// the card, then the rows.

namespace bench {

namespace detail {

__global__ static void empty_kernel() {}

inline std::string version_string(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace detail

/// Of the environment variable ROBOCACHE_COMMIT, for trees that travel without their history.
inline std::string commit() {
  const char* const value = std::getenv("ROBOCACHE_COMMIT");
  return value != nullptr && *value != '\0' ? value : "unknown";
}

/// A row for each limit that the other rows run into.
inline void register_limits() {
  const auto add = [](const char* name, auto body) {
    register_row(name, [body](benchmark::State& state) {
      for (auto _ : state) state.SetIterationTime(body(state) * 1e-6);
    });
  };
  add("limits/empty_kernel", [](benchmark::State&) {
    const stream where;
    return time_launches(where, 1, effort{},
                         [](cudaStream_t s, int) { detail::empty_kernel<<<1, 32, 0, s>>>(); })
        .median_us;
  });
  const auto copy = [](std::size_t moved, bool cold) {
    return [=](benchmark::State& state) {
      const int sets = cold ? static_cast<int>(4 * this_device().l2_bytes / moved + 1) : 1;
      const double us = time_copy(stream(), moved, sets, effort{}).median_us;
      state.counters["bytes"] = static_cast<double>(moved);
      state.counters["bytes_per_s"] = static_cast<double>(moved) / (us * 1e-6);
      return us;
    };
  };
  add("limits/copy_8MB/warm", copy(8 << 20, false));
  add("limits/copy_8MB/cold", copy(8 << 20, true));
  add("limits/copy_24MB/warm", copy(24 << 20, false));
  add("limits/copy_24MB/cold", copy(24 << 20, true));
  add("limits/copy_1GB", copy(std::size_t{1} << 30, false));
}

inline int gpu_main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  const device_info& device = this_device();
  benchmark::AddCustomContext("commit", commit());
  benchmark::AddCustomContext("device", device.present ? device.name : "none");
  benchmark::AddCustomContext("cuda_driver", detail::version_string(device.driver));
  benchmark::AddCustomContext("cuda_runtime", detail::version_string(device.runtime));
  benchmark::AddCustomContext("nvcc", std::to_string(__CUDACC_VER_MAJOR__) + "." +
                                          std::to_string(__CUDACC_VER_MINOR__) + "." +
                                          std::to_string(__CUDACC_VER_BUILD__));
  const char* const driver = std::getenv("ROBOCACHE_DRIVER");
  if (driver != nullptr && *driver != '\0') {
    benchmark::AddCustomContext("driver", driver);
  }
  if (device.present) {
    benchmark::AddCustomContext("multiprocessors", std::to_string(device.multiprocessors));
    benchmark::AddCustomContext("l2_bytes", std::to_string(device.l2_bytes));
    try {
      benchmark::AddCustomContext("copy_bytes_per_s",
                                  std::to_string(static_cast<long long>(copy_bandwidth())));
    } catch (const std::exception& error) {
      std::cerr << "copy bandwidth: " << error.what() << "\n";
      return 1;
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace bench
