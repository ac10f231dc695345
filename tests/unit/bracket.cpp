// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample/collective/rows.hpp>

#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

// Level 0 and 1 as their users call them. The rules themselves are in tests/resample.

using namespace robocache;

namespace {

template <class Time>
time_axis<Time> axis_of(const std::vector<Time>& times) {
  time_axis<Time> axis;
  axis.times = times.data();
  axis.size = static_cast<std::int32_t>(times.size());
  return axis;
}

}  // namespace

TEST_CASE("upper_bound is the standard's", "[bracket]") {
  robocache_test::random_source random(81);
  for (int size = 0; size <= 40; ++size) {
    std::vector<std::int64_t> times;
    for (int i = 0; i < size; ++i) times.push_back(random.between(0, size));
    std::sort(times.begin(), times.end());
    for (std::int64_t t = -1; t <= size + 1; ++t) {
      const auto expected = std::upper_bound(times.begin(), times.end(), t) - times.begin();
      REQUIRE(upper_bound(axis_of(times), t, 0, size) == expected);
    }
  }
}

TEST_CASE("upper_bound stays within the part it is given", "[bracket]") {
  const std::vector<double> times{0, 1, 2, 3, 4, 5};
  CHECK(upper_bound(axis_of(times), 9.0, 1, 3) == 3);
  CHECK(upper_bound(axis_of(times), -9.0, 2, 4) == 2);
  CHECK(upper_bound(axis_of(times), 2.0, 3, 3) == 3);
}

TEST_CASE("an axis has a stride and an offset", "[bracket]") {
  const std::vector<std::int64_t> interleaved{0, -1, 10, -1, 20, -1};
  time_axis<std::int64_t> axis;
  axis.times = interleaved.data();
  axis.stride = 2;
  axis.size = 3;
  axis.offset = 5;
  CHECK(axis[2] == 25);
  const auto found = bracket(axis, std::int64_t{20}, resample_policy<std::int64_t>{});
  CHECK(found.left == 1);
  CHECK(found.right == 2);
  CHECK(found.weight == 0.5f);
  CHECK(+found.status == row_status::ok);
  axis.times += 4;
  axis.stride = -2;
  CHECK(axis[2] == 5);
}

TEST_CASE("bracket tells the three kinds of row apart", "[bracket]") {
  const std::vector<double> times{0, 1, 3};
  resample_policy<double> policy;
  policy.extrapolation = extrapolation::fill;
  policy.fill_value = 9;
  const auto axis = axis_of(times);
  const auto blend = bracket(axis, 1.5, policy);
  CHECK(blend.left == 1);
  CHECK(blend.right == 2);
  CHECK(blend.weight == 0.25f);
  const auto sample = bracket(axis, 1.0, policy);
  CHECK(sample.left == 1);
  CHECK(sample.right == 1);
  CHECK(sample.weight == 0);
  const auto constant = bracket(axis, 4.0, policy);
  CHECK(constant.left < 0);
  CHECK(constant.weight == 9);
  CHECK(+constant.status == row_status::after);
}

TEST_CASE("no line goes through an infinite stamp", "[bracket]") {
  const double infinity = std::numeric_limits<double>::infinity();
  resample_policy<double> policy;
  policy.extrapolation = extrapolation::linear;
  policy.horizon = 100;
  for (const auto& times :
       {std::vector<double>{-infinity, 5}, {5, infinity}, {-infinity, 4, 5}, {4, 5, infinity}}) {
    const bool after = times.back() == 5;
    const bool between = times.size() == 3;  // the line is that of the two others
    const auto found = bracket(axis_of(times), after ? 6.0 : 4.0 - (between ? 1.0 : 0.0), policy);
    const auto expected = static_cast<std::uint8_t>(
        (after ? row_status::after : row_status::before) | (between ? 0 : row_status::unsorted));
    CHECK(+found.status == +expected);
    if (between) continue;
    CHECK(found.left == found.right);
    CHECK(found.left == (after ? 1 : 0));
  }
}

