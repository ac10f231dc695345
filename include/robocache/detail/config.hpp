// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Compiler macros. Nothing here is public API except by being named in a signature.

// An `#error` alone would be followed by pages of others; a file that is not there ends it.
#if __cplusplus < 201703L && !(defined(_MSVC_LANG) && _MSVC_LANG >= 201703L)
#include "RoboCache needs C++17: compile with -std=c++17 or later"
#endif

/// Marks a function that runs on the host and, where nvcc compiles it, inside kernels.
#if defined(__CUDACC__)
#define ROBOCACHE_HD __host__ __device__
#else
#define ROBOCACHE_HD
#endif

/// Before a ROBOCACHE_HD template that calls functions of its arguments: whether those run on host
/// or device is up to who calls the template, so nvcc need not warn of it.
#if defined(__CUDACC__)
#define ROBOCACHE_DETAIL_ANY_SIDE _Pragma("nv_exec_check_disable")
#else
#define ROBOCACHE_DETAIL_ANY_SIDE
#endif

/// Keeps a symbol inside the library it is compiled into: two shared libraries that both contain
/// the same kernel must never bind to each other's copy.
#if defined(__GNUC__)
#define ROBOCACHE_HIDDEN __attribute__((visibility("hidden")))
#if defined(__NVCC__)
// A template of it for a type of an unnamed namespace, as a reducer may be, is hidden in any case;
// nvcc would say so of each.
#pragma nv_diag_suppress 1407
#endif
#else
#define ROBOCACHE_HIDDEN
#endif

/// For functions that must not exist in an object file under their own name. Otherwise objects of
/// one program that were compiled for different architectures would share one of the copies.
#if defined(__CUDACC__)
#define ROBOCACHE_ALWAYS_INLINE __forceinline__
#elif defined(__GNUC__)
#define ROBOCACHE_ALWAYS_INLINE inline __attribute__((always_inline))
#elif defined(_MSC_VER)
#define ROBOCACHE_ALWAYS_INLINE __forceinline
#else
#define ROBOCACHE_ALWAYS_INLINE inline
#endif

/// Keeps rarely taken paths out of the kernels: inlined there, they cost registers and instruction
/// cache that every launch would pay for.
#if defined(__CUDACC__)
#define ROBOCACHE_DETAIL_HD_COLD __host__ __device__ __noinline__
#else
#define ROBOCACHE_DETAIL_HD_COLD
#endif

/// The same for host code that handles errors and words messages: kept out of the way of calls that
/// are right.
#if defined(__GNUC__)
#define ROBOCACHE_DETAIL_COLD __attribute__((noinline, cold, visibility("hidden")))
#else
#define ROBOCACHE_DETAIL_COLD
#endif

/// For small functions that are called from many places: less code, compiled faster.
#if defined(__GNUC__)
#define ROBOCACHE_DETAIL_OUTLINE __attribute__((noinline, visibility("hidden")))
#else
#define ROBOCACHE_DETAIL_OUTLINE
#endif

/// On x86-64 the CPU back end has its loops twice, once for processors with AVX2 and FMA, and
/// chooses when it runs. Without these instructions the fma that the rules ask for is a function
/// call. The bits are the same.
#if defined(__GNUC__) && defined(__x86_64__) && !(defined(__FMA__) && defined(__AVX2__))
#define ROBOCACHE_DETAIL_CPU_DISPATCH 1
#endif
