// SPDX-License-Identifier: Apache-2.0
#include "rotation_support.hpp"

using namespace robocache_test;
using robocache::blend_angle;

TEST_CASE("angles go the short way", "[rotation]") {
  CHECK(std::fabs(blend_angle(3.1, -3.1, 0.5)) == pi);
  CHECK(blend_angle(3.1, -3.1, 0.25) == Approx(3.1 + (2 * pi - 6.2) / 4).epsilon(1e-15));
  CHECK(blend_angle(3.1, -3.1, 0.75) == Approx(-3.1 - (2 * pi - 6.2) / 4).epsilon(1e-15));
  CHECK(blend_angle(3.1f, -3.1f, 0.75f) == Approx(-3.1 - (2 * pi - 6.2) / 4).epsilon(1e-6));
  CHECK(blend_angle(1.0, 2.0, 0.0) == 1.0);
  CHECK(blend_angle(1.0, 2.0, 1.0) == 2.0);
  CHECK(blend_angle(1.0, 2.0, 2.0) == 3.0);
  CHECK(blend_angle(1.0, 1.0 + 2 * pi, 0.5) == Approx(1.0).epsilon(1e-15));
  CHECK(blend_angle(pi, -pi, 0.5) == Approx(pi).epsilon(1e-15));
  CHECK(bits_of(blend_angle(-0.0, -0.0, 0.5)) == bits_of(0.0));
  CHECK(blend_angle(0x1p-149f, 0x1p-149f, 0.5f) == 0x1p-149f);
}

namespace {

/// Distance from the reference on the circle, in units of the last place of pi.
template <class Real>
real angle_error(Real got, Real a, Real b, Real w) {
  const real turn = 2 * pi_reference;
  real d = std::remainder(static_cast<real>(b) - static_cast<real>(a), turn);
  const real expected = static_cast<real>(a) + static_cast<real>(w) * d;
  const real off = std::fabs(std::remainder(static_cast<real>(got) - expected, turn));
  return off / (2 * static_cast<real>(std::numeric_limits<Real>::epsilon()));
}

template <class Real>
void random_angles() {
  random_source random(80);
  worst error;
  const Real limit = static_cast<Real>(pi_reference);
  for (int i = 0; i < 300000; ++i) {
    // Up to a thousand turns; the difference away from half a turn, where both ways are short.
    const double spread = i % 3 == 0 ? 6000.0 : pi;
    const Real a = static_cast<Real>((random.unit() * 2 - 1) * spread);
    const Real b = static_cast<Real>((random.unit() * 2 - 1) * spread);
    const Real w = static_cast<Real>(i % 5 == 0 ? random.unit() * 6 - 3 : random.unit());
    const real d = std::remainder(static_cast<real>(b) - static_cast<real>(a), 2 * pi_reference);
    const Real got = blend_angle(a, b, w);
    if (!(got >= -limit && got <= limit)) error.add(1e9L, a, b, w);
    if (std::fabs(d) > pi_reference - real{0.01}) continue;
    // b - a is rounded too, and where it is large by more than the result.
    const real rounding =
        std::fabs(w) * std::max(real{1}, std::ldexp(real{1}, std::ilogb(b - a) - 1));
    error.add(angle_error(got, a, b, w) / (1 + rounding), a, b, w);
  }
  INFO(error.text());
  CHECK(error.error < 2);
}

}  // namespace

TEST_CASE("random angles within two units in the last place of pi", "[rotation]") {
  random_angles<double>();
  random_angles<float>();
}

TEST_CASE("angles of every magnitude stay within pi", "[rotation]") {
  random_source random(81);
  const float limit = static_cast<float>(pi_reference);
  int wrong = 0;
  for (int i = 0; i < 200000; ++i) {
    const double x = blend_angle(any_magnitude(random, -1074, 1000),
                                 any_magnitude(random, -1074, 1000), random.unit());
    if (!(std::fabs(x) <= pi)) ++wrong;
    const float y = blend_angle(static_cast<float>(any_magnitude(random, -149, 120)),
                                static_cast<float>(any_magnitude(random, -149, 120)),
                                static_cast<float>(random.unit()));
    if (!(std::fabs(y) <= limit)) ++wrong;
  }
  // Whole and half turns and their neighbours.
  for (int n = -2000; n <= 2000; ++n) {
    double x = static_cast<double>(static_cast<real>(n) * pi_reference);
    float y = static_cast<float>(static_cast<real>(n) * pi_reference);
    for (int step = 0; step < 4; ++step) {
      const double got = blend_angle(x, x, 0.5);
      if (!(std::fabs(got) <= pi) || angle_error(got, x, x, 0.5) > 1) ++wrong;
      const float narrow = blend_angle(y, y, 0.5f);
      if (!(std::fabs(narrow) <= limit) || angle_error(narrow, y, y, 0.5f) > 1) ++wrong;
      x = std::nextafter(x, step < 2 ? infinity : -infinity);
      y = std::nextafter(y, static_cast<float>(step < 2 ? infinity : -infinity));
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("angles that are not finite give the canonical NaN", "[rotation]") {
  for (const double bad : {infinity, -infinity, nan_value, -nan_value}) {
    CHECK(is_canonical_nan(blend_angle(bad, 1.0, 0.5)));
    CHECK(is_canonical_nan(blend_angle(1.0, bad, 0.5)));
    CHECK(is_canonical_nan(blend_angle(1.0, 1.5, bad)));
    CHECK(is_canonical_nan(blend_angle(bad, bad, 0.5)));
    const float narrow = blend_angle(1.0f, static_cast<float>(bad), 0.5f);
    std::uint32_t bits;
    std::memcpy(&bits, &narrow, sizeof(bits));
    CHECK(bits == 0x7fffffffu);
  }
  CHECK(is_canonical_nan(blend_angle(most, -most, 0.5)));
  CHECK(is_canonical_nan(blend_angle(1.0, 3.0, most)));
}
