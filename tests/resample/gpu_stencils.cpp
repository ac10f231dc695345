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

/// Stamps with duplicates and gaps. Targets of all kinds.
///
/// \param disordered  stamps are shuffled in places, and may be no numbers
template <class In, class Out, class Time, stencil_source Source>
stencil_job<In, Out, Time, Source> random_job(random_source& random, std::int64_t channels,
                                              bool disordered) {
  stencil_job<In, Out, Time, Source> job;
  const auto samples = static_cast<std::int32_t>(random.between(0, 40));
  const Time start = std::is_integral_v<Time> ? static_cast<Time>(1'700'000'000'000'000'000)
                                              : static_cast<Time>(1000);
  std::vector<Time> times;
  std::int64_t t = 0;
  for (std::int32_t i = 0; i < samples; ++i) {
    times.push_back(static_cast<Time>(start + static_cast<Time>(t)));
    if (!random.chance(0.15)) t += random.between(1, 20);
    if (random.chance(0.1)) t += 200;
  }
  if (disordered && samples > 0) {
    for (int n = 0; n < 4; ++n) {
      const auto i = static_cast<std::size_t>(random.between(0, samples - 1));
      std::swap(times[i], times[static_cast<std::size_t>(random.between(0, samples - 1))]);
      if constexpr (std::is_floating_point_v<Time>) {
        if (random.chance(0.5)) times[i] = std::numeric_limits<Time>::quiet_NaN();
        if (random.chance(0.2)) times[i] = std::numeric_limits<Time>::infinity();
      }
    }
  }
  const std::int64_t offset = random.chance(0.5) ? random.between(-50, 50) : 0;
  job.policy.offset = static_cast<robocache::duration_t<Time>>(offset);
  for (int i = 0; i < 200; ++i) {
    const std::int64_t at = random.between(-9, t + 9) + offset;
    job.targets.push_back(static_cast<Time>(start + static_cast<Time>(at)));
  }
  if constexpr (std::is_floating_point_v<Time>) {
    for (Time& target : job.targets) target += static_cast<Time>(0.25);
    job.targets[3] = std::numeric_limits<Time>::quiet_NaN();
    job.targets[4] = std::numeric_limits<Time>::infinity();
  }
  job.size = samples;
  std::int32_t slots = samples;
  if constexpr (Source == stencil_source::ring) {
    slots += static_cast<std::int32_t>(random.between(samples == 0 ? 1 : 0, 5));
    job.head = static_cast<std::int32_t>(random.between(0, slots - 1));
  }
  // What is in the slots that are not in use must not be looked at: it would be later than all.
  job.times.assign(static_cast<std::size_t>(slots), static_cast<Time>(start + start));
  for (std::int32_t i = 0; i < samples; ++i) {
    job.times[static_cast<std::size_t>((job.head + i) % slots)] =
        times[static_cast<std::size_t>(i)];
  }
  const bool scattered = random.chance(0.3);
  job.channels = channels;
  job.channel_pitch = scattered ? 2 : 1;
  job.sample_pitch = channels * job.channel_pitch + (random.chance(0.5) ? 1 : 0);
  job.row_pitch = channels + (random.chance(0.5) ? 3 : 0);
  job.first = random.between(0, 1);
  const std::int64_t elements = job.first + slots * job.sample_pitch;
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
  job.by_velocity = job.can_be_velocity && random.chance(0.25);
  return job;
}

constexpr stencil_group groups[] = {stencil_group::thread, stencil_group::tile8,
                                    stencil_group::warp, stencil_group::block96};

template <class In, class Out, class Time, stencil_source Source = stencil_source::array>
void check(std::uint64_t seed) {
  random_source random(seed);
  for (int i = 0; i < 40; ++i) {
    const std::int64_t channels[] = {1, 3, 8, 64, 301};
    const auto job = random_job<In, Out, Time, Source>(random, channels[i % 5], false);
    const stencil_rows<Out> expected = rows_on_host(job);
    for (const stencil_group group : groups) {
      INFO("job " << i << ", group " << static_cast<int>(group));
      stencil_rows<Out> got = blank_rows(job);
      REQUIRE(rows_on_gpu(job, group, got));
      CHECK(got.statuses == expected.statuses);
      CHECK(std::memcmp(got.rows.data(), expected.rows.data(), got.rows.size() * sizeof(Out)) == 0);
    }
  }
}

/// The elements of row `i`, and of what is beside it.
template <class Job, class Out>
bool same_row(const Job& job, std::size_t i, const stencil_rows<Out>& a,
              const stencil_rows<Out>& b) {
  const auto pitch = static_cast<std::size_t>(job.row_pitch);
  const std::size_t begin = static_cast<std::size_t>(job.first) + i * pitch;
  return a.statuses[i] == b.statuses[i] &&
         std::memcmp(&a.rows[begin], &b.rows[begin], pitch * sizeof(Out)) == 0;
}

/// Groups may find different places among stamps without order, but the row is that of one of them.
template <class In, class Out, class Time, stencil_source Source = stencil_source::array>
void check_disordered(std::uint64_t seed) {
  random_source random(seed);
  for (int i = 0; i < 15; ++i) {
    const auto job = random_job<In, Out, Time, Source>(random, i % 2 == 0 ? 3 : 8, true);
    std::vector<stencil_rows<Out>> possible;
    for (std::int32_t after = 0; after <= job.size; ++after) {
      possible.push_back(blank_rows(job));
      const auto arguments =
          arguments_of(job, possible.back().rows.data(), possible.back().statuses.data(),
                       [](const auto& data) { return data.data(); });
      for (std::int64_t row = 0; row < arguments.rows; ++row) {
        if (job.by_velocity) {
          arguments.template write_after<velocity>(row, after);
        } else {
          arguments.template write_after<robocache::stencils::cubic>(row, after);
        }
      }
    }
    const stencil_rows<Out> by_thread = rows_on_host(job);
    for (const stencil_group group : groups) {
      INFO("job " << i << ", group " << static_cast<int>(group));
      stencil_rows<Out> got = blank_rows(job);
      REQUIRE(rows_on_gpu(job, group, got));
      std::size_t strange = 0;
      for (std::size_t row = 0; row < job.targets.size(); ++row) {
        // Blocks search like a thread, warps and tiles together.
        const bool known =
            group == stencil_group::thread || group == stencil_group::block96
                ? same_row(job, row, got, by_thread)
                : std::any_of(possible.begin(), possible.end(),
                              [&](const auto& rows) { return same_row(job, row, got, rows); });
        strange += known ? 0u : 1u;
      }
      CHECK(strange == 0);
    }
  }
}

}  // namespace

TEST_CASE("stencils in a kernel give the host's bits", "[gpu][stencil]") {
  check<float, float, std::int64_t>(731);
  check<double, double, double>(732);
  check<robocache::float16, robocache::bfloat16, std::uint64_t>(733);
  check<std::uint8_t, float, float, stencil_source::ring>(734);
}

TEST_CASE("stencils in a kernel on stamps without order give the row of some place",
          "[gpu][stencil]") {
  check_disordered<float, float, std::int64_t>(741);
  check_disordered<double, double, double>(742);
  check_disordered<robocache::float16, robocache::bfloat16, std::uint64_t>(743);
  check_disordered<std::uint8_t, float, float, stencil_source::ring>(744);
}
