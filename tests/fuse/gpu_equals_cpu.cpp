// SPDX-License-Identifier: Apache-2.0
#include "../support/thinned.hpp"
#include "series.hpp"

// Bit for bit, for every set of types, with groups, rotations among them, and any layout.

using namespace robocache_test;

namespace {

void check_equal(const fuse_problem& work, const fuse_setup& how) {
  REQUIRE(find_fuse(cpu(), work) != nullptr);
  fuse_setup on_cpu = how;
  on_cpu.path = fuse_path::launcher;
  const fuse_outcome expected = run(cpu(), work, on_cpu);
  const fuse_outcome got = run(tested(), work, how);
  REQUIRE(std::string(expected.status.message()) == "");
  REQUIRE(std::string(got.status.message()) == "");
  REQUIRE(got.padding_intact);
  REQUIRE(got.outputs == expected.outputs);
  REQUIRE(same_results(got, expected));
}

fuse_setup random_setup(random_source& random, fuse_problem& work) {
  fuse_setup how;
  how.separate = random.chance(0.3);
  if (random.chance(0.5)) {
    how.output = random_placement(random, 3);
    how.statuses = random_placement(random, 3);
    how.ages = random_placement(random, 3);
    for (fuse_stream& stream : work.streams) stream.layout.values = random_placement(random, 3);
  }
  how.with_statuses = random.chance(0.8);
  how.with_ages = random.chance(0.8);
  return how;
}

}  // namespace

TEST_CASE("the GPU fuses to the CPU's bits", "[gpu]") {
  for_all_sets(331, [](random_source& random, const fuse_types& types) {
    for (int i = 0; i < 60; ++i) {
      INFO("number " << i);
      random_fuse_shape shape;
      shape.streams = random.between(1, 12);
      shape.batch = random.between(1, 4);
      shape.samples = random.between(1, 100);
      shape.rows = random.between(1, 120);
      shape.channels = random.between(1, 40);
      shape.groups = i % 2 == 0;
      shape.affine = i % 3 == 0;
      fuse_problem work = random_fuse_problem(random, types, shape);
      const fuse_setup how = random_setup(random, work);
      check_equal(work, how);
    }
  });
}

TEST_CASE("the GPU fuses to the CPU's bits, many and large", "[gpu][heavy]") {
  for_all_sets(332, [](random_source& random, const fuse_types& types) {
    for (int i = 0; i < 25; ++i) {
      INFO("number " << i);
      random_fuse_shape shape;
      shape.streams = random.between(1, 64);
      shape.batch = random.between(1, 6);
      shape.samples = random.between(1, 1500);
      shape.rows = random.between(1, 300);
      shape.channels = random.chance(0.5) ? 24 : 200;
      shape.groups = i % 2 == 0;
      shape.affine = i % 3 == 0;
      if (shape.streams * shape.batch * shape.samples * shape.channels > 20000000) continue;
      check_equal(random_fuse_problem(random, types, shape), {});
    }
  });
}

TEST_CASE("random rotations have the CPU's bits", "[gpu][rotation]") {
  for_all_sets(333, [](random_source& random, const fuse_types& types) {
    thinned table;
    for (int mode = first_special_mode; mode <= last_mode; ++mode) {
      for (int i = 0; i < 12; ++i) {
        if (table.skip()) continue;
        random_fuse_shape shape;
        shape.streams = 2;
        shape.channels = 1;
        shape.samples = 100;
        shape.rows = 500;
        shape.groups = false;
        fuse_problem work = random_fuse_problem(random, types, shape);
        for (fuse_stream& stream : work.streams) {
          stream.channels = 24;
          stream.scale.clear();
          stream.shift.clear();
          for (recording& item : stream.items) {
            item.values.clear();
            for (std::size_t k = 0; k < 24 * item.times.size(); ++k) {
              item.values.push_back(random_value(random, stream.in, i % 3 == 0));
            }
          }
          robocache::channel_group group;
          group.count = 24;
          group.mode = static_cast<robocache::channel_mode>(mode);
          stream.groups = {group};
          stream.column = next_column;
        }
        INFO("mode " << mode << " number " << i);
        check_equal(work, {});
      }
    }
  });
}

TEST_CASE("windows have the CPU's bits", "[gpu][windows]") {
  for_all_sets(334, [](random_source& random, const fuse_types& types) {
    for (int i = 0; i < 15; ++i) {
      random_fuse_shape shape;
      shape.rows = random.between(1, 40);
      fuse_problem work = random_fuse_problem(random, types, shape);
      work.windowed = true;
      for (std::int64_t k = random.between(1, 20); k > 0; --k) {
        work.deltas.push_back(is_integer(types.time)
                                  ? static_cast<stamp>(random.between(-9, 9)) * 1.0e6L
                                  : 0.0078125L * static_cast<stamp>(random.between(-9, 9)));
      }
      check_equal(work, {});
    }
  });
}

TEST_CASE("every group of level 1 has the CPU launcher's bits", "[gpu]") {
  for_all_sets_with_rows(335, [](random_source& random, const fuse_types& types) {
    random_fuse_shape shape;
    shape.streams = static_cast<std::int64_t>(types.in.size());
    shape.samples = 77;
    shape.rows = 40;
    shape.ragged = false;
    shape.columns = false;
    for (int i = 0; i < 6; ++i) {
      const fuse_problem work = random_fuse_problem(random, types, shape);
      for (const group_kind group : tested().groups()) {
        fuse_setup how;
        how.path = fuse_path::rows;
        how.group = group;
        how.with_ages = false;
        check_equal(work, how);
      }
    }
  });
}
