// SPDX-License-Identifier: Apache-2.0
#include "rotation_support.hpp"

using namespace robocache_test;
using robocache::detail::exact_atan2;
using robocache::detail::exact_cos;
using robocache::detail::exact_sin;

namespace {

std::vector<double> circular_arguments() {
  std::vector<double> list = {0.0,  -0.0, least, -least, std::numeric_limits<double>::min(),
                              0.25, 1.0,  1e6,   -1e6,   3e6};
  random_source random(71);
  for (int i = 0; i < 60000; ++i) {
    list.push_back(any_magnitude(random, -1074, 19));
    list.push_back(any_magnitude(random, -30, 3));
    list.push_back((random.unit() - 0.5) * 6e6);
  }
  // Next to the quarter turns, where all but the last digits of the reduced angle cancel, and next
  // to the eighths, where the two series meet.
  for (std::int64_t n = 1; n < 3800000; n += n < 2000 ? 1 : 61) {
    double x = static_cast<double>(static_cast<real>(n) * pi_reference / 4);
    for (int step = 0; step < 3; ++step) {
      list.push_back(x);
      x = std::nextafter(x, n % 2 == 0 ? 0.0 : infinity);
    }
  }
  return list;
}

}  // namespace

TEST_CASE("products, roots and whole numbers keep zeros and round once", "[rotation]") {
  using robocache::detail::exact_mul;
  using robocache::detail::exact_rint;
  using robocache::detail::exact_sqrt;
  CHECK(bits_of(exact_mul(0.0, -1.0)) == bits_of(-0.0));
  CHECK(bits_of(exact_mul(-0.0, -1.0)) == bits_of(0.0));
  CHECK(bits_of(exact_mul(-least, 0.25)) == bits_of(-0.0));
  CHECK(exact_mul(1 + 0x1p-52, 1 - 0x1p-53) == 1.0);
  CHECK(std::signbit(exact_mul(-0.0f, 1.0f)));
  CHECK(exact_mul(3.0f, 0x1p-149f) == 0x1.8p-148f);
  CHECK(bits_of(exact_sqrt(-0.0)) == bits_of(-0.0));
  CHECK(exact_sqrt(2.0) == 0x1.6a09e667f3bcdp+0);
  CHECK(exact_sqrt(2.0f) == 0x1.6a09e6p+0f);
  CHECK(exact_rint(0.5) == 0.0);
  CHECK(exact_rint(1.5f) == 2.0f);
  CHECK(bits_of(exact_rint(-0.25)) == bits_of(-0.0));
}

TEST_CASE("sine and cosine within one unit in the last place", "[rotation]") {
  worst sine;
  worst cosine;
  const std::vector<double> arguments = circular_arguments();
  REQUIRE(arguments.size() > 300000u);
  int asymmetric = 0;
  for (const double x : arguments) {
    sine.add(ulps(exact_sin(x), std::sin(static_cast<real>(x))), x);
    cosine.add(ulps(exact_cos(x), std::cos(static_cast<real>(x))), x);
    if (bits_of(exact_sin(-x)) != bits_of(-exact_sin(x))) ++asymmetric;
    if (bits_of(exact_cos(-x)) != bits_of(exact_cos(x))) ++asymmetric;
  }
  INFO("sine: " << sine.text() << "; cosine: " << cosine.text());
  CHECK(sine.error < 1);
  CHECK(cosine.error < 1);
  CHECK(asymmetric == 0);
}

TEST_CASE("sine and cosine of huge, infinite and NaN arguments", "[rotation]") {
  random_source random(72);
  worst difference;
  for (int i = 0; i < 100000; ++i) {
    const double x = any_magnitude(random, 20, 30);
    difference.add(std::fabs(exact_sin(x) - std::sin(static_cast<real>(x))), x);
    difference.add(std::fabs(exact_cos(x) - std::cos(static_cast<real>(x))), x);
    const double y = any_magnitude(random, 31, 1023);
    if (!(std::fabs(exact_sin(y)) <= 1 && std::fabs(exact_cos(y)) <= 1)) difference.add(1, y);
  }
  INFO(difference.text());
  CHECK(difference.error < real{0x1p-53});
  CHECK(bits_of(exact_sin(-0.0)) == bits_of(-0.0));
  CHECK(exact_cos(-0.0) == 1.0);
  CHECK(exact_sin(most) == 0.0);
  for (const double x : {infinity, -infinity, nan_value, -nan_value}) {
    CHECK(is_canonical_nan(exact_sin(x)));
    CHECK(is_canonical_nan(exact_cos(x)));
  }
}

TEST_CASE("arc tangent within two units in the last place", "[rotation]") {
  worst error;
  int asymmetric = 0;
  const auto test = [&](double y, double x) {
    error.add(ulps(exact_atan2(y, x), std::atan2(static_cast<real>(y), static_cast<real>(x))), y,
              x);
    if (bits_of(exact_atan2(-y, x)) != bits_of(-exact_atan2(y, x))) ++asymmetric;
  };
  random_source random(73);
  for (int i = 0; i < 100000; ++i) {
    test(any_magnitude(random, -1074, 1023), any_magnitude(random, -1074, 1023));
    test(any_magnitude(random, -10, 10), any_magnitude(random, -10, 10));
    test(any_magnitude(random, -1074, -1060), any_magnitude(random, -1074, -1060));
    test(any_magnitude(random, 1015, 1023), any_magnitude(random, 1015, 1023));
    test(any_magnitude(random, 995, 1003), any_magnitude(random, 995, 1003));
    test(component(random) > 0 ? 1 : -1, static_cast<double>(component(random)));
  }
  // On both sides of where one formula gives over to the next.
  for (const double edge : {0.26, 0.72, 1.0, 0.5}) {
    for (int i = 0; i < 20000; ++i) {
      const double x = any_magnitude(random, -1, 0);
      const double y = x * edge * (1 + (random.unit() - 0.5) * (i % 2 == 0 ? 1e-3 : 1e-15));
      test(y, x);
      test(x, y);
      test(y, -x);
    }
  }
  INFO(error.text());
  CHECK(error.error < 2);
  CHECK(asymmetric == 0);
}

TEST_CASE("arc tangent of zeros, infinities and NaN as C has it", "[rotation]") {
  const double special[] = {0.0,   -0.0,   1.0,  -1.0,     infinity,  -infinity,
                            least, -least, most, 0x1p1000, 0x1p-1000, -most};
  for (const double y : special) {
    for (const double x : special) {
      INFO("atan2(" << y << ", " << x << ")");
      const double got = exact_atan2(y, x);
      CHECK(std::signbit(got) == std::signbit(y));
      CHECK(ulps(got, std::atan2(static_cast<real>(y), static_cast<real>(x))) <= 1);
    }
    CHECK(is_canonical_nan(exact_atan2(y, nan_value)));
    CHECK(is_canonical_nan(exact_atan2(-nan_value, y)));
  }
  CHECK(exact_atan2(0.0, -1.0) == pi);
  CHECK(exact_atan2(1.0, 0.0) == pi / 2);
  CHECK(exact_atan2(1.0, 1.0) == pi / 4);
}
