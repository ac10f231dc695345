// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/problem.hpp"
#include "../support/thinned.hpp"
#include "conformance_problem.hpp"

#include <string>
#include <vector>

using namespace robocache_test;

namespace {

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
  thinned table;
  for (const operations& entry : tested().all()) {
    const std::vector<epoch> all = epochs(entry.types.time);
    for (const conformance_case& from : conformance_cases()) {
      if (how.path == call_path::rows && from.stamps.empty()) continue;
      if (table.skip()) continue;
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
