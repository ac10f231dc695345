// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/least.hpp>  // IWYU pragma: keep (with OpenMP)
#include <robocache/execution.hpp>

#include <cstdint>

#if defined(_OPENMP)
#include <omp.h>
#endif

/// \file
/// How the CPU back ends deal work out to OpenMP's threads.

namespace robocache::detail {
inline namespace ROBOCACHE_CPU_NAMESPACE {

/// Calls `body(first, last)` on consecutive pieces of `[0, count)`, from several threads if
/// `elements`, the size of the whole job, is worth it.
template <class Body>
ROBOCACHE_HIDDEN void for_each_piece(std::int64_t count, std::int64_t elements, cpu_execution where,
                                     const Body& body) noexcept {
#if defined(_OPENMP)
  constexpr std::int64_t elements_worth_a_thread = 1 << 16;
  const std::int64_t available = where.threads > 0 ? where.threads : omp_get_max_threads();
  const std::int64_t useful = greatest_of<std::int64_t>(1, elements / elements_worth_a_thread);
  const int threads = static_cast<int>(least_of(available, least_of(useful, count)));
  if (threads > 1) {
#pragma omp parallel num_threads(threads)
    {
      const std::int64_t n = omp_get_num_threads();
      const std::int64_t i = omp_get_thread_num();
      const std::int64_t each = count / n;
      const std::int64_t extra = count % n;
      const std::int64_t first = i * each + least_of(i, extra);
      body(first, first + each + (i < extra ? 1 : 0));
    }
    return;
  }
#else
  (void)elements;
  (void)where;
#endif
  body(std::int64_t{0}, count);
}

}  // namespace ROBOCACHE_CPU_NAMESPACE
}  // namespace robocache::detail
