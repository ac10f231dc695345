// SPDX-License-Identifier: Apache-2.0
#include <robocache/time.hpp>

#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

using namespace robocache::detail;
using robocache::duration_t;
using robocache::time_shifted;
using robocache::unlimited;

namespace {

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();
constexpr float inf32 = std::numeric_limits<float>::infinity();
constexpr double inf64 = std::numeric_limits<double>::infinity();

}  // namespace

static_assert(std::is_same_v<duration_t<std::uint64_t>, std::int64_t>);
static_assert(std::is_same_v<duration_t<float>, float>);
static_assert(unlimited<std::int64_t> == highest && unlimited<double> == inf64);
static_assert(robocache::is_time_v<std::uint64_t> && !robocache::is_time_v<std::int32_t>);

TEST_CASE("differences do not overflow at the ends of the types", "[time]") {
  CHECK(elapsed<std::int64_t>(lowest, highest) == top);
  CHECK(elapsed<std::int64_t>(lowest, lowest) == 0);
  CHECK(elapsed<std::int64_t>(-1, 1) == 2);
  CHECK(elapsed<std::uint64_t>(0, top) == top);
  CHECK(elapsed<std::uint64_t>(top - 1, top) == 1);
  CHECK(elapsed<double>(-1e308, 1e308) == inf64);
  CHECK(elapsed<float>(1.5f, 2.0f) == 0.5f);
  // Denormal differences are kept.
  CHECK(elapsed<float>(0x1p-126f, 0x1.8p-126f) == 0x1p-127f);
}

TEST_CASE("a limit is exceeded only beyond it, and none never", "[time]") {
  CHECK_FALSE(exceeds<std::int64_t>(5, 5));
  CHECK(exceeds<std::int64_t>(6, 5));
  CHECK_FALSE(exceeds<std::int64_t>(0, 0));
  CHECK(exceeds<std::int64_t>(top, highest - 1));
  CHECK_FALSE(exceeds<std::int64_t>(top, unlimited<std::int64_t>));
  CHECK_FALSE(exceeds<std::uint64_t>(top, unlimited<std::uint64_t>));
  CHECK(exceeds<std::uint64_t>(std::uint64_t{1} << 63, highest - 1));
  CHECK_FALSE(exceeds<double>(0.5, 0.5));
  CHECK(exceeds<double>(std::nextafter(0.5, 1.0), 0.5));
  CHECK_FALSE(exceeds<float>(inf32, unlimited<float>));
  CHECK(exceeds<float>(inf32, std::numeric_limits<float>::max()));
}

TEST_CASE("shifting integers stops at the ends of the type", "[time]") {
  CHECK(time_shifted<std::int64_t>(highest - 1, 5) == highest);
  CHECK(time_shifted<std::int64_t>(highest - 5, 5) == highest);
  CHECK(time_shifted<std::int64_t>(highest, 0) == highest);
  CHECK(time_shifted<std::int64_t>(lowest + 1, -5) == lowest);
  CHECK(time_shifted<std::int64_t>(lowest, highest) == -1);
  CHECK(time_shifted<std::int64_t>(highest, lowest) == -1);
  CHECK(time_shifted<std::int64_t>(0, lowest) == lowest);
  CHECK(time_shifted<std::int64_t>(-1, lowest) == lowest);
  CHECK(time_shifted<std::int64_t>(10, -3) == 7);
  CHECK(time_shifted<std::uint64_t>(3, -5) == 0);
  CHECK(time_shifted<std::uint64_t>(5, -5) == 0);
  CHECK(time_shifted<std::uint64_t>(0, lowest) == 0);
  CHECK(time_shifted<std::uint64_t>(top, lowest) == top - (std::uint64_t{1} << 63));
  CHECK(time_shifted<std::uint64_t>(top - 2, 5) == top);
  CHECK(time_shifted<std::uint64_t>(0, highest) == static_cast<std::uint64_t>(highest));
  CHECK(time_shifted<std::uint64_t>(10, -3) == 7);
  CHECK(time_shifted<double>(1.5, -0.25) == 1.25);
  CHECK(time_shifted<float>(std::numeric_limits<float>::max(), std::numeric_limits<float>::max()) ==
        inf32);
}

TEST_CASE("shifting agrees with 128-bit arithmetic", "[time]") {
  __extension__ typedef __int128 int128;
  robocache_test::random_source random(71);
  int wrong = 0;
  for (int i = 0; i < 100000; ++i) {
    const auto t = static_cast<std::int64_t>(random.bits());
    const auto offset = static_cast<std::int64_t>(random.bits()) >> random.between(0, 63);
    int128 sum = static_cast<int128>(t) + offset;
    sum = sum < lowest ? lowest : sum > highest ? highest : sum;
    wrong += time_shifted<std::int64_t>(t, offset) != static_cast<std::int64_t>(sum);
    const auto u = static_cast<std::uint64_t>(t);
    sum = static_cast<int128>(u) + offset;
    sum = sum < 0 ? 0 : sum > static_cast<int128>(top) ? static_cast<int128>(top) : sum;
    wrong += time_shifted<std::uint64_t>(u, offset) != static_cast<std::uint64_t>(sum);
  }
  CHECK(wrong == 0);
}

TEST_CASE("comparisons with NaN are false, -0 is 0", "[time]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(time_less_equal(nan, 1.0));
  CHECK_FALSE(time_less_equal(1.0, nan));
  CHECK_FALSE(time_equal(nan, nan));
  CHECK(time_equal(-0.0, 0.0));
  CHECK(time_less_equal(-inf64, inf64));
  CHECK(time_is_nan(nan));
  CHECK_FALSE(time_is_nan(inf64));
  CHECK_FALSE(time_is_finite(nan));
  CHECK_FALSE(time_is_finite(-inf32));
  CHECK(time_is_finite(std::numeric_limits<float>::denorm_min()));
  CHECK(time_is_finite(std::int64_t{5}));
  CHECK_FALSE(time_is_nan(std::uint64_t{5}));
  CHECK(time_less_equal<std::uint64_t>(highest, top));
  CHECK_FALSE(time_less_equal<std::int64_t>(0, -1));
}

TEST_CASE("fractions are the quotient of exact differences", "[time]") {
  const std::int64_t epoch = 1700000000000000001;
  CHECK(time_fraction<float>(epoch, epoch + 1, epoch + 4) == 0.25f);
  CHECK(time_fraction<double>(epoch, epoch + 1, epoch + 3) == 1.0 / 3.0);
  CHECK(time_fraction<float>(epoch, epoch + 1, epoch + 3) == static_cast<float>(1.0 / 3.0));
  CHECK(time_fraction<float>(lowest, std::int64_t{0}, highest) == 0.5f);
  CHECK(time_fraction<float>(std::uint64_t{0}, std::uint64_t{1} << 63, top) == 0.5f);
  CHECK(time_fraction<float>(1.7e9, 1.7e9 + 0.25, 1.7e9 + 1) == 0.25f);
  CHECK(time_fraction<float>(-3e38f, 0.0f, 3e38f) == 0.5f);
  CHECK(time_fraction<double>(-1.5e308, 0.75e308, 1.5e308) == 0.75);
  CHECK(time_fraction<float>(0.0f, 0x1p-149f, 0x1p-147f) == 0.25f);
  CHECK(time_fraction<float>(0.0, 0x1p-1074, 0x1p-1072) == 0.25f);
}
