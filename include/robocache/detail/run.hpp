// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/execution.hpp>
#include <robocache/status.hpp>

#include <type_traits>
#include <utility>

/// \file
/// From a public function to the back end: a call is checked, then handed to `run`, which comes
/// with the header of the place where it is to run and is found by argument-dependent lookup.

struct CUstream_st;  // a CUDA stream is a pointer to it

namespace robocache::detail {

/// What every argument converts to, `{}` and `{memory, bytes}` too, and none is as well as to a
/// parameter that is meant for it: of functions that say what is wrong where nothing else fits.
struct anything {
  anything() = default;
  template <class T, class... More>
  anything(const T&, const More&...) noexcept {}
};

/// Turns whatever converts to a CUDA stream into one, and leaves the other places as they are.
ROBOCACHE_ALWAYS_INLINE cpu_execution settled(cpu_execution where) noexcept {
  return where;
}
ROBOCACHE_ALWAYS_INLINE preload_kernels settled(preload_kernels where) noexcept {
  return where;
}
ROBOCACHE_ALWAYS_INLINE ::CUstream_st* settled(::CUstream_st* where) noexcept {
  return where;
}

/// Whether a `run` for the call is declared.
template <class Call, class Where, class = void>
struct can_run : std::false_type {};
template <class Call, class Where>
struct can_run<Call, Where,
               std::void_t<decltype(run(std::declval<const Call&>(), std::declval<Where>()))>>
    : std::true_type {};

/// Whether the check of a call depends on where it runs, because it needs a workspace.
template <class Call, class Where, class = void>
struct checks_where : std::false_type {};
template <class Call, class Where>
struct checks_where<Call, Where,
                    std::void_t<decltype(std::declval<const Call&>().check(std::declval<Where>()))>>
    : std::true_type {};

/// Checks a call and runs it. Always inlined: `run` differs between translation units, so no
/// function that calls it may be shared between them.
template <class Call, class Where>
ROBOCACHE_ALWAYS_INLINE status check_and_run(const Call& call, const Where& where) noexcept {
  using place = decltype(settled(where));
  static_assert(can_run<Call, place>::value,
                "to run on a CUDA stream include the operation's .cuh and compile with nvcc, or "
                "include robocache/compiled.hpp and link robocache::compiled, which has the common "
                "types; ROBOCACHE_COMPILED there names others");
  if constexpr (!can_run<Call, place>::value) {
    return {};
  } else {
    status checked;
    if constexpr (checks_where<Call, place>::value) {
      checked = call.check(settled(where));
    } else {
      checked = call.check();
    }
    return checked.ok() ? run(call, settled(where)) : checked;
  }
}

/// Keeps a parameter out of template deduction, so that it converts.
template <class T>
struct same_type {
  using type = T;
};
template <class T>
using same_type_t = typename same_type<T>::type;

}  // namespace robocache::detail
