// SPDX-License-Identifier: Apache-2.0
#include <robocache/scalar.hpp>

#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

using namespace robocache_test;
using robocache::bfloat16;
using robocache::float16;
using robocache::scalar_cast;

namespace {

std::uint64_t bits_of(float16 x) {
  return x.bits;
}
std::uint64_t bits_of(bfloat16 x) {
  return x.bits;
}
std::uint64_t bits_of(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}
std::uint64_t bits_of(double x) {
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}

float float_of(std::uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
}

/// All four outputs of `x` against the reference. Counts what differs: one assertion per call of
/// the test, not per number.
template <class In>
int wrong_outputs(In x, double value, scalar_kind own) {
  int wrong = 0;
  const auto differs = [&](scalar_kind kind, std::uint64_t got) {
    const std::uint64_t expected = kind == own ? bits_of(x) : encode(kind, value);
    if (got != expected) {
      UNSCOPED_INFO(name_of(own) << " " << std::hex << bits_of(x) << " to " << name_of(kind) << ": "
                                 << got << ", expected " << expected << std::dec);
      ++wrong;
    }
  };
  differs(scalar_kind::f16, bits_of(scalar_cast<float16>(x)));
  differs(scalar_kind::bf16, bits_of(scalar_cast<bfloat16>(x)));
  differs(scalar_kind::f32, bits_of(scalar_cast<float>(x)));
  differs(scalar_kind::f64, bits_of(scalar_cast<double>(x)));
  return wrong;
}

int wrong_outputs(float x) {
  return wrong_outputs(x, static_cast<double>(x), scalar_kind::f32);
}
int wrong_outputs(double x) {
  return wrong_outputs(x, x, scalar_kind::f64);
}

}  // namespace

static_assert(std::is_same_v<robocache::compute_t<float, bfloat16>, float>);
static_assert(std::is_same_v<robocache::compute_t<double, float>, double>);
static_assert(std::is_same_v<robocache::compute_t<const double, float16>, double>);
static_assert(std::is_same_v<robocache::compute_t<std::uint8_t, double>, double>);
static_assert(robocache::is_input_scalar_v<std::uint8_t> &&
              !robocache::is_output_scalar_v<std::uint8_t>);
static_assert(robocache::is_input_scalar_v<std::int16_t> &&
              !robocache::is_output_scalar_v<std::int16_t>);
static_assert(robocache::is_output_scalar_v<const float16> && !robocache::is_input_scalar_v<int>);
static_assert(robocache::is_input_scalar_v<__half> && robocache::is_output_scalar_v<__nv_bfloat16>);
static_assert(sizeof(float16) == 2 && sizeof(bfloat16) == 2);

TEST_CASE("all 65536 half and bfloat16 patterns, to every output", "[scalar]") {
  int wrong = 0;
  for (std::uint32_t bits = 0; bits <= 0xffffu; ++bits) {
    const auto pattern = static_cast<std::uint16_t>(bits);
    wrong += wrong_outputs(float16{pattern}, decode(scalar_kind::f16, bits), scalar_kind::f16);
    wrong += wrong_outputs(bfloat16{pattern}, decode(scalar_kind::bf16, bits), scalar_kind::bf16);
  }
  CHECK(wrong == 0);
}

TEST_CASE("all bytes, to every output", "[scalar]") {
  for (int value = 0; value <= 255; ++value) {
    const auto byte = static_cast<std::uint8_t>(value);
    CHECK(scalar_cast<float>(byte) == static_cast<float>(value));
    CHECK(scalar_cast<double>(byte) == value);
    CHECK(bits_of(scalar_cast<float16>(byte)) == encode(scalar_kind::f16, value));
    CHECK(bits_of(scalar_cast<bfloat16>(byte)) == encode(scalar_kind::bf16, value));
  }
}

TEST_CASE("all 16-bit integers, to every output", "[scalar]") {
  int wrong = 0;
  for (int value = -32768; value <= 32767; ++value) {
    const auto x = static_cast<std::int16_t>(value);
    wrong += scalar_cast<float>(x) != static_cast<float>(value);
    wrong += scalar_cast<double>(x) != value;
    wrong += bits_of(scalar_cast<float16>(x)) != encode(scalar_kind::f16, value);
    wrong += bits_of(scalar_cast<bfloat16>(x)) != encode(scalar_kind::bf16, value);
    wrong += decode(scalar_kind::i16, encode(scalar_kind::i16, value)) != value;
  }
  CHECK(wrong == 0);
}

