// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <benchmark/benchmark.h>

#include <cstdlib>

/// \file
/// `main` of the CPU benchmarks: what a result is worth nothing without, then the rows.

namespace bench {

inline int cpu_main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  const char* const commit = std::getenv("ROBOCACHE_COMMIT");
  benchmark::AddCustomContext("commit", commit != nullptr && *commit != '\0' ? commit : "unknown");
  benchmark::AddCustomContext("compiler", __VERSION__);
#if defined(_OPENMP)
  benchmark::AddCustomContext("openmp", "yes");
#else
  benchmark::AddCustomContext("openmp", "no");
#endif
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace bench
