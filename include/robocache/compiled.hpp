// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/fuse.hpp>  // IWYU pragma: export
#include <robocache/fuse/call.hpp>
#include <robocache/fuse/stream.hpp>
#include <robocache/resample.hpp>  // IWYU pragma: export
#include <robocache/resample/call.hpp>
#include <robocache/resample/source.hpp>
#include <robocache/scalar.hpp>
#include <robocache/status.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// Calls on a CUDA stream for code that nvcc does not compile: link `robocache::compiled`.
///
/// A `.cpp` cannot instantiate a kernel, so here `run` is only declared; the static library has the
/// instances:
///
/// | values | outputs | stamps |
/// |---|---|---|
/// | float, bfloat16 | float, bfloat16 | all four |
/// | half, u8 without channel groups | float, bfloat16 | int64, double |
/// | double | double | int64, double |
///
/// `find_brackets` with weights of float for all four stamps, `apply_brackets` for the values and
/// outputs above but double, `fuse` for streams of float and bfloat16 (`compiled_stream`); and of
/// `voxelize` what `voxelize/compiled.hpp` says. Another combination does not compile, unless it is
/// named in a header of yours (`ROBOCACHE_COMPILED`). Under nvcc this is `fuse.cuh`, which includes
/// `resample.cuh`, and `voxelize.cuh`.

#if defined(__CUDACC__)
#include <robocache/fuse.cuh>
#include <robocache/voxelize.cuh>
#else

#include <robocache/detail/run_compiled.hpp>
#include <robocache/voxelize/compiled.hpp>  // IWYU pragma: export

namespace robocache {

/// The streams of which the library has the kernels of `fuse`.
template <class Time>
using compiled_stream = sensor_stream<Time, float, bfloat16>;

namespace compiled_detail {

template <class T, class... Others>
inline constexpr bool is_one_of = (std::is_same_v<T, Others> || ...);

/// Whether the library has these kernels.
template <class In, class Time, class Out>
inline constexpr bool has_rows =
    (is_one_of<In, float, bfloat16> && is_one_of<Out, float, bfloat16>) ||
    (is_one_of<Time, std::int64_t, double> &&
     ((is_one_of<In, std::uint8_t, float16> && is_one_of<Out, float, bfloat16>) ||
      (std::is_same_v<In, double> && std::is_same_v<Out, double>)));

/// The same of a source. Channel groups of u8 are left out: pictures have none.
template <class Source, class Out>
inline constexpr bool has_source =
    has_rows<typename Source::value_type, typename Source::time_type, Out> &&
    (!std::is_same_v<typename Source::value_type, std::uint8_t> ||
     std::is_same_v<Source, source_view<std::uint8_t, typename Source::time_type>>);

/// Brackets on a CUDA stream have weights of float, so none are applied to doubles.
template <class In, class Out>
inline constexpr bool has_applied = has_rows<In, std::int64_t, Out> && !std::is_same_v<Out, double>;

template <class Where, bool Has>
using status_of = std::enable_if_t<Has && is_one_of<Where, cudaStream_t, preload_kernels>, status>;

}  // namespace compiled_detail

template <class Source, class Out, class Where>
ROBOCACHE_HIDDEN compiled_detail::status_of<Where, compiled_detail::has_source<Source, Out>> run(
    const resample_call<Source, Out>& call, Where where) noexcept {
  return compiled_detail::run_compiled(call, where);
}

template <class Time, class Where>
ROBOCACHE_HIDDEN compiled_detail::status_of<Where, true> run(
    const find_brackets_call<Time, float>& call, Where where) noexcept {
  return compiled_detail::run_compiled(call, where);
}

template <class In, class Out, class Where>
ROBOCACHE_HIDDEN compiled_detail::status_of<Where, compiled_detail::has_applied<In, Out>> run(
    const apply_brackets_call<In, Out>& call, Where where) noexcept {
  return compiled_detail::run_compiled(call, where);
}

template <class Stream, class Outputs, class Where>
ROBOCACHE_HIDDEN compiled_detail::status_of<
    Where,
    std::is_same_v<Stream, compiled_stream<typename Stream::time>> &&
        compiled_detail::is_one_of<detail::canonical_t<typename Outputs::element>, float, bfloat16>>
run(const fuse_call<Stream, Outputs>& call, Where where) noexcept {
  return compiled_detail::run_compiled(call, where);
}

}  // namespace robocache

