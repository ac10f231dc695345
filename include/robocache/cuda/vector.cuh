// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/scalar.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// Several neighbouring scalars in registers: one load, conversions two at a time where the
/// hardware has them, one store. Same bits as the conversions of `scalar.hpp`.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

using namespace robocache::detail;

/// `Width` elements of type `T` as the 32-bit words they are loaded in; at most 16 bytes.
template <class T, int Width>
struct scalar_vector {
  static constexpr int bytes = static_cast<int>(sizeof(T)) * Width;
  static constexpr int words = bytes < 4 ? 1 : bytes / 4;
  static_assert(bytes <= 16, "no wider access exists");
  std::uint32_t word[words];
};

/// One access of the vector's size. Not through the read-only path: with launches that overlap, the
/// data may be written while this kernel already exists.
template <int Width, class T>
__device__ __forceinline__ scalar_vector<T, Width> load_vector(const T* p) noexcept {
  using vector = scalar_vector<T, Width>;
  if constexpr (vector::bytes == 16) {
    const uint4 w = *reinterpret_cast<const uint4*>(p);
    return {{w.x, w.y, w.z, w.w}};
  } else if constexpr (vector::bytes == 8) {
    const uint2 w = *reinterpret_cast<const uint2*>(p);
    return {{w.x, w.y}};
  } else if constexpr (vector::bytes == 4) {
    return {{*reinterpret_cast<const unsigned*>(p)}};
  } else if constexpr (vector::bytes == 2) {
    return {{*reinterpret_cast<const unsigned short*>(p)}};
  } else {
    return {{*reinterpret_cast<const unsigned char*>(p)}};
  }
}

/// One access of the vector's size. In PTX, because the compiler splits a plain assignment here.
///
/// \tparam Global  `p` is in global memory; else it may be in shared memory, too
template <int Width, bool Global = true, class T>
__device__ __forceinline__ void store_vector(T* p, const scalar_vector<T, Width>& v) noexcept {
  using vector = scalar_vector<T, Width>;
  if constexpr (vector::bytes == 16 && Global) {
    asm volatile("st.global.v4.b32 [%0], {%1, %2, %3, %4};" ::"l"(__cvta_generic_to_global(p)),
                 "r"(v.word[0]), "r"(v.word[1]), "r"(v.word[2]), "r"(v.word[3])
                 : "memory");
  } else if constexpr (vector::bytes == 16) {
    asm volatile("st.v4.b32 [%0], {%1, %2, %3, %4};" ::"l"(p), "r"(v.word[0]), "r"(v.word[1]),
                 "r"(v.word[2]), "r"(v.word[3])
                 : "memory");
  } else if constexpr (vector::bytes == 8 && Global) {
    asm volatile("st.global.v2.b32 [%0], {%1, %2};" ::"l"(__cvta_generic_to_global(p)),
                 "r"(v.word[0]), "r"(v.word[1])
                 : "memory");
  } else if constexpr (vector::bytes == 8) {
    asm volatile("st.v2.b32 [%0], {%1, %2};" ::"l"(p), "r"(v.word[0]), "r"(v.word[1]) : "memory");
  } else if constexpr (vector::bytes == 4) {
    *reinterpret_cast<unsigned*>(p) = v.word[0];
  } else if constexpr (vector::bytes == 2) {
    *reinterpret_cast<unsigned short*>(p) = static_cast<unsigned short>(v.word[0]);
  } else {
    *reinterpret_cast<unsigned char*>(p) = static_cast<unsigned char>(v.word[0]);
  }
}

/// Element `e` as a float or double.
template <class Real, class T, int Width>
__device__ __forceinline__ Real element_of(const scalar_vector<T, Width>& v, int e) noexcept {
  constexpr scalar_format format = scalar_traits<T>::format;
  if constexpr (std::is_integral_v<T>) {
    constexpr int bits = 8 * static_cast<int>(sizeof(T));
    constexpr int per_word = 32 / bits;
    const std::uint32_t word = v.word[e / per_word];
    if constexpr (std::is_signed_v<T>) {  // up to the sign, and down again with it
      const auto up = static_cast<std::int32_t>(word << (32 - bits * (e % per_word + 1)));
      return static_cast<Real>(up >> (32 - bits));
    } else {
      return static_cast<Real>((word >> (bits * (e % per_word))) & ((1u << bits) - 1u));
    }
  } else if constexpr (format == scalar_format::bf16) {
    const std::uint32_t word = v.word[e / 2];
    return exact_cast<Real>(bit_copy<float>(e % 2 == 0 ? word << 16 : word & 0xffff0000u));
  } else if constexpr (format == scalar_format::f16) {
    return real_from_bits<Real, T>(static_cast<std::uint16_t>(v.word[e / 2] >> (16 * (e % 2))));
  } else if constexpr (format == scalar_format::f32) {
    return exact_cast<Real>(bit_copy<float>(v.word[e]));
  } else {
    return __hiloint2double(static_cast<int>(v.word[2 * e + 1]), static_cast<int>(v.word[2 * e]));
  }
}

/// Rounds and packs. Float results of arithmetic have the GPU's canonical NaN already; `Arithmetic`
/// says that these are such.
template <class T, bool Arithmetic, int Width, class Real>
__device__ __forceinline__ scalar_vector<T, Width> pack(const Real (&value)[Width]) noexcept {
  constexpr scalar_format format = scalar_traits<T>::format;
  scalar_vector<T, Width> v;
  if constexpr (sizeof(T) == 2) {
    float narrow[Width];
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      if constexpr (sizeof(Real) == sizeof(double)) {
        narrow[e] = float_round_to_odd(value[e]);
      } else {
        narrow[e] = value[e];
      }
    }
    if constexpr (Width == 1) {
      v.word[0] = bits_from_real<T>(narrow[0]);
    } else {
#pragma unroll
      for (int e = 0; e < Width; e += 2) {
        if constexpr (format == scalar_format::bf16) {
          asm("cvt.rn.bf16x2.f32 %0, %1, %2;"
              : "=r"(v.word[e / 2])
              : "f"(narrow[e + 1]), "f"(narrow[e]));
        } else {
          asm("cvt.rn.f16x2.f32 %0, %1, %2;"
              : "=r"(v.word[e / 2])
              : "f"(narrow[e + 1]), "f"(narrow[e]));
        }
      }
    }
  } else if constexpr (format == scalar_format::f32) {
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      if constexpr (Arithmetic && sizeof(Real) == sizeof(float)) {
        v.word[e] = bit_copy<std::uint32_t>(value[e]);
      } else {
        v.word[e] = bits_from_real<T>(value[e]);
      }
    }
  } else {
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      const std::uint64_t bits = bits_from_real<T>(value[e]);
      v.word[2 * e] = static_cast<std::uint32_t>(bits);
      v.word[2 * e + 1] = static_cast<std::uint32_t>(bits >> 32);
    }
  }
  return v;
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
