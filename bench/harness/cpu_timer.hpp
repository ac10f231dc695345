// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "statistics.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

/// \file
/// Time of one call on the CPU.

namespace bench {

/// Median over runs of 0.2 s together, each clock reading over at least 50 us of calls
/// `call_on(recording)`.
///
/// The calls take the recordings in turn: with the same short one every time the processor would
/// learn the branches of its searches by heart, which no live stream allows.
template <class Recording, class Call>
timing time_calls(std::vector<Recording>& recordings, const Call& call_on) {
  std::size_t next = 0;
  const auto call = [&] {
    call_on(recordings[next]);
    next = next + 1 < recordings.size() ? next + 1 : 0;
    benchmark::ClobberMemory();
  };
  using clock = std::chrono::steady_clock;
  const auto microseconds = [](clock::duration d) {
    return std::chrono::duration<double, std::micro>(d).count();
  };
  call();
  const auto before = clock::now();
  call();
  const double estimate = std::max(microseconds(clock::now() - before), 0.05);
  const int calls = std::max(1, static_cast<int>(std::ceil(50 / estimate)));
  std::vector<double> samples_us;
  double spent = 0;
  while (samples_us.size() < 5 || (spent < 200000 && samples_us.size() < 2000)) {
    const auto start = clock::now();
    for (int i = 0; i < calls; ++i) call();
    const double us = microseconds(clock::now() - start);
    spent += us;
    samples_us.push_back(us / calls);
  }
  return summarize(std::move(samples_us), calls);
}

}  // namespace bench
