// SPDX-License-Identifier: Apache-2.0
#if defined(__CUDACC__)
#include <robocache/fuse.cuh>
#else  // compiled_launches.cpp
#include <robocache/compiled.hpp>
#endif

#include "launches.hpp"
#include "run_at.hpp"

namespace robocache_test {

robocache::status fuse_three(const std::array<fused_stream, 3>& streams,
                             const robocache::target_view<std::int64_t>& targets,
                             const robocache::tensor_view<float, 3>& output,
                             const robocache::fuse_reports<std::int64_t>& reports,
                             const launch_place& at) {
  return run_at(
      at, [&](auto where) { return robocache::fuse(streams, targets, output, reports, where); });
}

robocache::status fuse_three_apart(const std::array<fused_stream, 3>& streams,
                                   const robocache::target_view<std::int64_t>& targets,
                                   const std::array<robocache::tensor_view<float, 3>, 3>& outputs,
                                   const robocache::fuse_reports<std::int64_t>& reports,
                                   const launch_place& at) {
  return run_at(
      at, [&](auto where) { return robocache::fuse(streams, targets, outputs, reports, where); });
}

}  // namespace robocache_test
