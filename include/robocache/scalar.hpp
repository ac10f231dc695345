// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// The scalar types of values, and conversions that give the same bits on every machine.
///
/// Recognised: `std::uint8_t`, `std::int16_t`, `float`, `double`, CUDA's `__half` and
/// `__nv_bfloat16`, and `float16` / `bfloat16` below, which have the same bits and need no CUDA
/// toolkit. CUDA's headers are not included here: only the names are declared, so this header costs
/// nothing and works whether or not the caller includes them. A type of yours that has the bits of
/// one of these is a line, see `scalar_format_of`.
///
/// One more format is an enumerator of `scalar_format`, a codec and a line of `scalar_format_of`,
/// and in `cuda/vector.cuh` how several of them lie in a word, where no format has them like that
/// yet.

struct __half;         // CUDA's, from <cuda_fp16.h>
struct __nv_bfloat16;  // CUDA's, from <cuda_bf16.h>

namespace robocache {

/// IEEE binary16 as 16 bits, for code without CUDA's `__half`. Storage only: convert to compute.
struct float16 {
  std::uint16_t bits;
};

/// bfloat16 (the upper half of a binary32) as 16 bits, for code without CUDA's `__nv_bfloat16`.
/// Storage only: convert to compute.
struct bfloat16 {
  std::uint16_t bits;
};

/// What the bits of a scalar mean. Types of one format share their kernels.
enum class scalar_format { u8, f16, bf16, f32, f64, i16 };

/// The format of a type. Specialize it for a type of yours that has the size and the bits of one of
/// the formats; it can then be the type of values, features and outputs everywhere:
///
/// \code
/// template <>
/// struct robocache::scalar_format_of<c10::BFloat16>
///     : robocache::scalar_format_constant<robocache::scalar_format::bf16> {};
/// \endcode
template <class T>
struct scalar_format_of {};

/// What specializations of `scalar_format_of` derive from.
template <scalar_format Format>
struct scalar_format_constant {
  static constexpr scalar_format value = Format;
};

template <>
struct scalar_format_of<std::uint8_t> : scalar_format_constant<scalar_format::u8> {};
template <>
struct scalar_format_of<std::int16_t> : scalar_format_constant<scalar_format::i16> {};
template <>
struct scalar_format_of<float16> : scalar_format_constant<scalar_format::f16> {};
template <>
struct scalar_format_of<::__half> : scalar_format_constant<scalar_format::f16> {};
template <>
struct scalar_format_of<bfloat16> : scalar_format_constant<scalar_format::bf16> {};
template <>
struct scalar_format_of<::__nv_bfloat16> : scalar_format_constant<scalar_format::bf16> {};
template <>
struct scalar_format_of<float> : scalar_format_constant<scalar_format::f32> {};
template <>
struct scalar_format_of<double> : scalar_format_constant<scalar_format::f64> {};

namespace detail {

// Conversions to float are exact and keep NaN a NaN, of no particular payload. The one NaN that is
// written comes from `bits_from_real`.

ROBOCACHE_HD inline float float_from_f16_bits(std::uint16_t bits) noexcept {
#if defined(__CUDA_ARCH__)
  float result;
  asm("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(bits));
  return result;
#else
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
  const std::uint32_t magnitude = bits & 0x7fffu;
  if (magnitude >= 0x7c00u) return bit_copy<float>(sign | 0x7f800000u | (magnitude << 13));
  if (magnitude >= 0x0400u) return bit_copy<float>(sign | ((magnitude << 13) + 0x38000000u));
  // Subnormal or zero: magnitude * 2^-24, exact in binary32.
  const float value = static_cast<float>(magnitude) * 5.9604644775390625e-08f;
  return bit_copy<float>(sign | bit_copy<std::uint32_t>(value));
#endif
}

/// Round to nearest even; NaN becomes 0x7fff.
ROBOCACHE_HD inline std::uint16_t f16_bits_from_float(float x) noexcept {
#if defined(__CUDA_ARCH__)
  std::uint16_t result;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(result) : "f"(x));
  return result;
#else
  const std::uint32_t bits = bit_copy<std::uint32_t>(x);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return 0x7fffu;
  if (magnitude >= 0x477ff000u) return static_cast<std::uint16_t>(sign | 0x7c00u);  // >= 65520
  if (magnitude >= 0x38800000u) {  // normal: drop 13 bits, the carry may run into the exponent
    const std::uint32_t rounded = magnitude + 0x0fffu + ((magnitude >> 13) & 1u);
    return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
  }
  if (magnitude < 0x33000000u) return static_cast<std::uint16_t>(sign);  // below half the smallest
  // Subnormal: the mantissa with its hidden bit, shifted so that one unit is 2^-24.
  const std::uint32_t shift = 126u - (magnitude >> 23);
  const std::uint32_t mantissa = (magnitude & 0x007fffffu) | 0x00800000u;
  const std::uint32_t kept = mantissa >> shift;
  const std::uint32_t dropped = mantissa & ((1u << shift) - 1u);
  const std::uint32_t half = 1u << (shift - 1u);
  const std::uint32_t up = (dropped > half || (dropped == half && (kept & 1u))) ? 1u : 0u;
  return static_cast<std::uint16_t>(sign | (kept + up));
#endif
}

ROBOCACHE_HD inline float float_from_bf16_bits(std::uint16_t bits) noexcept {
  return bit_copy<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// Round to nearest even; NaN becomes 0x7fff.
ROBOCACHE_HD inline std::uint16_t bf16_bits_from_float(float x) noexcept {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  std::uint16_t result;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result) : "f"(x));
  return result;
#else
  const std::uint32_t bits = bit_copy<std::uint32_t>(x);
  const std::uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  return (bits & 0x7fffffffu) > 0x7f800000u ? std::uint16_t{0x7fffu}
                                            : static_cast<std::uint16_t>(rounded);
#endif
}

/// double to float, rounded to odd: a second rounding to a format with at least two bits less then
/// gives what one rounding from the double would have given (Boldo and Melquiond, "Emulation of FMA
/// and correctly rounded sums: proved algorithms using rounding to odd", 2008).
ROBOCACHE_HD inline float float_round_to_odd(double x) noexcept {
  const float nearest = exact_cast<float>(x);
  if (!is_finite(x)) return nearest;
  const double back = exact_cast<double>(nearest);
  if (back == x) return nearest;
  std::uint32_t bits = bit_copy<std::uint32_t>(nearest);
  const bool away_from_zero = (back < 0 ? -back : back) > (x < 0 ? -x : x);
  if (away_from_zero) bits -= 1u;  // toward zero, also from infinity to the largest finite
  return bit_copy<float>(bits | 1u);
}

// A codec per format. `bits` is what is loaded and stored, `canonical` one type that stands for the
// format. `to_real` is exact; `from_real` rounds once, to nearest even, and NaN becomes the
// format's canonical NaN. Formats without `from_real` are for input only.

template <scalar_format Format, class Integer>
struct integer_codec {
  static constexpr scalar_format format = Format;
  using bits = Integer;
  using canonical = Integer;

