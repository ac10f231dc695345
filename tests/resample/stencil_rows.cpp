// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample/collective/stencil_rows.hpp>
#include <robocache/resample/rules/ring.hpp>

#include "../support/catch.hpp"
#include "../support/random_problem.hpp"
#include "stencil_job.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

// Rows from stencils: what is computed, in which order, and that nothing else is written.

using namespace robocache;
using robocache_test::random_source;
using robocache_test::velocity;

namespace {

/// One of several threads that share a row, on the host.
struct one_of {
  unsigned rank;
  unsigned threads;
  unsigned thread_rank() const { return rank; }
  unsigned size() const { return threads; }
  void sync() const {}
};

template <class T>
T random_scalar(random_source& random) {
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    return static_cast<std::uint8_t>(random.between(0, 255));
  } else {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const float special[] = {std::nanf(""), infinity, -infinity, -0.0f, 1e-42f, 3e38f};
    const double value = random.chance(0.1) ? static_cast<double>(special[random.between(0, 5)])
                                            : random.unit() * 20 - 10;
    return scalar_cast<T>(value);
  }
}

template <class Real, int K>
sample_stencil<Real, K> random_stencil(random_source& random, std::int32_t samples) {
  sample_stencil<Real, K> result;
  result.form = static_cast<stencil_form>(random.between(0, 3));
  for (int k = 0; k < K; ++k) {
    const auto any = static_cast<std::int32_t>(random.between(0, samples - 1));
    result.sample[k] = k == 1 && any == result.sample[0] ? (any + 1) % samples : any;
    result.coefficient[k] = static_cast<Real>(random.unit() * 4 - 2);
  }
  result.count = 0;
  if (result.form == stencil_form::sample) result.count = 1;
  if (result.form == stencil_form::blend) {
    result.count = static_cast<std::int32_t>(random.between(K > 1 ? 2 : 1, K));
  }
  if (result.form == stencil_form::sum) {
    result.count = static_cast<std::int32_t>(random.between(1, K));
  }
  return result;
}

/// Any NaN becomes the format's one.
template <class Out, class Real>
Out rounded(Real x) {
  return detail::bit_copy<Out>(detail::bits_from_real<Out>(x));
}

/// The definition, spelled out.
template <class Out, class In, class Real, int K>
Out naive(const sample_stencil<Real, K>& stencil, const tensor_view<const In, 2>& values,
          const channel_affine<Real>& affine, std::int64_t d) {
  if (stencil.form == stencil_form::constant) return rounded<Out>(stencil.coefficient[0]);
  const auto x = [&](int k) { return scalar_cast<Real>(values(stencil.sample[k], d)); };
  if (stencil.form == stencil_form::sample && affine.is_identity()) {
    return scalar_cast<Out>(values(stencil.sample[0], d));
  }
  volatile Real value = x(0);  // volatile: no contraction here
  if (stencil.form == stencil_form::sum) value = stencil.coefficient[0] * x(0);
  for (int k = 1; k < stencil.count; ++k) {
    const volatile Real summand = stencil.form == stencil_form::sum ? x(k) : x(k) - x(0);
    value = std::fma(stencil.coefficient[k], summand, value);
  }
  const Real scale = affine.scale == nullptr ? Real{1} : affine.scale[d];
  const Real shift = affine.shift == nullptr ? Real{0} : affine.shift[d];
  if (!affine.is_identity()) value = std::fma(value, scale, shift);
  return rounded<Out>(Real{value});
}

