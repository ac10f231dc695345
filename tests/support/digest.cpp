// SPDX-License-Identifier: Apache-2.0
#include "digest.hpp"

#include <cmath>

namespace robocache_test {

exact_stamps::exact_stamps(random_source& random, time_kind kind) : random_(random) {
  switch (kind) {
    case time_kind::f32:
      base_ = 1000;
      step_ = 0x1p-10L;
      interval_ = 10;
      break;
    case time_kind::f64:
      base_ = 1'700'000'000;
      step_ = 0x1p-20L;
      interval_ = 10'000;
      break;
    default:
      base_ = 1'700'000'000'000'000'000;
      step_ = 1;
      interval_ = 10'000'000;
  }
}

void exact_stamps::replace(recording& item) {
  std::int64_t now = 0;
  for (stamp& t : item.times) {
    t = at(now);
    if (!random_.chance(0.15)) now += random_.between(1, 2 * interval_);  // else a duplicate
  }
}

void exact_stamps::replace(std::vector<stamp>& targets, const recording& near) {
  const auto samples = static_cast<std::int64_t>(near.times.size());
  for (stamp& t : targets) {
    if (!std::isfinite(t)) continue;
    if (samples > 0 && random_.chance(0.3)) {
      t = near.times[static_cast<std::size_t>(random_.between(0, samples - 1))];
    } else {
      t = at(random_.between(-3 * interval_, (samples + 3) * interval_));
    }
  }
}

void exact_stamps::replace(any_policy& policy) {
  const auto steps = [&](std::int64_t most) {
    return step_ * static_cast<stamp>(random_.between(0, most));
  };
  policy.offset = random_.chance(0.5) ? stamp{0} : steps(2 * interval_) - steps(2 * interval_);
  policy.horizon = step_ + steps(3 * interval_);  // 0 is refused
  if (std::isfinite(policy.max_gap)) policy.max_gap = steps(3 * interval_);
  if (std::isfinite(policy.tolerance)) policy.tolerance = steps(interval_);
}

}  // namespace robocache_test