  template <class Real>
  static ROBOCACHE_HD Real to_real(bits b) noexcept {
    return static_cast<Real>(b);
  }
};

struct f16_codec {
  static constexpr scalar_format format = scalar_format::f16;
  using bits = std::uint16_t;
  using canonical = float16;

  template <class Real>
  static ROBOCACHE_HD Real to_real(bits b) noexcept {
    return exact_cast<Real>(float_from_f16_bits(b));
  }
  static ROBOCACHE_HD bits from_real(float x) noexcept { return f16_bits_from_float(x); }
  static ROBOCACHE_HD bits from_real(double x) noexcept { return from_real(float_round_to_odd(x)); }
};

struct bf16_codec {
  static constexpr scalar_format format = scalar_format::bf16;
  using bits = std::uint16_t;
  using canonical = bfloat16;

  template <class Real>
  static ROBOCACHE_HD Real to_real(bits b) noexcept {
    return exact_cast<Real>(float_from_bf16_bits(b));
  }
  static ROBOCACHE_HD bits from_real(float x) noexcept { return bf16_bits_from_float(x); }
  static ROBOCACHE_HD bits from_real(double x) noexcept { return from_real(float_round_to_odd(x)); }
};

struct f32_codec {
  static constexpr scalar_format format = scalar_format::f32;
  using bits = std::uint32_t;
  using canonical = float;

  template <class Real>
  static ROBOCACHE_HD Real to_real(bits b) noexcept {
    return exact_cast<Real>(bit_copy<float>(b));
  }
  template <class Real>
  static ROBOCACHE_HD bits from_real(Real x) noexcept {
    const float value = exact_cast<float>(x);
    return bit_copy<bits>(is_nan(value) ? canonical_nan<float>() : value);
  }
};

struct f64_codec {
  static constexpr scalar_format format = scalar_format::f64;
  using bits = std::uint64_t;
  using canonical = double;

