// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "../support/random_problem.hpp"
#include "stencil_job.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

// Rows of the cubic, and of a user's rule, by groups of a kernel: the bits of a thread of the host,
// and nothing written beside them.

using namespace robocache_test;

namespace {

template <class In>
In random_sample(random_source& random) {
  if constexpr (std::is_same_v<In, std::uint8_t>) {
    return static_cast<std::uint8_t>(random.between(0, 255));
  } else {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const float special[] = {std::numeric_limits<float>::quiet_NaN(), infinity, -infinity, -0.0f,
                             1e-42f};
    const double value = random.chance(0.05) ? static_cast<double>(special[random.between(0, 4)])
                                             : random.unit() * 20 - 10;
    return robocache::scalar_cast<In>(value);
  }
}

/// Stamps with duplicates, gaps and, rarely, disorder or no number at all. Targets of all kinds.
template <class In, class Out, class Time>
stencil_job<In, Out, Time> random_job(random_source& random, std::int64_t channels) {
  stencil_job<In, Out, Time> job;
  const std::int64_t samples = random.between(0, 40);
  const Time start = std::is_integral_v<Time> ? static_cast<Time>(1'700'000'000'000'000'000)
                                              : static_cast<Time>(1000);
  std::int64_t t = 0;
  for (std::int64_t i = 0; i < samples; ++i) {
    job.times.push_back(static_cast<Time>(start + static_cast<Time>(t)));
    if (!random.chance(0.15)) t += random.between(1, 20);
    if (random.chance(0.1)) t += 200;
  }
  for (int i = 0; i < 200; ++i) {
    job.targets.push_back(static_cast<Time>(start + static_cast<Time>(random.between(-9, t + 9))));
  }
  if constexpr (std::is_floating_point_v<Time>) {
    for (Time& target : job.targets) target += static_cast<Time>(0.25);
    job.targets[3] = std::numeric_limits<Time>::quiet_NaN();
    job.targets[4] = std::numeric_limits<Time>::infinity();
  }
  const bool scattered = random.chance(0.3);
  job.channels = channels;
  job.channel_pitch = scattered ? 2 : 1;
  job.sample_pitch = channels * job.channel_pitch + (random.chance(0.5) ? 1 : 0);
  job.row_pitch = channels + (random.chance(0.5) ? 3 : 0);
  job.first = random.between(0, 1);
  const std::int64_t elements = job.first + samples * job.sample_pitch;
  for (std::int64_t i = 0; i < elements; ++i) job.values.push_back(random_sample<In>(random));
  using real = typename stencil_job<In, Out, Time>::real;
  if (random.chance(0.5)) {
    for (std::int64_t d = 0; d < channels; ++d) {
      job.scale.push_back(static_cast<real>(random.unit() * 3));
      job.shift.push_back(static_cast<real>(random.unit()));
    }
  }
  if (random.chance(0.5)) job.policy.max_gap = 100;
  job.policy.gap = static_cast<robocache::gap_policy>(random.between(0, 3));
  job.policy.extrapolation = static_cast<robocache::extrapolation>(random.between(0, 3));
  job.policy.horizon = 5;
  job.policy.fill_value = 7;
  job.by_velocity = random.chance(0.25);
  return job;
}

template <class In, class Out, class Time>
void check(std::uint64_t seed) {
  random_source random(seed);
  for (int i = 0; i < 40; ++i) {
    const std::int64_t channels[] = {1, 3, 8, 64, 301};
    const auto job = random_job<In, Out, Time>(random, channels[i % 5]);
    const stencil_rows<Out> expected = rows_on_host(job);
    for (const stencil_group group : {stencil_group::thread, stencil_group::tile8,
                                      stencil_group::warp, stencil_group::block96}) {
      INFO("job " << i << ", group " << static_cast<int>(group));
      stencil_rows<Out> got = blank_rows(job);
      REQUIRE(rows_on_gpu(job, group, got));
      CHECK(got.statuses == expected.statuses);
      CHECK(std::memcmp(got.rows.data(), expected.rows.data(), got.rows.size() * sizeof(Out)) == 0);
    }
  }
}

}  // namespace

TEST_CASE("stencils in a kernel give the host's bits", "[gpu][stencil]") {
  check<float, float, std::int64_t>(731);
  check<double, double, double>(732);
  check<robocache::float16, robocache::bfloat16, std::uint64_t>(733);
  check<std::uint8_t, float, float>(734);
}