template <class T>
bool same_bits(const T& a, const T& b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

template <class In, class Out, int K>
int wrong_rows(random_source& random) {
  using real = compute_t<In, Out>;
  int wrong = 0;
  for (int i = 0; i < 300; ++i) {
    const std::int64_t samples = 6;
    const std::int64_t channels = random.between(0, 9);
    const std::int64_t in_stride = random.chance(0.3) ? 3 : 1;
    const std::int64_t out_stride = random.chance(0.3) ? 2 : 1;
    std::vector<In> data;
    for (int k = 0; k < samples * 9 * 3; ++k) data.push_back(random_scalar<In>(random));
    const tensor_view<const In, 2> values(data.data(), {samples, channels},
                                          {9 * in_stride, in_stride});
    const std::vector<real> scale(9, static_cast<real>(random.unit() * 3));
    const std::vector<real> shift(9, static_cast<real>(random.unit()));
    channel_affine<real> affine;
    if (random.chance(0.3)) affine.scale = scale.data();
    if (random.chance(0.3)) affine.shift = shift.data();
    const auto stencil = random_stencil<real, K>(random, samples);
    const Out canary = scalar_cast<Out>(-77.0f);
    std::vector<Out> out(20, canary);
    const tensor_view<Out, 1> row(out.data(), {channels}, {out_stride});
    if (random.chance(0.5)) {
      write_row(serial_group{}, stencil, values, affine, row);
    } else {  // several threads, one after another
      for (unsigned rank = 0; rank < 3; ++rank) {
        write_row(one_of{rank, 3}, stencil, values, affine, row);
      }
    }
    for (std::int64_t at = 0; at < 20; ++at) {
      const bool written = at % out_stride == 0 && at / out_stride < channels;
      const Out expected = written ? naive<Out>(stencil, values, affine, at / out_stride) : canary;
      wrong += same_bits(out[static_cast<std::size_t>(at)], expected) ? 0 : 1;
    }
  }
  return wrong;
}

}  // namespace

TEST_CASE("rows of stencils are the definition's, each operation rounded", "[stencil]") {
  random_source random(721);
  CHECK(wrong_rows<float, float, 4>(random) == 0);
  CHECK(wrong_rows<double, double, 4>(random) == 0);
  CHECK(wrong_rows<float, double, 5>(random) == 0);
  CHECK(wrong_rows<double, bfloat16, 3>(random) == 0);
  CHECK(wrong_rows<std::uint8_t, float, 4>(random) == 0);
  CHECK(wrong_rows<float16, float16, 4>(random) == 0);
  CHECK(wrong_rows<bfloat16, bfloat16, 2>(random) == 0);
  CHECK(wrong_rows<float, float, 1>(random) == 0);
}