TEST_CASE("interpolate is fma(w, b - a, a), rounded once", "[bracket]") {
  CHECK(interpolate<float>(1.0f, 3.0f, 0.25f) == 1.5f);
  robocache_test::random_source random(82);
  int wrong = 0;
  int fused_matters = 0;
  for (int i = 0; i < 20000; ++i) {
    const auto a = static_cast<float>(random.unit() * 2 - 1);
    const auto b = static_cast<float>(random.unit() * 2 - 1);
    const auto w = static_cast<float>(random.unit());
    const volatile float rise = b - a;
    const volatile float product = w * rise;  // volatile: no contraction here
    const float fused = std::fma(w, rise, a);
    fused_matters += fused != product + a;
    wrong += interpolate<float>(a, b, w) != fused;
    wrong += interpolate<double>(static_cast<double>(a), static_cast<double>(b),
                                 static_cast<double>(w)) !=
             std::fma(static_cast<double>(w), static_cast<double>(b) - static_cast<double>(a),
                      static_cast<double>(a));
  }
  CHECK(wrong == 0);
  CHECK(fused_matters > 1000);  // so the test can tell
  CHECK(interpolate<float>(std::uint8_t{10}, std::uint8_t{20}, 0.5f) == 15.0f);
  CHECK(interpolate<float>(std::uint8_t{20}, std::uint8_t{10}, 0.5f) == 15.0f);  // no wrap
  CHECK(interpolate<bfloat16>(bfloat16{0x3f80}, bfloat16{0x4040}, 0.5f).bits == 0x4000);
}

TEST_CASE("channel_affine: null means 1 and 0", "[bracket]") {
  const float scale[] = {2, 3};
  const float shift[] = {10, 20};
  channel_affine<float> affine;
  CHECK(affine.is_identity());
  CHECK(affine(5.0f, 1) == 5);
  affine.shift = shift;
  CHECK_FALSE(affine.is_identity());
  CHECK(affine(5.0f, 1) == 25);
  affine.scale = scale;
  CHECK(affine(5.0f, 1) == 35);
  affine.shift = nullptr;
  CHECK(affine(5.0f, 0) == 10);
  affine.scale_stride = 0;
  CHECK(affine(5.0f, 1) == 10);
}

TEST_CASE("resample_row writes a row and returns its status", "[bracket]") {
  const std::vector<float> times{0, 1, 2};
  const float values[] = {0, 10, 2, 30, 4, 50};
  const tensor_view<const float, 2> samples(values, {3, 2});
  float out[] = {-1, -1, -1, -1};
  const tensor_view<float, 1> row(out, {2}, {2});
  const resample_policy<float> policy;
  const auto axis = axis_of(times);
  auto status =
      resample_row(serial_group{}, axis, 0.5f, samples, policy, channel_affine<float>{}, row);
  CHECK(+status == row_status::ok);
  CHECK(out[0] == 1);
  CHECK(out[1] == -1);
  CHECK(out[2] == 20);
  CHECK(out[3] == -1);
  status = resample_row(serial_group{}, axis, 9.0f, samples, policy, channel_affine<float>{}, row);
  CHECK(+status == row_status::after);
  CHECK(out[0] == 4);
  CHECK(out[2] == 50);
  status = resample_row(serial_group{}, axis_of(std::vector<float>{}), 9.0f, samples, policy,
                        channel_affine<float>{}, row);
  CHECK(+status == row_status::empty);
  CHECK(out[0] == 0);
}

TEST_CASE("find_bracket by one thread is bracket", "[bracket]") {
  const std::vector<std::uint64_t> times{3, 3, 8, 1u << 20};
  const resample_policy<std::uint64_t, double> policy;
  for (const std::uint64_t t : {0u, 3u, 5u, 8u, 9u, 1u << 20, 1u << 21}) {
    const auto a = find_bracket(serial_group{}, axis_of(times), t, policy);
    const auto b = bracket(axis_of(times), t, policy);
    CHECK(a.left == b.left);
    CHECK(a.right == b.right);
    CHECK(a.weight == b.weight);
    CHECK(a.status == b.status);
  }
}
