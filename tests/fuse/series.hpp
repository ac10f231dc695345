// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_fuse_problem.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// \file
/// Small fusions by hand, and loops over the sets of types.

namespace robocache_test {

/// One item: stamps [S] and rows [S][D].
inline fuse_stream series(scalar_kind in, const std::vector<stamp>& times,
                          const std::vector<std::vector<double>>& rows, std::int64_t channels = 1) {
  fuse_stream stream;
  stream.in = in;
  stream.channels = rows.empty() ? channels : static_cast<std::int64_t>(rows.front().size());
  stream.items.resize(1);
  stream.items[0].times = times;
  for (const std::vector<double>& row : rows) {
    for (const double x : row) stream.items[0].values.push_back(encode(in, x));
  }
  return stream;
}

/// Samples at 0, `step`, 2 `step` ... with `sample + 16 * channel` as values, `batch` items alike.
inline fuse_stream ramp(scalar_kind in, std::int64_t samples, std::int64_t channels, stamp step,
                        std::int64_t batch = 1) {
  std::vector<stamp> times;
  std::vector<std::vector<double>> rows;
  for (std::int64_t s = 0; s < samples; ++s) {
    times.push_back(step * static_cast<stamp>(s));
    std::vector<double> row;
    for (std::int64_t d = 0; d < channels; ++d) row.push_back(double(s) + 16.0 * double(d % 8));
    rows.push_back(row);
  }
  fuse_stream stream = series(in, times, rows, channels);
  stream.items.assign(static_cast<std::size_t>(batch), stream.items[0]);
  return stream;
}

/// With all stamps and targets as they are.
inline fuse_problem problem_at_zero(const fuse_types& types,
                                    const std::vector<fuse_stream>& streams,
                                    const std::vector<stamp>& targets, std::int64_t batch = 1) {
  fuse_problem work;
  work.time = types.time;
  work.out = types.out;
  work.streams = streams;
  work.targets.assign(static_cast<std::size_t>(batch), targets);
  return work;
}

/// With all stamps and targets moved to an epoch that the type holds to a quarter: nanoseconds or
/// seconds since 1970 but for float.
inline fuse_problem problem_of(const fuse_types& types, const std::vector<fuse_stream>& streams,
                               const std::vector<stamp>& targets, std::int64_t batch = 1) {
  const stamp epoch = is_integer(types.time)         ? 1.7e18L
                      : types.time == time_kind::f64 ? 1.7e9L
                                                     : 4096;
  fuse_problem work = problem_at_zero(types, streams, targets, batch);
  for (fuse_stream& stream : work.streams) {
    for (recording& item : stream.items) {
      for (stamp& t : item.times) t += epoch;
    }
  }
  for (auto& item : work.targets) {
    for (stamp& t : item) t += epoch;
  }
  return work;
}

/// Runs `body(random, types)` for all sets of types.
template <class Body>
void for_all_sets(std::uint64_t seed, const Body& body) {
  for (const fuse_operations& entry : tested_fuse()) {
    random_source random(seed);
    INFO(title(entry.types));
    body(random, entry.types);
  }
}

/// The same for those that level 1 was compiled for.
template <class Body>
void for_all_sets_with_rows(std::uint64_t seed, const Body& body) {
  std::size_t compiled = 0;
  for (const fuse_operations& entry : tested_fuse()) {
    if (entry.fuse_rows == nullptr) continue;
    ++compiled;
    random_source random(seed);
    INFO(title(entry.types));
    body(random, entry.types);
  }
  CHECK(compiled > 0);
}

/// The value of one output element.
inline double value_at(const fuse_problem& work, const fuse_outcome& got, std::size_t stream,
                       std::int64_t row, std::int64_t channel) {
  const std::int64_t at = row * work.streams[stream].channels + channel;
  return decode(work.out, got.outputs[stream][static_cast<std::size_t>(at)]);
}

}  // namespace robocache_test
