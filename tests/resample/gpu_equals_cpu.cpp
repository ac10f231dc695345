// SPDX-License-Identifier: Apache-2.0
#include "../support/catch.hpp"
#include "../support/random_problem.hpp"

#include <cstdint>

// Bit for bit, for every type, policy and layout, with NaN, infinities and denormals.

using namespace robocache_test;

namespace {

void check_equal(const problem& work, const setup& how) {
  setup on_cpu = how;
  on_cpu.group = group_kind::serial;
  const outcome expected = run(cpu(), work, on_cpu);
  const outcome got = run(tested(), work, how);
  REQUIRE(expected.status.ok());
  REQUIRE(got.status.ok());
  REQUIRE(got.padding_intact);
  REQUIRE(got.output == expected.output);
  REQUIRE(same_results(got, expected));
}

setup random_setup(random_source& random) {
  setup how;
  const std::int64_t path = random.between(0, 3);
  how.path = path == 0 ? call_path::brackets : call_path::resample;
  if (random.chance(0.5)) {
    how.values.shift = random.between(0, 8);
    how.output.shift = random.between(0, 8);
    how.values.padding = {0, random.between(0, 4), 0};
    how.output.padding = {0, random.between(0, 4), 0};
  }
  if (random.chance(0.2)) how.output.order = {0, 2, 1};
  if (random.chance(0.2)) how.values.order = {2, 0, 1};
  return how;
}

}  // namespace

TEST_CASE("the GPU gives the CPU's bits", "[gpu]") {
  for (const operations& entry : tested().all()) {
    REQUIRE(cpu().find(entry.types) != nullptr);
    random_source random(91);
    for (int policy = 0; policy < 48; ++policy) {
      INFO(name_of(entry.types.in) << " to " << name_of(entry.types.out) << ", "
                                   << name_of(entry.types.time) << ", policy " << policy);
      random_shape shape;
      shape.policy = policy;
      shape.batch = random.between(1, 4);
      shape.samples = random.between(1, 100);
      shape.rows = random.between(1, 120);
      shape.channels = random.between(1, 40);
      shape.ragged = random.chance(0.3);
      shape.affine = random.chance(0.3);
      check_equal(random_problem(random, entry.types, shape), random_setup(random));
    }
  }
}

TEST_CASE("the GPU gives the CPU's bits, many and large", "[gpu][heavy]") {
  for (const operations& entry : tested().all()) {
    random_source random(92);
    for (int i = 0; i < 60; ++i) {
      INFO(name_of(entry.types.in) << " to " << name_of(entry.types.out) << ", "
                                   << name_of(entry.types.time) << ", number " << i);
      random_shape shape;
      shape.batch = random.between(1, 9);
      shape.samples = random.between(1, 3000);
      shape.rows = random.between(1, 500);
      shape.channels = random.chance(0.5) ? random.between(1, 70) : 8 * random.between(1, 12);
      shape.ragged = random.chance(0.3);
      shape.affine = random.chance(0.2);
      check_equal(random_problem(random, entry.types, shape), random_setup(random));
    }
  }
}

TEST_CASE("the GPU gives the CPU's bits for any value pattern", "[gpu]") {
  for (const operations& entry : tested().all()) {
    random_source random(93);
    random_shape shape;
    shape.samples = 64;
    shape.rows = 200;
    shape.channels = 48;
    shape.policy = 0;
    problem work = random_problem(random, entry.types, shape);
    const std::size_t bytes = size_of(entry.types.in);
    for (std::uint64_t& bits : work.items[0].values) {
      bits = bytes == 8 ? random.bits() : random.bits() & ((std::uint64_t{1} << (8 * bytes)) - 1);
    }
    check_equal(work, {});
    work.scale.assign(48, 0.37);
    for (double& scale : work.scale) scale = static_cast<float>(random.unit() * 3);
    check_equal(work, {});
  }
}

TEST_CASE("every group gives the CPU's bits", "[gpu]") {
  for (const operations& entry : tested().all()) {
    random_source random(94);
    random_shape shape;
    shape.batch = 2;
    shape.samples = 77;
    shape.rows = 40;
    const problem work = random_problem(random, entry.types, shape);
    for (const group_kind group : tested().groups()) {
      setup how;
      how.path = call_path::rows;
      how.group = group;
      check_equal(work, how);
    }
  }
}
