// SPDX-License-Identifier: Apache-2.0
#include "random_problem.hpp"

#include "../reference/numbers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace robocache_test {
namespace {

/// Epoch and typical interval of each time type; the interval is many representable steps.
struct axis_scale {
  stamp base;
  stamp interval;
};

axis_scale scale_of(random_source& random, time_kind kind, int which) {
  const bool epoch = which < 0 ? random.chance(0.5) : which == 1;
  switch (kind) {
    case time_kind::f32:
      return {epoch ? 1000.0L : 0.0L, 0.01L};
    case time_kind::f64:
      return {epoch ? 1.7e9L : -3.0L, 0.01L};
    case time_kind::i64:
      return {epoch ? 1.7e18L : -5.0e8L, 1.0e7L};
    case time_kind::u64:
      return {epoch ? 1.7e18L : 1.0e9L, 1.0e7L};
  }
  return {};
}

any_policy random_policy(random_source& random, int which, stamp interval, time_kind kind) {
  if (which < 0) which = static_cast<int>(random.between(0, 47));
  any_policy policy;
  policy.interpolation = static_cast<robocache::interpolation>(which % 4);
  policy.extrapolation = static_cast<robocache::extrapolation>(which / 4 % 4);
  policy.gap = static_cast<robocache::gap_policy>(random.between(0, 3));
  const int limits = which / 16;  // none, tight, mixed
  if (limits > 0) policy.max_gap = to_stamp(kind, interval * (limits == 1 ? 1.5L : 3.0L));
  if (limits > 0 && random.chance(0.7)) policy.tolerance = to_stamp(kind, interval * 0.4L);
  if (random.chance(0.4)) {
    policy.offset = to_stamp(kind, interval * static_cast<stamp>(random.unit() * 4));
    if (random.chance(0.5)) policy.offset = -policy.offset;
  }
  policy.horizon = to_stamp(kind, interval * static_cast<stamp>(0.5 + 2 * random.unit()));
  policy.fill_value = static_cast<double>(random.between(-20, 20)) * 0.5;
  return policy;
}

}  // namespace

std::uint64_t random_value(random_source& random, scalar_kind kind, bool special) {
  if (kind == scalar_kind::u8) return random.bits() & 0xffu;
  if (kind == scalar_kind::i16) return random.bits() & 0xffffu;
  if (special && random.chance(0.15)) {
    switch (random.between(0, 5)) {
      case 0:
        return encode(kind, std::numeric_limits<double>::infinity());
      case 1:
        return encode(kind, -std::numeric_limits<double>::infinity());
      case 2:
        return encode(kind, -0.0);
      case 3:
        return encode(kind, std::numeric_limits<double>::quiet_NaN()) ^ (random.bits() & 3u);
      case 4:
        return random.bits() & 0x1fu;  // denormal
      default: {                       // any pattern at all
        const std::size_t bytes = size_of(kind);
        return bytes == 8 ? random.bits() : random.bits() & ((std::uint64_t{1} << (8 * bytes)) - 1);
      }
    }
  }
  const double magnitude = std::ldexp(1.0, static_cast<int>(random.between(-6, 6)));
  return encode(kind, (random.unit() * 2 - 1) * magnitude);
}

problem random_problem(random_source& random, const combination& types, const random_shape& shape) {
  problem work;
  work.types = types;
  work.channels = shape.channels;
  const axis_scale scale = scale_of(random, types.time, shape.epoch);
  work.policy = random_policy(random, shape.policy, scale.interval, types.time);
  for (std::int64_t b = 0; b < shape.batch; ++b) {
    recording item;
    const std::int64_t size = shape.ragged ? random.between(0, shape.samples) : shape.samples;
    long double now = 0;
    for (std::int64_t s = 0; s < size; ++s) {
      if (s > 0 && !random.chance(shape.duplicates)) {
        now += scale.interval * (0.3L + random.unit() + (random.chance(0.1) ? 4 : 0));
      }
      const stamp t = to_stamp(types.time, scale.base + now);
      item.times.push_back(item.times.empty() ? t : std::max(t, item.times.back()));
      for (std::int64_t d = 0; d < shape.channels; ++d) {
        item.values.push_back(random_value(random, types.in, shape.special_values));
      }
    }
    work.items.push_back(item);

    std::vector<stamp> targets;
    for (std::int64_t t = 0; t < shape.rows; ++t) {
      const double kind = random.unit();
      const auto some_stamp = [&] {
        if (size == 0) return scale.base;
        return item.times[static_cast<std::size_t>(random.between(0, size - 1))];
      };
      stamp target;
      if (kind < 0.25) {
        target = some_stamp() + work.policy.offset;
      } else if (kind < 0.4) {  // midpoints: ties
        target = some_stamp() / 2 + some_stamp() / 2 + work.policy.offset;
      } else if (kind < 0.45 && shape.special_targets && !is_integer(types.time)) {
        constexpr stamp infinity = std::numeric_limits<stamp>::infinity();
        const stamp specials[] = {infinity, -infinity, std::numeric_limits<stamp>::quiet_NaN()};
        target = specials[random.between(0, 2)];
      } else if (kind < 0.5) {  // far out
        target = scale.base + scale.interval * static_cast<stamp>(random.between(-90, 90));
      } else {
        const long double span = now + 6 * scale.interval;
        target = scale.base - 3 * scale.interval + span * random.unit() + work.policy.offset;
      }
      targets.push_back(std::isfinite(target) ? to_stamp(types.time, target) : target);
    }
    work.targets.push_back(targets);
  }
  if (shape.affine) {
    for (std::int64_t d = 0; d < shape.channels; ++d) {
      work.scale.push_back(static_cast<float>(random.unit() * 4 - 2));
      work.shift.push_back(static_cast<float>(random.unit() * 2 - 1));
    }
    const std::int64_t keep = random.between(0, 3);
    if (keep == 0) work.scale.clear();
    if (keep == 1) work.shift.clear();
  }
  return work;
}

}  // namespace robocache_test
