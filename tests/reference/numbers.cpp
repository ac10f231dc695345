// SPDX-License-Identifier: Apache-2.0
#include "numbers.hpp"

#include <cmath>
#include <cstring>
#include <limits>

namespace robocache_test {
namespace {

/// IEEE 754 parameters: precision with the hidden bit, and exponents of 1.xxx * 2^e.
struct format {
  int precision;
  int lowest;
  int highest;
  int bits;
  std::uint64_t nan;
};

format format_of(scalar_kind kind) {
  switch (kind) {
    case scalar_kind::f16:
      return {11, -14, 15, 16, 0x7fff};
    case scalar_kind::bf16:
      return {8, -126, 127, 16, 0x7fff};
    case scalar_kind::f32:
      return {24, -126, 127, 32, 0x7fffffff};
    default:
      return {53, -1022, 1023, 64, 0x7ff8000000000000};
  }
}

template <class To, class From>
To copy_bits(From from) {
  To to{};
  static_assert(sizeof(to) == sizeof(from), "same size");
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

}  // namespace

double decode(scalar_kind kind, std::uint64_t bits) {
  if (kind == scalar_kind::u8) return static_cast<double>(bits);
  if (kind == scalar_kind::i16) {  // two's complement
    return static_cast<double>(bits) - (bits >= 0x8000u ? 65536.0 : 0.0);
  }
  const format f = format_of(kind);
  const int fraction_bits = f.precision - 1;
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << fraction_bits) - 1);
  const int field = static_cast<int>((bits >> fraction_bits) &
                                     ((std::uint64_t{1} << (f.bits - f.precision)) - 1));
  const double sign = (bits >> (f.bits - 1)) & 1 ? -1.0 : 1.0;
  if (field == 2 * f.highest + 1) {
    if (fraction != 0) return std::numeric_limits<double>::quiet_NaN();
    return sign * std::numeric_limits<double>::infinity();
  }
  const double significand =
      static_cast<double>(fraction) + (field == 0 ? 0.0 : std::ldexp(1.0, fraction_bits));
  const int exponent = field == 0 ? f.lowest : field - f.highest;
  return sign * std::ldexp(significand, exponent - fraction_bits);
}

std::uint64_t encode(scalar_kind kind, double x) {
  if (kind == scalar_kind::u8) return static_cast<std::uint64_t>(x);
  if (kind == scalar_kind::i16) return static_cast<std::uint64_t>(x < 0 ? x + 65536.0 : x);
  const format f = format_of(kind);
  if (std::isnan(x)) return f.nan;
  const std::uint64_t sign = std::signbit(x) ? std::uint64_t{1} << (f.bits - 1) : 0;
  const std::uint64_t infinity = static_cast<std::uint64_t>(2 * f.highest + 1) << (f.precision - 1);
  const double magnitude = std::fabs(x);
  if (std::isinf(x)) return sign | infinity;
  if (magnitude == 0) return sign;
  int exponent = std::ilogb(magnitude);
  if (exponent < f.lowest) exponent = f.lowest;
  // In units of the last place; nearbyint rounds to nearest even.
  double units = std::nearbyint(std::ldexp(magnitude, f.precision - 1 - exponent));
  if (units == std::ldexp(1.0, f.precision)) {
    units /= 2;
    ++exponent;
  }
  if (exponent > f.highest) return sign | infinity;
  const auto significand = static_cast<std::uint64_t>(units);
  const std::uint64_t hidden = std::uint64_t{1} << (f.precision - 1);
  if (significand < hidden) return sign | significand;  // subnormal or zero
  return sign | (static_cast<std::uint64_t>(exponent + f.highest) << (f.precision - 1)) |
         (significand - hidden);
}

long double half_ulp(scalar_kind kind, long double x) {
  const format f = format_of(kind);
  int exponent = x == 0 ? f.lowest : std::ilogb(x);
  if (exponent < f.lowest) exponent = f.lowest;
  return std::ldexp(1.0L, exponent - f.precision);
}

bool is_nan_bits(scalar_kind kind, std::uint64_t bits) {
  return std::isnan(decode(kind, bits));
}

std::uint64_t stamp_bits(time_kind kind, stamp t) {
  switch (kind) {
    case time_kind::f32:
      return copy_bits<std::uint32_t>(static_cast<float>(t));
    case time_kind::f64:
      return copy_bits<std::uint64_t>(static_cast<double>(t));
    case time_kind::i64:
      return copy_bits<std::uint64_t>(static_cast<std::int64_t>(t));
    case time_kind::u64:
      return static_cast<std::uint64_t>(t);
  }
  return 0;
}

stamp stamp_from_bits(time_kind kind, std::uint64_t bits) {
  switch (kind) {
    case time_kind::f32:
      return copy_bits<float>(static_cast<std::uint32_t>(bits));
    case time_kind::f64:
      return copy_bits<double>(bits);
    case time_kind::i64:
      return static_cast<stamp>(copy_bits<std::int64_t>(bits));
    case time_kind::u64:
      return static_cast<stamp>(bits);
  }
  return 0;
}

stamp to_stamp(time_kind kind, long double t) {
  constexpr stamp int64_low = static_cast<stamp>(std::numeric_limits<std::int64_t>::min());
  constexpr stamp int64_high = static_cast<stamp>(std::numeric_limits<std::int64_t>::max());
  constexpr stamp uint64_high = static_cast<stamp>(std::numeric_limits<std::uint64_t>::max());
  switch (kind) {
    case time_kind::f32:
      return static_cast<float>(t);
    case time_kind::f64:
      return static_cast<double>(t);
    case time_kind::i64:
      return std::fmin(std::fmax(std::nearbyint(t), int64_low), int64_high);
    case time_kind::u64:
      return std::fmin(std::fmax(std::nearbyint(t), 0.0L), uint64_high);
  }
  return t;
}

}  // namespace robocache_test
