// SPDX-License-Identifier: Apache-2.0
#include "../reference/numbers.hpp"
#include "../support/catch.hpp"
#include "../support/random_voxel_problem.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

// Calls that add to what a grid holds.

using namespace robocache_test;
using robocache::grid_update;
using robocache::nan_policy;
using robocache::reduction;

namespace {

random_voxel_shape sparse_shape(random_source& random) {
  random_voxel_shape shape;
  shape.points = 400;
  shape.channels = random.between(1, 5);
  shape.extents[0] = 35;  // words of bits that are partly used
  shape.extents[1] = 4;
  shape.extents[2] = 3;
  return shape;
}

bool mean_without_nans(const voxel_problem& work) {
  return work.types.reduce == reduction::mean && work.options.nans == nan_policy::ignore;
}

}  // namespace

TEST_CASE("two clouds one after the other are both at once", "[voxel][conformance]") {
  for_all_voxel_types(561, [](random_source& random, const voxel_types& types) {
    if (!accumulates(types)) return;
    const bool rounds = types.reduce == reduction::sum || types.reduce == reduction::mean;
    for (const std::int64_t cut : {0, 1, 150, 399, 400}) {
      random_voxel_shape shape = sparse_shape(random);
      shape.random_options = true;
      voxel_problem both = random_voxel_problem(random, types, shape);
      if (mean_without_nans(both)) both.options.nans = nan_policy::propagate;
      const voxel_outcome first = run(part_of(both, 0, cut));
      REQUIRE(first.status.ok());
      voxel_problem second = part_of(both, cut, 400);
      carry_on(second, first);
      INFO(title(types) << ", cut at " << cut);
      CHECK(check(second) == "");  // sums and means within their bound
      if (rounds) continue;
      const voxel_outcome at_once = run(both);
      const voxel_outcome got = run(second);
      CHECK(at_once.output == got.output);
      CHECK(at_once.counts == got.counts);
    }
  });
}

TEST_CASE("sums and means of whole numbers in parts are exact", "[voxel][conformance]") {
  for_all_feature_types(562, [](random_source& random, const voxel_types& types) {
    if (!accumulates(types)) return;
    voxel_problem both = random_voxel_problem(random, types, sparse_shape(random));
    // Sums of these fit every format; means do so if there are as many 1 as 3 per voxel: take all
    // equal.
    const bool mean = types.reduce == reduction::mean;
    for (std::uint64_t& bits : both.features) {
      bits = encode(types.in, mean ? 5 : static_cast<double>(random.between(-3, 3)));
    }
    voxel_problem second = part_of(both, 170, 400);
    carry_on(second, run(part_of(both, 0, 170)));
    const voxel_outcome got = run(second);
    const voxel_outcome at_once = run(both);
    CHECK(at_once.output == got.output);
    CHECK(at_once.counts == got.counts);
  });
}

TEST_CASE("voxels without new points keep every bit, those without old ones are made anew",
          "[voxel][conformance]") {
  // Fewer and more points than voxels: the GPU adds them in different ways.
  for_all_voxel_types(563, [](random_source& random, const voxel_types& types) {
    if (!accumulates(types)) return;
    for (const std::int64_t points : {40, 2000}) {
      random_voxel_shape shape = sparse_shape(random);
      shape.points = points;
      voxel_problem work = random_voxel_problem(random, types, shape);
      const std::size_t elements = expect(part_of(work, 0, 0)).output.size();
      work.options.update = grid_update::accumulate;
      work.options.empty_value = 77;  // must not appear
      const std::uint64_t mask = output_bytes(types) == 4   ? 0xffffffffu
                                 : output_bytes(types) == 2 ? 0xffffu
                                                            : 0xffu;
      for (std::size_t i = 0; i < elements; ++i) work.prior.push_back(random.bits() & mask);
      for (std::int64_t i = 0; i < work.grid.cells(); ++i) {
        work.prior_counts.push_back(
            random.chance(0.5) ? 0 : static_cast<std::uint32_t>(random.between(1, 1000)));
      }
      CHECK(check(work) == "");
      CHECK(check(part_of(work, 0, 0)) == "");
    }
  });
}

TEST_CASE("accumulation with NaN and infinities on either side", "[voxel][conformance]") {
  const double infinity = std::numeric_limits<double>::infinity();
  const double values[] = {
      std::numeric_limits<double>::quiet_NaN(), infinity, -infinity, 0.0, -0.0, 3.5, -2.25};
  for_all_feature_types(564, [&](random_source&, const voxel_types& types) {
    if (!accumulates(types)) return;
    for (const nan_policy nans : {nan_policy::propagate, nan_policy::ignore}) {
      voxel_problem work;
      work.types = types;
      work.channels = 1;
      work.options.nans = nans;
      work.options.update = grid_update::accumulate;
      if (mean_without_nans(work)) continue;
      for (const double before : values) {
        for (const double value : values) {
          work.prior.push_back(encode(types.out, before));
          work.prior_counts.push_back(2);
          work.add(static_cast<double>(work.prior.size()) - 0.5, 0.5, 0.5);
          work.features.push_back(encode(types.in, value));
        }
      }
      work.grid.extents[0] = static_cast<std::int64_t>(work.prior.size());
      CHECK(check(work) == "");
    }
  });
}

TEST_CASE("accumulation needs no dense output", "[voxel][layout]") {
  for_all_voxel_types(565, [](random_source& random, const voxel_types& types) {
    if (!accumulates(types)) return;
    const voxel_problem both = random_voxel_problem(random, types, sparse_shape(random));
    voxel_problem second = part_of(both, 200, 400);
    carry_on(second, run(part_of(both, 0, 200)));
    const voxel_outcome expected = run(second);
    voxel_setup how;
    how.output.order = {3, 1, 0, 2};
    how.output.padding = {0, 5, 0, 1};
    how.output.reversed = {1};
    how.counts.order = {1, 0, 2};
    how.counts.padding = {0, 3, 0};
    const voxel_outcome got = run(second, how);
    CHECK(got.padding_intact);
    CHECK(same_results(expected, got));
  });
}

TEST_CASE("ten frames in a row", "[voxel]") {
  for_all_voxel_types(566, [](random_source& random, const voxel_types& types) {
    if (!accumulates(types)) return;
    random_voxel_shape shape = sparse_shape(random);
    shape.special_values = false;
    const voxel_problem all = random_voxel_problem(random, types, shape);
    voxel_outcome held = run(part_of(all, 0, 40));
    for (std::int64_t frame = 1; frame < 10; ++frame) {
      voxel_problem next = part_of(all, 40 * frame, 40 * (frame + 1));
      carry_on(next, held);
      INFO("frame " << frame);
      CHECK(check(next) == "");
      held = run(next);
    }
    CHECK(held.counts == run(all).counts);
  });
}
