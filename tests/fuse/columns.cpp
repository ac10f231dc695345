// SPDX-License-Identifier: Apache-2.0
#include "series.hpp"

#include <algorithm>

// Which stream writes which channels of the output, and who writes none.

using namespace robocache_test;

namespace {

std::vector<fuse_stream> three_streams(const fuse_types& types) {
  return {ramp(types.in.front(), 5, 3, 10, 2), ramp(types.in.back(), 4, 4, 12, 2),
          ramp(types.in.front(), 9, 1, 5, 2)};
}

const std::vector<stamp> targets = {-3, 0, 4, 7, 12, 30, 50};

}  // namespace

TEST_CASE("streams follow one another", "[columns]") {
  for_all_sets(221, [](random_source&, const fuse_types& types) {
    fuse_problem work = problem_of(types, three_streams(types), targets, 2);
    CHECK(work.width() == 8);
    work.streams.push_back(ramp(types.in.front(), 3, 5, 10, 2));  // an odd sum: 13
    fuse_setup how;
    for (const std::int64_t extra : {0, 1, 7}) {
      how.extra_channels = extra;
      CHECK(check(tested(), work, how) == "");
    }
  });
}

TEST_CASE("columns with gaps before, between and behind stay untouched", "[columns]") {
  for_all_sets(222, [](random_source&, const fuse_types& types) {
    fuse_problem work = problem_of(types, three_streams(types), targets, 2);
    work.streams[0].column = 2;
    work.streams[1].column = 9;
    work.streams[2].column = 6;
    fuse_setup how;
    how.extra_channels = 3;
    const fuse_outcome got = run(tested(), work, how);
    CHECK(difference(work, got) == "");  // says so if a gap was written
    CHECK(difference_from_resample(tested(), work, got) == "");
  });
}

TEST_CASE("columns in falling order, and one that follows an explicit one", "[columns]") {
  for_all_sets(223, [](random_source&, const fuse_types& types) {
    fuse_problem work = problem_of(types, three_streams(types), targets, 2);
    work.streams[0].column = 20;
    work.streams[1].column = 4;
    work.streams[2].column = next_column;
    CHECK(work.columns() == std::vector<std::int64_t>{20, 4, 8});
    CHECK(check(tested(), work) == "");
  });
}

TEST_CASE("widths around those of vector accesses", "[columns]") {
  for_all_sets(224, [](random_source& random, const fuse_types& types) {
    for (const std::int64_t width : {1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 64, 65, 128, 257}) {
      std::vector<fuse_stream> streams;
      for (const scalar_kind in : types.in) {
        streams.push_back(ramp(in, 6, width, 10));
        streams.push_back(ramp(in, 6, random.between(1, 9), 10));
      }
      INFO(width << " channels");
      CHECK(check(tested(), problem_of(types, streams, targets)) == "");
    }
  });
}
