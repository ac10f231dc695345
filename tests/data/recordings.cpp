// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/problem.hpp"
#include "recording_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

// Real recordings against the reference: every policy, other rates, other streams' stamps.

using namespace robocache_test;
using robocache::extrapolation;
using robocache::gap_policy;
using robocache::interpolation;
using robocache::row_status;

namespace {

std::vector<stamp> stamps_of(const recorded& from, time_kind kind) {
  if (kind == time_kind::i64) return from.nanoseconds;
  return std::vector<stamp>(from.seconds.begin(), from.seconds.end());
}

stamp seconds(time_kind kind, double s) {
  return kind == time_kind::i64 ? std::nearbyint(static_cast<stamp>(s) * 1e9L)
                                : static_cast<stamp>(s);
}

problem problem_of(const recorded& from, const combination& types) {
  problem work;
  work.types = types;
  work.items.resize(1);
  work.items[0].times = stamps_of(from, types.time);
  work.channels = static_cast<std::int64_t>(from.channels.front().size());
  for (const std::vector<double>& row : from.channels) {
    for (const double x : row) work.items[0].values.push_back(encode(types.in, x));
  }
  return work;
}

/// Evenly spaced over the recording and 0.3 s beyond, at `rate` times the recording's own.
std::vector<stamp> grid(const std::vector<stamp>& times, time_kind kind, double rate) {
  const stamp beyond = seconds(kind, 0.3);
  const stamp first = times.front() - beyond;
  const stamp last = times.back() + beyond;
  const stamp step = (times.back() - times.front()) / static_cast<stamp>(times.size() * rate);
  std::vector<stamp> targets;
  for (std::int64_t i = 0; first + step * static_cast<stamp>(i) <= last; ++i) {
    targets.push_back(to_stamp(kind, first + step * static_cast<stamp>(i)));
  }
  return targets;
}

/// Another stream that runs at the same time, for its stamps.
std::size_t companion_of(std::size_t i) {
  constexpr std::size_t companions[] = {1, 0, 4, 2, 5, 3, 6, 8, 9, 10, 7, 7};
  return companions[i];
}

any_policy policy_of(time_kind kind, int which) {
  any_policy policy;
  policy.interpolation = static_cast<interpolation>(which % 4);
  policy.extrapolation = static_cast<extrapolation>((which + which / 4) % 4);
  policy.gap = static_cast<gap_policy>((which + which / 4 + 1) % 4);
  policy.max_gap = seconds(kind, 0.1);
  policy.tolerance = seconds(kind, 0.015);
  policy.horizon = seconds(kind, 0.25);
  policy.fill_value = -1;
  return policy;
}

std::vector<combination> types_of() {
  std::vector<combination> types;
  for (const combination& candidate :
       {combination{scalar_kind::f32, scalar_kind::f32, time_kind::i64},
        combination{scalar_kind::f32, scalar_kind::f32, time_kind::f64},
        combination{scalar_kind::f64, scalar_kind::f64, time_kind::i64},
        combination{scalar_kind::f32, scalar_kind::bf16, time_kind::i64}}) {
    if (tested().find(candidate) != nullptr) types.push_back(candidate);
  }
  return types;
}

std::int64_t count(const outcome& got, std::uint8_t bit) {
  return std::count_if(got.statuses.begin(), got.statuses.end(),
                       [=](std::uint8_t s) { return (s & bit) != 0; });
}

}  // namespace

TEST_CASE("the recordings are what their description says", "[data]") {
  for (const known_recording& known : known_recordings()) {
    INFO(known.name);
    const recorded raw = read(known);
    CHECK(raw.seconds.size() == static_cast<std::size_t>(known.samples));
    int backward = 0;
    for (std::size_t i = 1; i < raw.nanoseconds.size(); ++i) {
      backward += raw.nanoseconds[i] < raw.nanoseconds[i - 1];
    }
    CHECK(backward == known.backward);
    const recorded ordered = sorted(raw);
    int duplicates = 0;
    int gaps = 0;
    for (std::size_t i = 1; i < ordered.nanoseconds.size(); ++i) {
      const stamp interval = ordered.nanoseconds[i] - ordered.nanoseconds[i - 1];
      duplicates += interval == 0;
      gaps += interval > 100000000;
    }
    CHECK(duplicates == known.duplicates);
    CHECK(gaps == known.gaps);
  }
}

TEST_CASE("recordings on a 10 ms grid: rows before, after, in gaps, on stamps", "[data]") {
  for (const known_recording& known : known_recordings()) {
    INFO(known.name);
    problem work =
        problem_of(sorted(read(known)), {scalar_kind::f32, scalar_kind::f32, time_kind::i64});
    const std::vector<stamp>& times = work.items[0].times;
    work.targets.emplace_back();
    for (stamp t = times.front() - 500000000; t < times.back() + 500000000; t += 10000000) {
      work.targets[0].push_back(t);
    }
    work.policy.max_gap = 100000000;
    setup how;
    how.path = call_path::brackets;
    const outcome got = run(tested(), work, how);
    REQUIRE(got.status.ok());
    CHECK(work.rows() == known.grid_rows);
    CHECK(count(got, row_status::before) == known.grid_before);
    CHECK(count(got, row_status::after) == known.grid_after);
    CHECK(count(got, row_status::gap) == known.grid_gap);
    CHECK(count(got, row_status::unsorted) == 0);
    std::int64_t hits = 0;
    for (std::size_t row = 0; row < got.left.size(); ++row) {
      hits += got.statuses[row] == row_status::ok && got.left[row] == got.right[row];
    }
    CHECK(hits == known.grid_hits);
    CHECK(difference(tested(), work, got) == "");
  }
}