TEST_CASE("a bracket and its stencil are the same row", "[stencil]") {
  random_source random(722);
  const std::vector<double> times{0, 1, 1, 3, 7};
  std::vector<float> data;
  for (int k = 0; k < 5 * 7; ++k) data.push_back(random_scalar<float>(random));
  const tensor_view<const float, 2> values(data.data(), {5, 7});
  const float scale[] = {1, 2, 3, 4, 5, 6, 7};
  int wrong = 0;
  for (int i = 0; i < 2000; ++i) {
    resample_policy<double> policy;
    policy.interpolation = static_cast<interpolation>(random.between(0, 3));
    policy.extrapolation = static_cast<extrapolation>(random.between(0, 3));
    policy.horizon = 1;
    policy.fill_value = 5;
    const auto found =
        bracket(time_axis<double>{times.data(), 1, 5, 0}, random.unit() * 10 - 1.5, policy);
    channel_affine<float> affine;
    if (random.chance(0.5)) affine.scale = scale;
    float expected[7];
    float got[7];
    write_row(serial_group{}, found, values, affine, tensor_view<float, 1>(expected, {7}));
    const auto stencil = stencil_of(found);
    write_row(serial_group{}, stencil, values, affine, tensor_view<float, 1>(got, {7}));
    wrong += std::memcmp(expected, got, sizeof(got)) == 0 ? 0 : 1;
    wrong += stencil.status == found.status ? 0 : 1;
    const auto room_for_four = stencil_of<4>(found);
    write_row(serial_group{}, room_for_four, values, affine, tensor_view<float, 1>(got, {7}));
    wrong += std::memcmp(expected, got, sizeof(got)) == 0 ? 0 : 1;
    // Level 0 says the same.
    if (stencil.form == stencil_form::blend && affine.is_identity()) {
      const float x[] = {values(stencil.sample[0], 2), values(stencil.sample[1], 2)};
      wrong += same_bits(rounded<float>(stencil_value(stencil, x)), expected[2]) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("resample_row with a rule finds, asks, writes and reports", "[stencil]") {
  random_source random(723);
  robocache_test::stencil_job<float, float, std::int64_t> job;
  for (int i = 0; i < 50; ++i) {
    job.times.push_back(1'700'000'000'000'000'000 + 10 * i + random.between(0, 4));
    for (int d = 0; d < 5; ++d) job.values.push_back(random_scalar<float>(random));
  }
  job.size = 50;
  job.sample_pitch = job.channels = job.row_pitch = 5;
  for (int i = -20; i < 520; ++i) job.targets.push_back(job.times[0] + i);
  job.policy.extrapolation = extrapolation::fill;
  job.policy.fill_value = 3;
  job.policy.offset = 2;
  const auto got = robocache_test::rows_on_host(job);
  const time_axis<std::int64_t> axis{job.times.data(), 1, 50, 2};
  const tensor_view<const float, 2> values(job.values.data(), {50, 5});
  int wrong = 0;
  for (std::size_t i = 0; i < job.targets.size(); ++i) {
    const auto stencil = cubic_stencil(axis, job.targets[i], job.policy);
    wrong += got.statuses[i] == stencil.status ? 0 : 1;
    for (std::int64_t d = 0; d < 5; ++d) {
      const auto expected = naive<float>(stencil, values, channel_affine<float>{}, d);
      wrong += same_bits(got.rows[i * 5 + static_cast<std::size_t>(d)], expected) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("a rule of a user's: derivatives are sums", "[stencil]") {
  const std::vector<double> times{0, 0.5, 1, 3};
  const double data[] = {0, 1, 4, 8};
  const tensor_view<const double, 2> values(data, {4, 1});
  const resample_policy<double, double> policy;
  double out = 0;
  const tensor_view<double, 1> row(&out, {1});
  const auto at = [&](double t) {
    const auto status = resample_row(serial_group{}, time_axis<double>{times.data(), 1, 4, 0}, t,
                                     values, velocity{}, policy, channel_affine<double>{}, row);
    CHECK(+status == (t > 3 ? row_status::after : row_status::ok));
    return out;
  };
  CHECK(at(0.25) == 2);
  CHECK(at(0.75) == 6);
  CHECK(at(2.0) == 2);
  CHECK(at(9.0) == 0);
}

TEST_CASE("large samples that differ little lose no digits in a blend", "[stencil]") {
  // A joint at 1000 rad, of which a hundredth is turned, with a short interval beside a long one.
  const std::vector<std::int64_t> times{0, 1000, 21000, 41000};
  const std::vector<float> data{1000.0f, 1000.0001f, 1000.01f, 1000.02f};
  const tensor_view<const float, 2> values(data.data(), {4, 1});
  const time_axis<std::int64_t> axis{times.data(), 1, 4, 0};
  double worst_blend = 0;
  double worst_sum = 0;
  for (std::int64_t t = 1000; t < 21000; t += 100) {
    auto stencil = cubic_stencil(axis, t, resample_policy<std::int64_t>{});
    const auto exact = cubic_stencil(axis, t, resample_policy<std::int64_t, double>{});
    double expected = 0;
    for (int k = 0; k < exact.count; ++k) {
      expected += exact.coefficient[k] *
                  static_cast<double>(data[static_cast<std::size_t>(exact.sample[k])]);
    }
    float out = 0;
    const tensor_view<float, 1> row(&out, {1});
    write_row(serial_group{}, stencil, values, channel_affine<float>{}, row);
    worst_blend = std::max(worst_blend, std::fabs(static_cast<double>(out) - expected));
    if (stencil.count > 2) stencil.form = stencil_form::sum;
    write_row(serial_group{}, stencil, values, channel_affine<float>{}, row);
    worst_sum = std::max(worst_sum, std::fabs(static_cast<double>(out) - expected));
  }
  CAPTURE(worst_blend, worst_sum);
  CHECK(worst_blend < 3 * 0x1p-15);  // three roundings by half a unit of the last place
  CHECK(worst_sum > 4 * worst_blend);
}

namespace {

template <class Time>
void compare_ring_and_array() {
  constexpr std::int32_t capacity = 7;
  constexpr std::int64_t channels = 3;
  random_source random(11);
  for (std::int32_t size = 0; size <= capacity; ++size) {
    for (std::int32_t head = 0; head < capacity; ++head) {
      std::vector<Time> ordered(capacity), times(capacity, static_cast<Time>(77));
      std::vector<float> samples(capacity * channels), values(capacity * channels, std::nanf(""));
      Time t = 100;
      for (std::int32_t i = 0; i < size; ++i) {
        t += static_cast<Time>(random.between(0, 9));  // some are repeated
        const std::int32_t slot = (head + i) % capacity;
        ordered[i] = times[slot] = t;
        for (std::int64_t d = 0; d < channels; ++d) {
          const auto x = static_cast<float>(random.unit());
          samples[i * channels + d] = values[slot * channels + d] = x;
        }
      }
      const time_axis<Time> array{ordered.data(), 1, size};
      const ring_axis<Time> ring{times.data(), capacity, head, size};
      for (Time target = 95; target < t + 5; target += 1) {
        std::vector<float> expected(channels, -1.0f), row(channels, -2.0f);
        const auto by = [&](const auto& axis, std::vector<float>& from, std::vector<float>& to) {
          return resample_row(serial_group{}, axis, target,
                              tensor_view<const float, 2>(from.data(), {capacity, channels}),
                              stencils::cubic{}, resample_policy<Time>{}, channel_affine<float>{},
                              tensor_view<float, 1>(to.data(), {channels}));
        };
        CHECK(by(array, samples, expected) == by(ring, values, row));
        CHECK(std::memcmp(expected.data(), row.data(), channels * sizeof(float)) == 0);
        // The same in steps.
        std::fill(row.begin(), row.end(), -3.0f);
        const auto stencil = cubic_stencil(ring, target, resample_policy<Time>{});
        write_row(serial_group{}, stored_stencil(ring, stencil),
                  tensor_view<const float, 2>(values.data(), {capacity, channels}),
                  channel_affine<float>{}, tensor_view<float, 1>(row.data(), {channels}));
        CHECK(std::memcmp(expected.data(), row.data(), channels * sizeof(float)) == 0);
      }
    }
  }
}

}  // namespace

TEST_CASE("a cubic of a ring is that of its samples in an array", "[stencil][ring]") {
  compare_ring_and_array<float>();
  compare_ring_and_array<double>();
  compare_ring_and_array<std::int64_t>();
  compare_ring_and_array<std::uint64_t>();
}

TEST_CASE("the form of a stencil decides, whatever its count", "[stencil]") {
  const float samples[3] = {3, 5, 7};
  const float two = 2;
  const channel_affine<float> doubled{&two, nullptr, 0, 0};
  const auto row_of = [&](stencil_form form, std::int32_t count) {
    sample_stencil<float, 3> stencil{{0, 1, 2}, {10, 20, 30}, count, form};
    float row = -1;
    write_row(serial_group{}, stencil, tensor_view<const float, 2>(samples, {3, 1}), doubled,
              tensor_view<float, 1>(&row, {1}));
    const bool constant = form == stencil_form::constant || count == 0;
    CHECK(stencil_value(stencil, samples) == (constant ? row : row / 2));  // level 0 says the same
    return row;
  };
  for (const std::int32_t count : {0, 1, 2, 3}) {
    CHECK(row_of(stencil_form::constant, count) == 10);
    if (count > 0) CHECK(row_of(stencil_form::sample, count) == 2 * 3);
  }
  CHECK(row_of(stencil_form::sum, 0) == 0);  // nothing, and so not scaled
  CHECK(row_of(stencil_form::sum, 1) == 2 * 30);
  CHECK(row_of(stencil_form::sum, 2) == 2 * (30 + 100));
  CHECK(row_of(stencil_form::blend, 0) == 0);
  CHECK(row_of(stencil_form::blend, 1) == 2 * 3);
  CHECK(row_of(stencil_form::blend, 2) == 2 * (3 + 40));
}
