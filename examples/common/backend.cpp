// SPDX-License-Identifier: Apache-2.0
#include "backend.hpp"

#include <fmt/format.h>

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace recordings {
namespace {

int cpu_threads(int wanted) {
#if defined(_OPENMP)
  return wanted > 0 ? wanted : omp_get_max_threads();
#else
  (void)wanted;
  return 1;
#endif
}

}  // namespace

backend choose_backend(backend_choice choice, int threads) {
  if (choice != backend_choice::cpu) {
    std::string why_not;
    if (const auto device = cuda_device(why_not)) {
      return {true, threads, fmt::format("CUDA, {}", *device)};
    }
    if (choice == backend_choice::cuda) {
      throw computation_error(fmt::format("--backend cuda: {}", why_not));
    }
  }
  const int most = cpu_threads(threads);
  return {false, threads, fmt::format("the CPU, up to {} thread{}", most, most == 1 ? "" : "s")};
}

}  // namespace recordings