TEST_CASE("gaps between the samples, in nanoseconds and in double seconds", "[data]") {
  for (const known_recording& known : known_recordings()) {
    for (const time_kind kind : {time_kind::i64, time_kind::f64}) {
      const combination types{scalar_kind::f32, scalar_kind::f32, kind};
      if (tested().find(types) == nullptr) continue;
      INFO(known.name << ", " << name_of(kind));
      problem work = problem_of(sorted(read(known)), types);
      const std::vector<stamp>& times = work.items[0].times;
      work.targets.emplace_back();
      for (std::size_t i = 1; i < times.size(); ++i) {  // one target inside each interval
        work.targets[0].push_back(to_stamp(kind, times[i - 1] + (times[i] - times[i - 1]) / 2));
      }
      work.policy.max_gap = seconds(kind, 0.1);
      CHECK(count(run(tested(), work), row_status::gap) == known.gaps);
    }
  }
}

TEST_CASE("recordings to higher and lower rates and to other streams' stamps", "[data]") {
  const std::vector<known_recording>& all = known_recordings();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const recorded ordered = sorted(read(all[i]));
    const recorded companion = sorted(read(all[companion_of(i)]));
    int which = 0;
    for (const combination& types : types_of()) {
      problem work = problem_of(ordered, types);
      const std::vector<stamp>& times = work.items[0].times;
      for (const std::vector<stamp>& targets :
           {grid(times, types.time, 2.3), grid(times, types.time, 0.37),
            stamps_of(companion, types.time)}) {
        work.targets = {targets};
        for (int policy = 0; policy < 4; ++policy) {
          work.policy = policy_of(types.time, 4 * which + policy);
          INFO(all[i].name << ", " << name_of(types.in) << " to " << name_of(types.out) << ", "
                           << name_of(types.time) << ", policy " << 4 * which + policy);
          CHECK(check(tested(), work) == "");
        }
        ++which;
      }
    }
  }
}

TEST_CASE("motion capture at the stamps of the colour and depth cameras", "[data]") {
  const known_recording& mocap = known_recordings()[6];
  const std::vector<stamp> stamps =
      read_stamps("trajectories/tum_fr1_xyz/fr1_xyz_associations.txt");
  CHECK(stamps.size() == 792);
  problem work = problem_of(read(mocap), {scalar_kind::f32, scalar_kind::f32, time_kind::i64});
  work.targets = {stamps};
  work.policy.max_gap = 100000000;
  CHECK(check(tested(), work) == "");
  CHECK(count(run(tested(), work), row_status::gap) == 4);  // colour frames lost in the gap
  work.policy.interpolation = interpolation::nearest;
  work.policy.max_gap = std::numeric_limits<stamp>::infinity();
  work.policy.tolerance = 10000000;
  work.policy.offset = 4000000;
  CHECK(check(tested(), work) == "");
}

TEST_CASE("camera poses before the first arm pose", "[data]") {
  const recorded camera = read(known_recordings()[1]);
  problem work =
      problem_of(read(known_recordings()[0]), {scalar_kind::f32, scalar_kind::f32, time_kind::i64});
  work.targets = {camera.nanoseconds};
  CHECK(count(run(tested(), work), row_status::before) == 15);
}

TEST_CASE("odometry with backward stamps, as recorded: safe, and seen", "[data]") {
  const recorded raw = read(known_recordings()[3]);
  for (const combination& types : types_of()) {
    problem work = problem_of(raw, types);
    work.targets = {grid(work.items[0].times, types.time, 3)};
    for (const stamp t : work.items[0].times) work.targets[0].push_back(t);
    for (int policy = 0; policy < 16; ++policy) {
      work.policy = policy_of(types.time, policy);
      setup how;
      how.path = policy % 2 == 0 ? call_path::resample : call_path::brackets;
      const outcome got = run(tested(), work, how);
      REQUIRE(got.status.ok());
      CHECK(got.padding_intact);
      CHECK(count(got, row_status::unsorted) > 100);
    }
  }
}

TEST_CASE("odometry sorted: the last of equal stamps wins", "[data]") {
  const recorded ordered = sorted(read(known_recordings()[3]));
  problem work = problem_of(ordered, {scalar_kind::f64, scalar_kind::f64, time_kind::i64});
  if (tested().find(work.types) == nullptr) return;
  work.targets = {work.items[0].times};
  const outcome got = run(tested(), work);
  int doubled = 0;
  for (std::size_t i = 0; i < ordered.nanoseconds.size(); ++i) {
    std::size_t last = i;
    while (last + 1 < ordered.nanoseconds.size() &&
           ordered.nanoseconds[last + 1] == ordered.nanoseconds[i]) {
      ++last;
    }
    doubled += last != i;
    REQUIRE(decode(scalar_kind::f64, got.output[i * 7]) == ordered.channels[last][0]);
    REQUIRE(+got.statuses[i] == 0);
  }
  CHECK(doubled == 131);
}

TEST_CASE("all pendulum recordings as one ragged batch", "[data]") {
  for (const combination& types : types_of()) {
    problem work;
    for (std::size_t i = 7; i < 11; ++i) {  // those of equal columns
      const problem one = problem_of(read(known_recordings()[i]), types);
      if (work.items.empty())
        work = one;
      else
        work.items.push_back(one.items[0]);
    }
    const std::vector<stamp> targets = grid(work.items[0].times, types.time, 0.5);
    work.targets.assign(work.items.size(), targets);
    work.policy = policy_of(types.time, 0);
    const outcome padded = run(tested(), work);
    CHECK(difference(tested(), work, padded) == "");
    setup how;
    how.form = batch_form::packed;
    how.shared_grid = true;
    CHECK(same_results(padded, run(tested(), work, how)));
  }
}
