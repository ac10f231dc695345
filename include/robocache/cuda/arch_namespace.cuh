// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/version.hpp>

/// \file
/// `ROBOCACHE_CUDA_NAMESPACE`: the inline namespace of all that contains a kernel.
///
/// Its name holds the version and the list of architectures, e.g. `cuda_0_1_0_sm_800_900_1000`. Two
/// libraries in one program that were built from other versions or for other architectures then
/// have kernels of other names, and never launch each other's. It cannot stand in a `.hpp`, because
/// a host compiler does not know the list.

#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800
#error \
    "RoboCache needs compute capability 8.0 or later: set CMAKE_CUDA_ARCHITECTURES or -arch; nvcc 13's own default is 75"
#endif

#define ROBOCACHE_DETAIL_JOIN2(a, b) a##_##b
#define ROBOCACHE_DETAIL_JOIN(a, b) ROBOCACHE_DETAIL_JOIN2(a, b)

#define ROBOCACHE_DETAIL_LIST1(a) a
#define ROBOCACHE_DETAIL_LIST2(a, ...) ROBOCACHE_DETAIL_JOIN(a, ROBOCACHE_DETAIL_LIST1(__VA_ARGS__))
#define ROBOCACHE_DETAIL_LIST3(a, ...) ROBOCACHE_DETAIL_JOIN(a, ROBOCACHE_DETAIL_LIST2(__VA_ARGS__))
#define ROBOCACHE_DETAIL_LIST4(a, ...) ROBOCACHE_DETAIL_JOIN(a, ROBOCACHE_DETAIL_LIST3(__VA_ARGS__))
#define ROBOCACHE_DETAIL_LIST5(a, ...) ROBOCACHE_DETAIL_JOIN(a, ROBOCACHE_DETAIL_LIST4(__VA_ARGS__))
#define ROBOCACHE_DETAIL_LIST6(a, ...) ROBOCACHE_DETAIL_JOIN(a, ROBOCACHE_DETAIL_LIST5(__VA_ARGS__))
#define ROBOCACHE_DETAIL_LIST7(a, ...) ROBOCACHE_DETAIL_JOIN(a, ROBOCACHE_DETAIL_LIST6(__VA_ARGS__))
#define ROBOCACHE_DETAIL_LIST8(a, ...) ROBOCACHE_DETAIL_JOIN(a, ROBOCACHE_DETAIL_LIST7(__VA_ARGS__))
#define ROBOCACHE_DETAIL_LIST9(a, ...) ROBOCACHE_DETAIL_JOIN(a, ROBOCACHE_DETAIL_LIST8(__VA_ARGS__))
#define ROBOCACHE_DETAIL_LIST10(a, ...) \
  ROBOCACHE_DETAIL_JOIN(a, ROBOCACHE_DETAIL_LIST9(__VA_ARGS__))
#define ROBOCACHE_DETAIL_LIST11(a, ...) \
  ROBOCACHE_DETAIL_JOIN(a, ROBOCACHE_DETAIL_LIST10(__VA_ARGS__))
#define ROBOCACHE_DETAIL_LIST12(a, ...) \
  ROBOCACHE_DETAIL_JOIN(a, ROBOCACHE_DETAIL_LIST11(__VA_ARGS__))
#define ROBOCACHE_DETAIL_PICK(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, name, ...) name
#define ROBOCACHE_DETAIL_LIST(...)                                                               \
  ROBOCACHE_DETAIL_PICK(__VA_ARGS__, ROBOCACHE_DETAIL_LIST12, ROBOCACHE_DETAIL_LIST11,           \
                        ROBOCACHE_DETAIL_LIST10, ROBOCACHE_DETAIL_LIST9, ROBOCACHE_DETAIL_LIST8, \
                        ROBOCACHE_DETAIL_LIST7, ROBOCACHE_DETAIL_LIST6, ROBOCACHE_DETAIL_LIST5,  \
                        ROBOCACHE_DETAIL_LIST4, ROBOCACHE_DETAIL_LIST3, ROBOCACHE_DETAIL_LIST2,  \
                        ROBOCACHE_DETAIL_LIST1, )                                                \
  (__VA_ARGS__)

#if defined(__CUDA_ARCH_LIST__)
#define ROBOCACHE_DETAIL_ARCHITECTURES ROBOCACHE_DETAIL_LIST(__CUDA_ARCH_LIST__)
#else
#define ROBOCACHE_DETAIL_ARCHITECTURES any
#endif

#define ROBOCACHE_DETAIL_VERSION                 \
  ROBOCACHE_DETAIL_JOIN(ROBOCACHE_VERSION_MAJOR, \
                        ROBOCACHE_DETAIL_JOIN(ROBOCACHE_VERSION_MINOR, ROBOCACHE_VERSION_PATCH))

#define ROBOCACHE_CUDA_NAMESPACE                            \
  ROBOCACHE_DETAIL_JOIN(                                    \
      cuda, ROBOCACHE_DETAIL_JOIN(ROBOCACHE_DETAIL_VERSION, \
                                  ROBOCACHE_DETAIL_JOIN(sm, ROBOCACHE_DETAIL_ARCHITECTURES)))