  template <class Real>
  static ROBOCACHE_HD Real to_real(bits b) noexcept {
    static_assert(std::is_same_v<Real, double>, "a double is computed with in double");
    return bit_copy<double>(b);
  }
  template <class Real>
  static ROBOCACHE_HD bits from_real(Real x) noexcept {
    const double value = exact_cast<double>(x);
    return bit_copy<bits>(is_nan(value) ? canonical_nan<double>() : value);
  }
};

template <scalar_format Format>
struct codec_of;
template <>
struct codec_of<scalar_format::u8> : integer_codec<scalar_format::u8, std::uint8_t> {};
template <>
struct codec_of<scalar_format::i16> : integer_codec<scalar_format::i16, std::int16_t> {};
template <>
struct codec_of<scalar_format::f16> : f16_codec {};
template <>
struct codec_of<scalar_format::bf16> : bf16_codec {};
template <>
struct codec_of<scalar_format::f32> : f32_codec {};
template <>
struct codec_of<scalar_format::f64> : f64_codec {};

template <class T, class = void>
struct is_scalar : std::false_type {};
template <class T>
struct is_scalar<T, std::void_t<decltype(scalar_format_of<T>::value)>> : std::true_type {};

template <class T, class = void>
struct is_complete : std::false_type {};
template <class T>
struct is_complete<T, std::void_t<decltype(sizeof(T))>> : std::true_type {};

/// For code that needs the size of a scalar: the header says only the names of CUDA's.
template <class T>
ROBOCACHE_HD constexpr void check_complete() noexcept {
  static_assert(
      is_complete<T>::value,
      "__nv_bfloat16 needs <cuda_bf16.h> and __half <cuda_fp16.h>; robocache::bfloat16 and "
      "robocache::float16 have the same bits and need no header");
}

template <class T>
constexpr bool check_scalar() noexcept {
  static_assert(is_scalar<T>::value,
                "values and features are u8, int16, half, bfloat16, float or double, or a type of "
                "yours that has a robocache::scalar_format_of");
  return true;
}

/// The codec of a type without a format: that of float, so that one sentence is all that the
/// compiler has to say. (Of a class with a failed assertion in it clang has more to say.)
template <class T, bool Known = is_scalar<T>::value>
struct codec_of_type : f32_codec {
  using checked = std::bool_constant<check_scalar<T>()>;
};
template <class T>
struct codec_of_type<T, true> : codec_of<scalar_format_of<T>::value> {};

/// The codec of a type.
template <class T>
struct scalar_traits : codec_of_type<T> {};

/// Formats that are for input only.
ROBOCACHE_HD constexpr bool is_integer(scalar_format format) noexcept {
  return format == scalar_format::u8 || format == scalar_format::i16;
}

/// Reads one element. `Real` is float or double; conversion to it is exact.
template <class Real, class T>
ROBOCACHE_HD inline Real real_from_bits(typename scalar_traits<T>::bits bits) noexcept {
  return scalar_traits<T>::template to_real<Real>(bits);
}

/// Writes one element, rounded once, to nearest even. NaN becomes the format's canonical NaN.
template <class T, class Real>
ROBOCACHE_HD inline typename scalar_traits<T>::bits bits_from_real(Real x) noexcept {
  static_assert(!is_integer(scalar_traits<T>::format), "integers are not an output type");
  return scalar_traits<T>::from_real(x);
}

}  // namespace detail

/// True for the types values may have as input.
template <class T>
inline constexpr bool is_input_scalar_v = detail::is_scalar<std::remove_cv_t<T>>::value;

namespace detail {

template <class T, bool Known = is_scalar<T>::value>
inline constexpr bool is_output_format = false;
template <class T>
inline constexpr bool is_output_format<T, true> = !is_integer(scalar_format_of<T>::value);

template <class T, bool Known = is_scalar<T>::value>
inline constexpr bool is_f64 = false;
template <class T>
inline constexpr bool is_f64<T, true> = scalar_format_of<T>::value == scalar_format::f64;

}  // namespace detail

/// True for the types values may have as output: all but the integers.
template <class T>
inline constexpr bool is_output_scalar_v = detail::is_output_format<std::remove_cv_t<T>>;

/// The type arithmetic between `In` and `Out` is done in: double if either is double, else float.
template <class In, class Out>
using compute_t = std::conditional_t<
    detail::is_f64<std::remove_cv_t<In>> || detail::is_f64<std::remove_cv_t<Out>>, double, float>;

/// Converts between scalar types, rounding at most once, to nearest even. Same type: the same bits,
/// NaN payloads included. Otherwise NaN becomes the output type's canonical NaN.
///
/// \param x  of an input type; what is too large for `Out` becomes infinite
template <class Out, class In>
ROBOCACHE_HD inline Out scalar_cast(In x) noexcept {
  static_assert(is_input_scalar_v<In> && is_output_scalar_v<Out>, "not a RoboCache scalar type");
  if constexpr (std::is_same_v<In, Out>) {
    return x;
  } else {
    using bits_in = typename detail::scalar_traits<In>::bits;
    using real = compute_t<In, Out>;
    return detail::bit_copy<Out>(detail::bits_from_real<Out>(
        detail::real_from_bits<real, In>(detail::bit_copy<bits_in>(x))));
  }
}

}  // namespace robocache
