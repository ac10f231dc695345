// SPDX-License-Identifier: Apache-2.0
#include "conformance_problem.hpp"

#include "../reference/numbers.hpp"

#include <cmath>
#include <limits>

namespace robocache_test {
namespace {

double case_value(std::int64_t s, std::int64_t d) {
  return 16.0 * double(s) + 4.0 * double(d);
}

}  // namespace

std::vector<epoch> epochs(time_kind kind) {
  const stamp int64_high = static_cast<stamp>(std::numeric_limits<std::int64_t>::max());
  const stamp int64_low = static_cast<stamp>(std::numeric_limits<std::int64_t>::min());
  const stamp uint64_high = static_cast<stamp>(std::numeric_limits<std::uint64_t>::max());
  switch (kind) {
    case time_kind::f32:
      return {{"seconds from 0", 0, 1},
              {"minutes in", -300, 0.0625L},
              {"microseconds", 0, 0x1p-20L},
              {"huge", 0, 0x1p100L}};
    case time_kind::f64:
      return {{"seconds from 0", 0, 1},
              {"epoch seconds", 1.7e9L, 0x1p-10L},
              {"epoch nanoseconds", 1.7e18L, 0x1p20L},
              {"tiny", 0, 0x1p-1000L}};
    case time_kind::i64:
      return {{"from 0", 0, 4},
              {"epoch nanoseconds", 1.7e18L, 1000000},
              {"epoch, adjacent nanoseconds", 1.7e18L + 1, 4},
              {"lowest", int64_low + 2048, 4},
              {"highest", int64_high - 2048, 4},
              {"before 1970", -1.7e18L - 1, 40}};
    case time_kind::u64:
      return {{"from 0", 2048, 4},
              {"epoch nanoseconds", 1.7e18L, 1000000},
              {"around 2^63", 0x1p63L, 4},
              {"highest", uint64_high - 2048, 4}};
  }
  return {};
}

problem problem_of(const conformance_case& from, const combination& types, const epoch& at) {
  problem work;
  work.types = types;
  work.channels = 3;
  recording item;
  for (std::size_t s = 0; s < from.stamps.size(); ++s) {
    item.times.push_back(at.base + at.tick * from.stamps[s]);
    for (std::int64_t d = 0; d < work.channels; ++d) {
      item.values.push_back(encode(types.in, case_value(static_cast<std::int64_t>(s), d)));
    }
  }
  work.items = {item};
  work.targets.emplace_back();
  for (const case_row& row : from.rows) {
    work.targets.back().push_back(at.base + at.tick * row.target);
  }
  work.policy = from.policy;
  work.policy.offset *= at.tick;
  work.policy.horizon *= at.tick;
  if (std::isfinite(work.policy.max_gap)) work.policy.max_gap *= at.tick;
  if (std::isfinite(work.policy.tolerance)) work.policy.tolerance *= at.tick;
  return work;
}

std::uint64_t expected_bits(const combination& types, const case_row& row, double fill,
                            std::int64_t d) {
  switch (row.is) {
    case 's':
      return encode(types.out, case_value(row.left, d));
    case 'b': {
      const double a = case_value(row.left, d);
      return encode(types.out, a + row.weight * (case_value(row.right, d) - a));
    }
    case 'f':
      return encode(types.out, fill);
    default:
      return encode(types.out, std::numeric_limits<double>::quiet_NaN());
  }
}

}  // namespace robocache_test