#endif

namespace robocache::compiled_detail {

// The type of a call as `make_resample_call` and `make_apply_brackets_call` make it: under one name
// for each format.
template <class Call>
struct as_made {
  using type = Call;
};
template <class In, class Time, class Out>
struct as_made<resample_call<source_view<In, Time>, Out>> {
  using type = resample_call<source_view<detail::canonical_t<In>, Time>, detail::canonical_t<Out>>;
};
template <class In, class Time, class Out>
struct as_made<resample_call<grouped_source<In, Time>, Out>> {
  using type =
      resample_call<grouped_source<detail::canonical_t<In>, Time>, detail::canonical_t<Out>>;
};
template <class In, class Out>
struct as_made<apply_brackets_call<In, Out>> {
  using type = apply_brackets_call<detail::canonical_t<In>, detail::canonical_t<Out>>;
};

}  // namespace robocache::compiled_detail

/// \def ROBOCACHE_COMPILED(Call)
/// Names a further combination of types that plain C++ calls. To be written at global scope in a
/// header that includes this one, and that the CMake function `robocache_add_compiled` gets, which
/// compiles the kernels of all calls named there:
///
/// - `resample_call<source_view<In, Time>, Out>`; with channel groups `grouped_source<In, Time>`
/// - `find_brackets_call<Time, Real>`, `apply_brackets_call<In, Out>`
/// - `fuse_call<sensor_stream<Time, In...>, concatenated<Out>>`, or `separate<Out>`
/// - `voxelize_call<Reducer, Real, In, Out>`, whose reducer may be one of your own
///
/// Types are spelled as in the calls; names are looked up in `robocache` first. Under nvcc nothing
/// has to be declared, and nothing is. Where several libraries of a program name the same call the
/// linker keeps one of the definitions, so they are to be compiled for the same architectures.
#if defined(ROBOCACHE_DETAIL_DEFINE_COMPILED)
// Weak: several libraries of a program may name the same call.
#define ROBOCACHE_COMPILED(...)                                         \
  namespace robocache {                                                 \
  inline namespace further_compiled {                                   \
  ROBOCACHE_HIDDEN __attribute__((weak)) status run(                    \
      const typename compiled_detail::as_made<__VA_ARGS__>::type& call, \
      cudaStream_t where) noexcept {                                    \
    return ROBOCACHE_CUDA_NAMESPACE::run(call, where);                  \
  }                                                                     \
  ROBOCACHE_HIDDEN __attribute__((weak)) status run(                    \
      const typename compiled_detail::as_made<__VA_ARGS__>::type& call, \
      preload_kernels where) noexcept {                                 \
    return ROBOCACHE_CUDA_NAMESPACE::run(call, where);                  \
  }                                                                     \
  }                                                                     \
  }
#elif defined(__CUDACC__)
#define ROBOCACHE_COMPILED(...)
#else
#define ROBOCACHE_COMPILED(...)                                                            \
  namespace robocache {                                                                    \
  inline namespace further_compiled {                                                      \
  ROBOCACHE_HIDDEN status run(const typename compiled_detail::as_made<__VA_ARGS__>::type&, \
                              cudaStream_t) noexcept;                                      \
  ROBOCACHE_HIDDEN status run(const typename compiled_detail::as_made<__VA_ARGS__>::type&, \
                              preload_kernels) noexcept;                                   \
  }                                                                                        \
  }
#endif
