// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/problem.hpp"
#include "conformance_cases.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace robocache_test;

namespace {

/// Where a case's ticks lie on a time axis.
struct epoch {
  const char* name;
  stamp base;
  stamp tick;
};

/// Every 1/4 tick up to 512 ticks from 0 is a stamp of the type, so all cases are exact.
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

double case_value(std::int64_t s, std::int64_t d) {
  return 16.0 * double(s) + 4.0 * double(d);
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

void check_case(const conformance_case& from, const combination& types, const epoch& at,
                const setup& how) {
  const problem work = problem_of(from, types, at);
  const outcome got = run(tested(), work, how);
  INFO(from.name << "; " << name_of(types.in) << " to " << name_of(types.out) << ", "
                 << name_of(types.time) << " " << at.name);
  REQUIRE(std::string(got.status.message()) == "");
  REQUIRE(got.status.ok());
  CHECK(got.padding_intact);
  for (std::size_t t = 0; t < from.rows.size(); ++t) {
    const case_row& row = from.rows[t];
    if (got.statuses[t] != row.status) {
      INFO("target " << row.target);
      CHECK(+got.statuses[t] == +row.status);
    }
    for (std::int64_t d = 0; d < work.channels; ++d) {
      const std::uint64_t bits =
          got.output[t * static_cast<std::size_t>(work.channels) + static_cast<std::size_t>(d)];
      const std::uint64_t expected = expected_bits(types, row, from.policy.fill_value, d);
      if (bits != expected) {
        INFO("target " << row.target << " channel " << d << ": " << decode(types.out, bits)
                       << ", expected " << decode(types.out, expected));
        CHECK(bits == expected);
      }
    }
  }
}

void check_all(const setup& how, bool first_epoch_only) {
  std::size_t combinations = 0;
  for (const operations& entry : tested().all()) {
    const std::vector<epoch> all = epochs(entry.types.time);
    for (const conformance_case& from : conformance_cases()) {
      if (how.path == call_path::rows && from.stamps.empty()) continue;
      for (const epoch& at : all) {
        check_case(from, entry.types, at, how);
        if (first_epoch_only) break;
      }
    }
    ++combinations;
  }
  CHECK(combinations > 0);
}

}  // namespace

TEST_CASE("conformance table, resample", "[conformance]") {
  check_all({}, false);
}

TEST_CASE("conformance table, find_brackets and apply_brackets", "[conformance]") {
  setup how;
  how.path = call_path::brackets;
  check_all(how, true);
}

TEST_CASE("conformance table, packed", "[conformance]") {
  setup how;
  how.form = batch_form::packed;
  check_all(how, true);
}

TEST_CASE("conformance table, level 1 with every group", "[conformance]") {
  setup how;
  how.path = call_path::rows;
  for (const group_kind group : tested().groups()) {
    how.group = group;
    check_all(how, true);
  }
}

TEST_CASE("the table and the reference agree", "[conformance]") {
  // Two derivations of the same rules, one by hand, one by a program: they must not differ.
  for (const time_kind kind : {time_kind::f32, time_kind::f64, time_kind::i64, time_kind::u64}) {
    for (const epoch& at : epochs(kind)) {
      for (const conformance_case& from : conformance_cases()) {
        const problem work = problem_of(from, {scalar_kind::f32, scalar_kind::f32, kind}, at);
        resample_reference reference(kind, work.items[0].times, work.policy);
        for (std::size_t t = 0; t < from.rows.size(); ++t) {
          const case_row& row = from.rows[t];
          const expected_row got = reference.row(work.targets[0][t]);
          INFO(from.name << " at " << row.target << ", " << name_of(kind) << " " << at.name);
          CHECK(+got.status == +row.status);
          CHECK(got.left == row.left);
          CHECK(got.right == row.right);
          CHECK(double(got.weight) == row.weight);
          CHECK((got.is == expected_row::kind::sample) == (row.is == 's'));
          CHECK((got.is == expected_row::kind::blend) == (row.is == 'b'));
        }
      }
    }
  }
}
