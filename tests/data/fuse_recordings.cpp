// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/fuse_problem.hpp"
#include "recording_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

// Real sensors fused: poses with real quaternions and their sign flips, streams that start and stop
// at different times, gaps of seconds.

using namespace robocache_test;
using robocache::channel_mode;
using robocache::row_status;

namespace {

constexpr stamp second = 1e9L;

/// A pose stream: x y z, then a quaternion.
fuse_stream pose(std::size_t recording_number, scalar_kind in, time_kind time) {
  const recorded from = sorted(read(known_recordings()[recording_number]));
  fuse_stream stream;
  stream.in = in;
  stream.channels = 7;
  stream.items.resize(1);
  stream.items[0].times = time == time_kind::i64
                              ? from.nanoseconds
                              : std::vector<stamp>(from.seconds.begin(), from.seconds.end());
  for (const std::vector<double>& row : from.channels) {
    for (const double x : row) stream.items[0].values.push_back(encode(in, x));
  }
  robocache::channel_group orientation;
  orientation.first = 3;
  orientation.count = 4;
  orientation.mode = channel_mode::slerp_xyzw;
  stream.groups = {orientation};
  return stream;
}

/// 100 Hz from `before` seconds before the first stamp of all to as long after the last.
std::vector<stamp> grid(const fuse_problem& work, stamp before) {
  const stamp unit = work.time == time_kind::i64 ? second : 1.0L;
  stamp first = work.streams.front().items[0].times.front();
  stamp last = first;
  for (const fuse_stream& stream : work.streams) {
    first = std::min(first, stream.items[0].times.front());
    last = std::max(last, stream.items[0].times.back());
  }
  std::vector<stamp> targets;
  for (stamp t = first - before * unit; t < last + before * unit; t += 0.01L * unit) {
    targets.push_back(to_stamp(work.time, t));
  }
  return targets;
}

/// Sets of types that can hold the streams.
template <class Body>
void for_all_outputs(const Body& body) {
  std::size_t tried = 0;
  for (const fuse_operations& entry : tested_fuse()) {
    const std::vector<scalar_kind>& in = entry.types.in;
    if (entry.types.time == time_kind::f32 || entry.types.time == time_kind::u64) continue;
    INFO(name_of(entry.types.time) << " to " << name_of(entry.types.out));
    body(entry.types, in.back() == scalar_kind::f64 ? scalar_kind::f64 : scalar_kind::f32);
    ++tried;
  }
  CHECK(tried > 0);
}

fuse_problem problem_of(const fuse_types& types, const std::vector<fuse_stream>& streams) {
  fuse_problem work;
  work.time = types.time;
  work.out = types.out;
  work.streams = streams;
  work.targets = {grid(work, 0.3L)};
  return work;
}

/// The largest angle between neighbouring orientations of a stream, all of them finite.
double largest_step(const fuse_problem& work, const fuse_outcome& got, std::size_t stream) {
  double largest = 0;
  const auto at = [&](std::int64_t row, std::int64_t i) {
    return decode(work.out, got.outputs[stream][static_cast<std::size_t>(7 * row + 3 + i)]);
  };
  for (std::int64_t row = 1; row < work.rows(); ++row) {
    double dot = 0;
    for (std::int64_t i = 0; i < 4; ++i) dot += at(row - 1, i) * at(row, i);
    const double angle = 2 * std::acos(std::fmin(1.0, std::fabs(dot)));
    largest =
        std::isnan(angle) ? std::numeric_limits<double>::infinity() : std::fmax(largest, angle);
  }
  return largest;
}

}  // namespace

TEST_CASE("robot arm and hand camera at the same times", "[data][fuse]") {
  for_all_outputs([](const fuse_types& types, scalar_kind in) {
    const fuse_problem work = problem_of(types, {pose(0, in, types.time), pose(1, in, types.time)});
    const fuse_outcome got = run(tested(), work);
    CHECK(difference(work, got) == "");
    CHECK(difference_from_resample(tested(), work, got) == "");
    // 20 and 11 sign flips: the long way round would make steps of half a turn.
    if (types.out == scalar_kind::f64 || types.out == scalar_kind::f32) {
      CHECK(largest_step(work, got, 0) < 0.1);
      CHECK(largest_step(work, got, 1) < 0.1);
    }
  });
}

TEST_CASE("falcon: four sensors, gaps of seconds", "[data][fuse]") {
  for_all_outputs([](const fuse_types& types, scalar_kind in) {
    const stamp unit = types.time == time_kind::i64 ? second : 1.0L;
    std::vector<fuse_stream> streams;
    for (const std::size_t number : {2, 3, 4, 5}) {
      streams.push_back(pose(number, in, types.time));
      streams.back().policy.max_gap = to_stamp(types.time, 0.1L * unit);
      streams.back().policy.gap = robocache::gap_policy::hold;
    }
    streams[0].policy.extrapolation = robocache::extrapolation::linear;
    streams[0].policy.horizon = to_stamp(types.time, 0.05L * unit);
    streams[1].policy.offset = to_stamp(types.time, 0.0125L * unit);
    streams[2].policy.gap = robocache::gap_policy::nan;
    streams[3].policy.gap = robocache::gap_policy::interpolate;
    const fuse_problem work = problem_of(types, streams);
    const fuse_outcome got = run(tested(), work);
    CHECK(difference(work, got) == "");
    CHECK(difference_from_resample(tested(), work, got) == "");
    const auto rows_in_gaps = [&](std::size_t stream) {
      const std::vector<std::uint8_t> statuses = got.statuses_of(stream);
      return std::count_if(statuses.begin(), statuses.end(),
                           [](std::uint8_t s) { return (s & row_status::gap) != 0; });
    };
    CHECK(rows_in_gaps(1) == 0);
    CHECK(rows_in_gaps(2) > 1400);  // 1445 on a grid of its own
    CHECK(rows_in_gaps(3) > 2600);  // 2633
  });
}

TEST_CASE("history and action windows at the camera's stamps", "[data][fuse]") {
  for_all_outputs([](const fuse_types& types, scalar_kind in) {
    const stamp unit = types.time == time_kind::i64 ? second : 1.0L;
    fuse_problem work = problem_of(types, {pose(0, in, types.time), pose(1, in, types.time)});
    work.targets = {work.streams[1].items[0].times};
    work.windowed = true;
    for (int k = -4; k <= 8; ++k) work.deltas.push_back(to_stamp(types.time, 0.02L * unit * k));
    const fuse_outcome got = run(tested(), work);
    CHECK(difference(work, got) == "");
    CHECK(same_results(run(tested(), without_windows(work)), got));
    // 15 camera poses precede the arm's first.
    const std::vector<std::uint8_t> arm = got.statuses_of(0);
    std::int64_t before = 0;
    for (std::size_t row = 4; row < arm.size(); row += 13) {
      before += (arm[row] & row_status::before) != 0;
    }
    CHECK(before == 15);
  });
}
