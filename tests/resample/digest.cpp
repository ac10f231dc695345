// SPDX-License-Identifier: Apache-2.0
#include "../support/digest.hpp"

#include "../support/random_problem.hpp"

#include <cstddef>
#include <stdexcept>

void robocache_test::write_resample_digest(std::ostream& to) {
  for (const operations& entry : cpu().all()) {
    digest hash;
    random_source random(52);
    for (int i = 0; i < 200; ++i) {
      random_shape shape;
      shape.samples = random.between(1, 50);
      shape.rows = 50;
      shape.channels = 8;
      shape.affine = i % 3 == 0;
      problem work = random_problem(random, entry.types, shape);
      exact_stamps stamps(random, entry.types.time);
      for (std::size_t b = 0; b < work.items.size(); ++b) {
        stamps.replace(work.items[b]);
        stamps.replace(work.targets[b], work.items[b]);
      }
      stamps.replace(work.policy);
      const outcome got = run(cpu(), work);
      if (!got.status.ok()) throw std::runtime_error(got.status.message());
      hash.add_all(got.output);
      hash.add_all(got.statuses);
    }
    to << name_of(entry.types.in) << ' ' << name_of(entry.types.out) << ' '
       << name_of(entry.types.time) << ' ' << hash.value() << '\n';
  }
}