TEST_CASE("float at, below and above every half and bfloat16, and every midpoint", "[scalar]") {
  int wrong = 0;
  for (std::uint32_t bits = 0; bits < 0xffffu; ++bits) {
    for (const scalar_kind kind : {scalar_kind::f16, scalar_kind::bf16}) {
      const double here = decode(kind, bits);
      const double next = decode(kind, bits + 1);
      if (!std::isfinite(here)) continue;
      // Above the largest, the midpoint to where the next would be decides on infinity.
      const double step = std::isfinite(next) ? next - here : here - decode(kind, bits - 1);
      const auto middle = static_cast<float>(here + step / 2);
      for (const float x : {static_cast<float>(here), middle}) {
        wrong += wrong_outputs(x);
        wrong += wrong_outputs(std::nextafter(x, std::numeric_limits<float>::infinity()));
        wrong += wrong_outputs(std::nextafter(x, -std::numeric_limits<float>::infinity()));
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("double to 16 bits rounds once", "[scalar]") {
  // A hair beside a midpoint: nearest float is the midpoint itself, from where a second rounding
  // would go to even.
  int wrong = 0;
  for (std::uint32_t bits = 0; bits < 0x7fffu; ++bits) {
    for (const scalar_kind kind : {scalar_kind::f16, scalar_kind::bf16}) {
      const double here = decode(kind, bits);
      if (!std::isfinite(here)) continue;
      const double next = decode(kind, bits + 1);
      const double step = std::isfinite(next) ? next - here : here - decode(kind, bits - 1);
      const double middle = here + step / 2;
      for (const double x : {middle, middle * (1 + 0x1p-50), middle * (1 - 0x1p-50),
                             middle * (1 + 0x1p-26), middle * (1 - 0x1p-26)}) {
        wrong += wrong_outputs(x) + wrong_outputs(-x);
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("double to float and to 16 bits at the edges", "[scalar]") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double most32 = std::numeric_limits<float>::max();
  int wrong = 0;
  for (const double x : {0.0,
                         -0.0,
                         infinity,
                         -infinity,
                         std::numeric_limits<double>::quiet_NaN(),
                         -std::numeric_limits<double>::quiet_NaN(),
                         std::numeric_limits<double>::max(),
                         std::numeric_limits<double>::lowest(),
                         std::numeric_limits<double>::denorm_min(),
                         std::numeric_limits<double>::min(),
                         most32,
                         most32 * (1 + 0x1p-25),
                         most32 * (1 + 0x1p-24),
                         std::nextafter(most32 * (1 + 0x1p-25), 0.0),
                         0x1p-149,
                         0x1p-150,
                         0x1.000001p-150,
                         0x1.8p-149,
                         0x1p-24,
                         0x1p-25,
                         0x1.0000000000001p-25,
                         0x1.8p-24,
                         0x1p-133,
                         0x1p-134,
                         0x1.000001p-134,
                         65504.0,
                         65519.99999999999,
                         65520.0,
                         65520.00000000001,
                         3.3895e38,
                         3.3961e38,
                         1e39,
                         1e-50}) {
    wrong += wrong_outputs(x) + wrong_outputs(-x);
  }
  CHECK(wrong == 0);
}

TEST_CASE("NaN becomes the canonical one, unless the type stays", "[scalar]") {
  for (const std::uint32_t nan : {0x7f800001u, 0xff800001u, 0x7fc00000u, 0xffffffffu}) {
    const float x = float_of(nan);
    CHECK(bits_of(scalar_cast<float16>(x)) == 0x7fffu);
    CHECK(bits_of(scalar_cast<bfloat16>(x)) == 0x7fffu);
    CHECK(bits_of(scalar_cast<double>(x)) == 0x7ff8000000000000u);
  }
  CHECK(bits_of(scalar_cast<float>(float16{0xfe01})) == 0x7fffffffu);
  CHECK(bits_of(scalar_cast<float>(bfloat16{0xff81})) == 0x7fffffffu);
  CHECK(bits_of(scalar_cast<float16>(bfloat16{0x7fc0})) == 0x7fffu);
  CHECK(bits_of(scalar_cast<bfloat16>(bfloat16{0xff81})) == 0xff81u);
}

TEST_CASE("random floats and doubles of every magnitude", "[scalar]") {
  random_source random(61);
  int wrong = 0;
  for (int i = 0; i < 200000; ++i) {
    const std::uint64_t bits = random.bits();
    wrong += wrong_outputs(float_of(static_cast<std::uint32_t>(bits)));
    // Exponents around those of the smaller formats, rather than mostly beyond them.
    const double x = std::ldexp(random.unit() * 2 - 1, static_cast<int>(random.between(-180, 180)));
    wrong += wrong_outputs(x);
  }
  CHECK(wrong == 0);
}
