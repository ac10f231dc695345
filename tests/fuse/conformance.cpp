// SPDX-License-Identifier: Apache-2.0
#include "../resample/conformance_problem.hpp"
#include "../support/thinned.hpp"
#include "series.hpp"

// resample's conformance table through fuse: each case as one stream among others, in every scalar
// type of the set and at every epoch.

using namespace robocache_test;

namespace {

/// The case once per scalar type, with a neighbour that has nothing to do with it in between.
fuse_problem problem_of(const conformance_case& from, const fuse_types& types, const epoch& at) {
  fuse_problem work;
  work.time = types.time;
  work.out = types.out;
  for (const scalar_kind in : types.in) {
    const problem alone = problem_of(from, {in, types.out, types.time}, at);
    fuse_stream stream;
    stream.in = in;
    stream.channels = alone.channels;
    stream.items = alone.items;
    stream.policy = alone.policy;
    work.streams.push_back(stream);
    work.targets = alone.targets;
    fuse_stream neighbour = series(in, {at.base, at.base + at.tick}, {{1, 2}, {3, 4}});
    neighbour.policy.interpolation = robocache::interpolation::nearest;
    work.streams.push_back(neighbour);
  }
  return work;
}

void check_case(const conformance_case& from, const fuse_types& types, const epoch& at) {
  const fuse_problem work = problem_of(from, types, at);
  const fuse_outcome got = run(tested(), work);
  INFO(from.name << "; " << title(types) << " " << at.name);
  REQUIRE(std::string(got.status.message()) == "");
  CHECK(got.padding_intact);
  for (std::size_t n = 0; n < work.streams.size(); n += 2) {
    const fuse_stream& stream = work.streams[n];
    const combination scalar_types{stream.in, types.out, types.time};
    const std::vector<std::uint8_t> statuses = got.statuses_of(n);
    for (std::size_t t = 0; t < from.rows.size(); ++t) {
      const case_row& row = from.rows[t];
      if (statuses[t] != row.status) {
        INFO("stream " << n << " target " << row.target);
        CHECK(+statuses[t] == +row.status);
      }
      for (std::int64_t d = 0; d < stream.channels; ++d) {
        const std::uint64_t expected = expected_bits(scalar_types, row, from.policy.fill_value, d);
        const std::uint64_t bits = got.outputs[n][t * static_cast<std::size_t>(stream.channels) +
                                                  static_cast<std::size_t>(d)];
        if (bits != expected) {
          INFO("stream " << n << " target " << row.target << " channel " << d);
          CHECK(decode(types.out, bits) == decode(types.out, expected));
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("conformance table, each case as a stream", "[conformance]") {
  std::size_t sets = 0;
  thinned table;
  for (const fuse_operations& entry : tested_fuse()) {
    for (const epoch& at : epochs(entry.types.time)) {
      for (const conformance_case& from : conformance_cases()) {
        if (!table.skip()) check_case(from, entry.types, at);
      }
    }
    ++sets;
  }
  CHECK(sets > 0);
}
