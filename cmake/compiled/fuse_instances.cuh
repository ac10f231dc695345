// SPDX-License-Identifier: Apache-2.0
//
// The fuse part of robocache::compiled, as macros: each source file instantiates one time type.

#pragma once

#define ROBOCACHE_DETAIL_COMPILING
#include <robocache/compiled.hpp>
#include <robocache/fuse.cuh>

namespace robocache {
namespace compiled_detail {

template <class Time, class Outputs>
status fuse(const detail::stream_list<sensor_stream<Time, float, bfloat16>>& streams,
            const target_view<Time>& target_times, const Outputs& outputs,
            const fuse_reports<Time>& reports, cudaStream_t stream) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      detail::check_fuse("fuse", streams, target_times, outputs, reports));
  return ROBOCACHE_CUDA_NAMESPACE::cuda_detail::fuse_on_stream("fuse", streams, target_times,
                                                               outputs, reports, stream);
}

#define ROBOCACHE_FUSE_INTO(Time, Outputs)                                                        \
  template status fuse<Time, Outputs>(                                                            \
      const detail::stream_list<sensor_stream<Time, float, bfloat16>>&, const target_view<Time>&, \
      const Outputs&, const fuse_reports<Time>&, cudaStream_t) noexcept;
#define ROBOCACHE_FUSE(Time)                                \
  ROBOCACHE_FUSE_INTO(Time, detail::concatenated<float>)    \
  ROBOCACHE_FUSE_INTO(Time, detail::concatenated<bfloat16>) \
  ROBOCACHE_FUSE_INTO(Time, detail::separate<float>)        \
  ROBOCACHE_FUSE_INTO(Time, detail::separate<bfloat16>)

}  // namespace compiled_detail
}  // namespace robocache
