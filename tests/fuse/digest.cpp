// SPDX-License-Identifier: Apache-2.0
#include "../support/digest.hpp"

#include "../support/random_fuse_problem.hpp"

#include <cstddef>
#include <stdexcept>

void robocache_test::write_fuse_digest(std::ostream& to) {
  for (const fuse_operations& entry : cpu_fuse()) {
    digest hash;
    random_source random(312);
    for (int i = 0; i < 100; ++i) {
      random_fuse_shape shape;
      shape.samples = random.between(1, 50);
      shape.rows = 50;
      fuse_problem work = random_fuse_problem(random, entry.types, shape);
      exact_stamps stamps(random, entry.types.time);
      for (fuse_stream& stream : work.streams) {
        for (recording& item : stream.items) stamps.replace(item);
        stamps.replace(stream.policy);
      }
      for (std::size_t b = 0; b < work.targets.size(); ++b) {
        stamps.replace(work.targets[b], work.streams.front().items[b]);
      }
      const fuse_outcome got = run(cpu(), work);
      if (!got.status.ok()) throw std::runtime_error(got.status.message());
      for (const auto& output : got.outputs) hash.add_all(output);
      hash.add_all(got.statuses);
      hash.add_all(got.ages);
    }
    to << title(entry.types) << ' ' << hash.value() << '\n';
  }
}
