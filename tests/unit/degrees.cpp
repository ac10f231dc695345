// SPDX-License-Identifier: Apache-2.0
#include "rotation_support.hpp"

using namespace robocache_test;
using robocache::blend_degrees;

namespace {

/// The remainder with half a turn on `x`'s side, by the C library, which is exact.
template <class Real>
Real reference_wrap(Real x) {
  const Real rest = std::fmod(x, Real{360});
  if (rest > 180) return rest - 360;
  if (rest < -180) return rest + 360;
  return rest;
}

template <class Real>
Real any_value(random_source& random) {
  const int high = std::numeric_limits<Real>::max_exponent - 1;
  const int low = std::numeric_limits<Real>::min_exponent - std::numeric_limits<Real>::digits;
  // Casts of doubles, so that all digits are used.
  return static_cast<Real>(any_magnitude(random, random.chance(0.5) ? low : 6, high - 1));
}

}  // namespace

TEST_CASE("degrees go the short way, and what can be exact is", "[rotation]") {
  struct {
    double a, b, w, expected;
  } const cases[] = {
      {350, 10, 0.5, 0},
      {350, 10, 0.25, -5},
      {10, 350, 0.75, -5},
      {10, 20, 0, 10},
      {10, 20, 1, 20},
      {10, 20, 2, 30},
      {10, 20, -1, 0},
      {170, 180, 2, -170},
      {359, 361, 0.5, 0},
      {10, 370, 0.5, 10},
      {90, 90 + 720, 0.5, 90},
      {179, -179, 0.5, 180},
      {-179, 179, 0.5, -180},
      {179, -179, 0.75, -179.5},
      // Half a turn apart: up if the later number is the larger.
      {0, 180, 0.5, 90},
      {0, -180, 0.5, -90},
      {180, 0, 0.5, 90},
      {-180, 0, 0.5, -90},
      {180, 360, 0.5, -90},
      {360, 180, 0.5, -90},
      {350, 170, 0.5, -100},
      {170, 350, 0.5, -100},
      {0, 540, 0.25, 45},
      {0, 900, 0.25, 45},
      {0, -540, 0.25, -45},
      {0, -900, 0.25, -45},
      {1e6, 1e6 + 180, 0.5, 10},
      // The ends of the range keep the sign of what they are made from.
      {180, 180, 0.5, 180},
      {-180, -180, 0.5, -180},
      {540, 540, 0.5, 180},
      {900, 900, 0.5, 180},
      {-540, -540, 0.5, -180},
      {-900, -900, 0.5, -180},
      {180, -180, 0.5, 180},
      {-180, 180, 0.5, -180},
      // 10^9 is 2777777 turns and 280 degrees; in float its neighbours are 64 apart.
      {1e9, 1e9, 0.5, -80},
      {1e9, 1, 0.5, -39.5},
      {1, 1e9, 0.5, -39.5},
  };
  for (const auto& c : cases) {
    INFO(c.a << " to " << c.b << " at " << c.w);
    CHECK(blend_degrees(c.a, c.b, c.w) == c.expected);
    CHECK(blend_degrees(static_cast<float>(c.a), static_cast<float>(c.b),
                        static_cast<float>(c.w)) == static_cast<float>(c.expected));
  }
  CHECK(bits_of(blend_degrees(-0.0, -0.0, 0.5)) == bits_of(0.0));
  CHECK(blend_degrees(least, least, 0.5) == least);
  CHECK(blend_degrees(0x1p-149f, 0x1p-149f, 0.5f) == 0x1p-149f);
}

namespace {

template <class Real>
void random_turns(std::uint64_t seed) {
  random_source random(seed);
  int wrong = 0;
  const auto same = [&](Real x) {
    // No motion, so that the result is the wrapped angle.
    if (!(blend_degrees(x, x, Real(0.5)) == reference_wrap(x))) ++wrong;
  };
  for (int i = 0; i < 300000; ++i) same(any_value<Real>(random));
  for (int n = -4000; n <= 4000; ++n) {  // half and whole turns and their neighbours
    for (const double size : {1.0, 1e3, 1e6}) {
      Real x = static_cast<Real>(180.0 * n * size);
      same(x);
      for (int step = 0; step < 3; ++step) {
        x = std::nextafter(x, std::numeric_limits<Real>::infinity());
        same(x);
      }
      for (int step = 0; step < 6; ++step) {
        x = std::nextafter(x, -std::numeric_limits<Real>::infinity());
        same(x);
      }
    }
  }
  same(std::numeric_limits<Real>::max());
  same(-std::numeric_limits<Real>::max());
  CHECK(wrong == 0);
}

/// Against long double, in units of the two roundings that are allowed.
template <class Real>
void random_degrees(std::uint64_t seed) {
  random_source random(seed);
  worst error;
  const real unit = static_cast<real>(std::numeric_limits<Real>::epsilon()) / 2;
  for (int i = 0; i < 300000; ++i) {
    const double spread = i % 3 == 0 ? 1e6 : 360;
    const Real a =
        i % 7 == 0 ? any_value<Real>(random) : static_cast<Real>((random.unit() * 2 - 1) * spread);
    const Real b =
        i % 11 == 0 ? any_value<Real>(random) : static_cast<Real>((random.unit() * 2 - 1) * spread);
    const Real w = static_cast<Real>(i % 5 == 0 ? random.unit() * 6 - 3 : random.unit());
    const real from = std::fmod(static_cast<real>(a), real{360});
    const real to = std::fmod(static_cast<real>(b), real{360});
    const real d = std::remainder(to - from, real{360});
    const Real got = blend_degrees(a, b, w);
    if (!(got >= -180 && got <= 180)) error.add(1e9L, a, b, w);
    if (std::fabs(d) > 180 - 512 * unit) continue;  // both ways are short
    const real off = std::remainder(static_cast<real>(got) - (from + w * d), real{360});
    const real allowed =
        unit * (256 * std::fabs(static_cast<real>(w)) + std::fabs(static_cast<real>(w) * d) + 180);
    error.add(std::fabs(off) / allowed, a, b, w);
  }
  INFO(error.text());
  CHECK(error.error <= 1);
}

}  // namespace

TEST_CASE("whole turns are taken off exactly, whatever the magnitude", "[rotation]") {
  random_turns<double>(82);
  random_turns<float>(83);
}

TEST_CASE("random degrees within two roundings", "[rotation]") {
  random_degrees<double>(84);
  random_degrees<float>(85);
}

TEST_CASE("degrees that are not finite give the canonical NaN", "[rotation]") {
  for (const double bad : {infinity, -infinity, nan_value, -nan_value}) {
    CHECK(is_canonical_nan(blend_degrees(bad, 1.0, 0.5)));
    CHECK(is_canonical_nan(blend_degrees(1.0, bad, 0.5)));
    CHECK(is_canonical_nan(blend_degrees(1.0, 1.5, bad)));
    CHECK(is_canonical_nan(blend_degrees(bad, bad, 0.5)));
    const float narrow = blend_degrees(1.0f, static_cast<float>(bad), 0.5f);
    std::uint32_t bits;
    std::memcpy(&bits, &narrow, sizeof(bits));
    CHECK(bits == 0x7fffffffu);
  }
  CHECK(is_canonical_nan(blend_degrees(1.0, 3.0, most)));
  // Unlike `blend_angle`, there is no difference that could overflow.
  CHECK(std::fabs(blend_degrees(most, -most, 0.5)) <= 180);
}
