// SPDX-License-Identifier: Apache-2.0
//
// What robocache::compiled consists of, as macros: each source file instantiates a few types.

#pragma once

#define ROBOCACHE_DETAIL_COMPILING
#include <robocache/compiled.hpp>
#include <robocache/fuse.cuh>

#include <cstdint>

namespace robocache {
inline namespace compiled_library {

template <class Source, class Out, class Where>
compiled_detail::status_of<Where, compiled_detail::has_source<Source, Out>> run(
    const resample_call<Source, Out>& call, Where where) noexcept {
  return ROBOCACHE_CUDA_NAMESPACE::run(call, where);
}

template <class Time, class Where>
compiled_detail::status_of<Where, true> run(const find_brackets_call<Time, float>& call,
                                            Where where) noexcept {
  return ROBOCACHE_CUDA_NAMESPACE::run(call, where);
}

template <class In, class Out, class Where>
compiled_detail::status_of<Where, compiled_detail::has_applied<In, Out>> run(
    const apply_brackets_call<In, Out>& call, Where where) noexcept {
  return ROBOCACHE_CUDA_NAMESPACE::run(call, where);
}

template <class Stream, class Outputs, class Where>
compiled_detail::status_of<
    Where,
    std::is_same_v<Stream, compiled_stream<typename Stream::time>> &&
        compiled_detail::is_one_of<detail::canonical_t<typename Outputs::element>, float, bfloat16>>
run(const fuse_call<Stream, Outputs>& call, Where where) noexcept {
  return ROBOCACHE_CUDA_NAMESPACE::run(call, where);
}

/// A call in both ways it can run.
#define ROBOCACHE_RUN(...)                                        \
  template status run(const __VA_ARGS__&, cudaStream_t) noexcept; \
  template status run(const __VA_ARGS__&, preload_kernels) noexcept;

#define ROBOCACHE_RESAMPLE(In, Time, Out)                  \
  ROBOCACHE_RUN(resample_call<source_view<In, Time>, Out>) \
  ROBOCACHE_RUN(resample_call<grouped_source<In, Time>, Out>)

/// Values of one type and the outputs that go with it.
#define ROBOCACHE_VALUES(In, Time)    \
  ROBOCACHE_RESAMPLE(In, Time, float) \
  ROBOCACHE_RESAMPLE(In, Time, bfloat16)

/// Values whose channels are all of one kind, as those of images.
#define ROBOCACHE_UNGROUPED(In, Time)                        \
  ROBOCACHE_RUN(resample_call<source_view<In, Time>, float>) \
  ROBOCACHE_RUN(resample_call<source_view<In, Time>, bfloat16>)

#define ROBOCACHE_FUSE(Time, Out)                                    \
  ROBOCACHE_RUN(fuse_call<compiled_stream<Time>, concatenated<Out>>) \
  ROBOCACHE_RUN(fuse_call<compiled_stream<Time>, separate<Out>>)

}  // namespace compiled_library
}  // namespace robocache
