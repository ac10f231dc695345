// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>

#include <cstdint>
#include <cstring>
#if !defined(__GNUC__)
#include <cmath>
#endif

/// \file
/// IEEE arithmetic that nvcc's flags and any contraction cannot change. (What `-ffast-math` allows
/// a host compiler, reassociation among it, is undone for quotients and products alone: for sums
/// that would cost the CPU back end its vector code.)
///
/// `--use_fast_math` flushes denormals and approximates division; `-fmad` and `-ffp-contract` fuse
/// products into sums; `-ffinite-math-only` deletes tests for NaN. In device code the operations
/// are therefore spelled in PTX, and special values are tested on the bits.

namespace robocache::detail {

// The host's functions. GCC and Clang have them without `<cmath>`, which takes longer to compile
// than all that is left of `resample.hpp`.
#if defined(__GNUC__)
inline float host_fma(float a, float b, float c) noexcept {
  return __builtin_fmaf(a, b, c);
}
inline double host_fma(double a, double b, double c) noexcept {
  return __builtin_fma(a, b, c);
}
inline float host_sqrt(float x) noexcept {
  return __builtin_sqrtf(x);
}
inline double host_sqrt(double x) noexcept {
  return __builtin_sqrt(x);
}
inline float host_rint(float x) noexcept {
  return __builtin_rintf(x);
}
inline double host_rint(double x) noexcept {
  return __builtin_rint(x);
}
inline float host_floor(float x) noexcept {
  return __builtin_floorf(x);
}
inline double host_floor(double x) noexcept {
  return __builtin_floor(x);
}
ROBOCACHE_HD inline float magnitude(float x) noexcept {
  return __builtin_fabsf(x);
}
ROBOCACHE_HD inline double magnitude(double x) noexcept {
  return __builtin_fabs(x);
}
#else
template <class Real>
Real host_fma(Real a, Real b, Real c) noexcept {
  return std::fma(a, b, c);
}
template <class Real>
Real host_sqrt(Real x) noexcept {
  return std::sqrt(x);
}
template <class Real>
Real host_rint(Real x) noexcept {
  return std::rint(x);
}
template <class Real>
Real host_floor(Real x) noexcept {
  return std::floor(x);
}
template <class Real>
ROBOCACHE_HD Real magnitude(Real x) noexcept {
  return std::fabs(x);
}
#endif

template <class To, class From>
ROBOCACHE_HD inline To bit_copy(const From& from) noexcept {
  static_assert(sizeof(To) == sizeof(From), "same size");
  To to;
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

ROBOCACHE_HD inline bool is_nan(float x) noexcept {
  return (bit_copy<std::uint32_t>(x) & 0x7fffffffu) > 0x7f800000u;
}
ROBOCACHE_HD inline bool is_nan(double x) noexcept {
  return (bit_copy<std::uint64_t>(x) & 0x7fffffffffffffffull) > 0x7ff0000000000000ull;
}
ROBOCACHE_HD inline bool is_finite(float x) noexcept {
  return (bit_copy<std::uint32_t>(x) & 0x7fffffffu) < 0x7f800000u;
}
ROBOCACHE_HD inline bool is_finite(double x) noexcept {
  return (bit_copy<std::uint64_t>(x) & 0x7fffffffffffffffull) < 0x7ff0000000000000ull;
}

/// The one NaN that RoboCache produces, per type: the GPU's, so that the hardware gives it for
/// free.
template <class Real>
ROBOCACHE_HD Real canonical_nan() noexcept;
template <>
ROBOCACHE_HD inline float canonical_nan<float>() noexcept {
  return bit_copy<float>(std::uint32_t{0x7fffffffu});
}
template <>
ROBOCACHE_HD inline double canonical_nan<double>() noexcept {
  return bit_copy<double>(std::uint64_t{0x7ff8000000000000ull});
}

// On the device the float operations are PTX without `.ftz`; the double ones have no such mode.

/// a * b + c, rounded once.
ROBOCACHE_HD inline float exact_fma(float a, float b, float c) noexcept {
#if defined(__CUDA_ARCH__)
  float result;
  asm("fma.rn.f32 %0, %1, %2, %3;" : "=f"(result) : "f"(a), "f"(b), "f"(c));
  return result;
#else
  return host_fma(a, b, c);
#endif
}
ROBOCACHE_HD inline double exact_fma(double a, double b, double c) noexcept {
#if defined(__CUDA_ARCH__)
  return __fma_rn(a, b, c);
#else
  return host_fma(a, b, c);
#endif
}

ROBOCACHE_HD inline float exact_add(float a, float b) noexcept {
#if defined(__CUDA_ARCH__)
  float result;
  asm("add.rn.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
  return result;
#else
  return a + b;
#endif
}
ROBOCACHE_HD inline double exact_add(double a, double b) noexcept {
#if defined(__CUDA_ARCH__)
  return __dadd_rn(a, b);
#else
  return a + b;
#endif
}

ROBOCACHE_HD inline float exact_sub(float a, float b) noexcept {
#if defined(__CUDA_ARCH__)
  float result;
  asm("sub.rn.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
  return result;
#else
  return a - b;
#endif
}
ROBOCACHE_HD inline double exact_sub(double a, double b) noexcept {
#if defined(__CUDA_ARCH__)
  return __dsub_rn(a, b);
#else
  return a - b;
#endif
}

/// a / b, rounded by itself. On the host both go through memory, so that no compiler can multiply
/// by a reciprocal or draw a sum into the quotient.
ROBOCACHE_HD inline float exact_div(float a, float b) noexcept {
#if defined(__CUDA_ARCH__)
  float result;
  asm("div.rn.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
  return result;
#else
  const volatile float dividend = a;
  const volatile float divisor = b;
  return dividend / divisor;
#endif
}
ROBOCACHE_HD inline double exact_div(double a, double b) noexcept {
#if defined(__CUDA_ARCH__)
  return __ddiv_rn(a, b);
#else
  const volatile double dividend = a;
  const volatile double divisor = b;
  return dividend / divisor;
#endif
}

/// a * b, rounded by itself. On the host the product goes through memory, so that no compiler can
/// fuse it with a sum. (`fma(a, b, -0.0)` would not do: LLVM turns it back into a product.)
ROBOCACHE_HD inline float exact_mul(float a, float b) noexcept {
#if defined(__CUDA_ARCH__)
  float result;
  asm("mul.rn.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
  return result;
#else
  const volatile float result = a * b;
  return result;
#endif
}
ROBOCACHE_HD inline double exact_mul(double a, double b) noexcept {
#if defined(__CUDA_ARCH__)
  return __dmul_rn(a, b);
#else
  const volatile double result = a * b;
  return result;
#endif
}

ROBOCACHE_HD inline float exact_sqrt(float x) noexcept {
#if defined(__CUDA_ARCH__)
  float result;
  asm("sqrt.rn.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
#else
  return host_sqrt(x);
#endif
}
ROBOCACHE_HD inline double exact_sqrt(double x) noexcept {
#if defined(__CUDA_ARCH__)
  return __dsqrt_rn(x);
#else
  return host_sqrt(x);
#endif
}

/// The nearest whole number, ties to even.
ROBOCACHE_HD inline float exact_rint(float x) noexcept {
#if defined(__CUDA_ARCH__)
  float result;
  asm("cvt.rni.f32.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
#else
  return host_rint(x);
#endif
}
ROBOCACHE_HD inline double exact_rint(double x) noexcept {
#if defined(__CUDA_ARCH__)
  return rint(x);
#else
  return host_rint(x);
#endif
}

/// float to double exactly, double to float rounded to nearest, denormals kept.
template <class To>
ROBOCACHE_HD inline To exact_cast(float x) noexcept {
#if defined(__CUDA_ARCH__)
  if constexpr (sizeof(To) == sizeof(double)) {
    double result;
    asm("cvt.f64.f32 %0, %1;" : "=d"(result) : "f"(x));
    return result;
  }
#endif
  return static_cast<To>(x);
}
template <class To>
ROBOCACHE_HD inline To exact_cast(double x) noexcept {
#if defined(__CUDA_ARCH__)
  if constexpr (sizeof(To) == sizeof(float)) {
    float result;
    asm("cvt.rn.f32.f64 %0, %1;" : "=f"(result) : "d"(x));
    return result;
  }
#endif
  return static_cast<To>(x);
}

/// a <= b; false if either is NaN.
ROBOCACHE_HD inline bool exact_less_equal(float a, float b) noexcept {
#if defined(__CUDA_ARCH__)
  int result;
  asm("{ .reg .pred p; setp.le.f32 p, %1, %2; selp.s32 %0, 1, 0, p; }"
      : "=r"(result)
      : "f"(a), "f"(b));
  return result != 0;
#else
  return a <= b;
#endif
}
ROBOCACHE_HD inline bool exact_less_equal(double a, double b) noexcept {
  return a <= b;
}

}  // namespace robocache::detail
