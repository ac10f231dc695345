// SPDX-License-Identifier: Apache-2.0
#include "../support/digest.hpp"

#include "../support/random_voxel_problem.hpp"

#include <stdexcept>

void robocache_test::write_voxelize_digest(std::ostream& to) {
  for (const voxel_operations& entry : cpu_voxel()) {
    digest hash;
    random_source random(612);
    for (int i = 0; i < 60; ++i) {
      random_voxel_shape shape;
      shape.points = random.between(1, 1000);
      shape.where = static_cast<cloud>(random.between(0, 3));
      shape.decades = i % 3 == 0 ? 20 : 0;
      shape.random_options = true;
      voxel_problem work = random_voxel_problem(random, entry.types, shape);
      if (i % 2 == 0) {  // by 30 degrees
        work.options.transform.rotation[0] = work.options.transform.rotation[4] =
            0.8660254037844387;
        work.options.transform.rotation[1] = -0.5;
        work.options.transform.rotation[3] = 0.5;
      }
      const voxel_outcome got = run(cpu(), cpu_voxel(), work);
      if (!got.status.ok()) throw std::runtime_error(got.status.message());
      hash.add_all(got.output);
      hash.add_all(got.counts);
      hash.add(got.fates.used);
      hash.add(got.fates.outside);
      hash.add(got.fates.not_finite);
    }
    to << title(entry.types) << ' ' << hash.value() << '\n';
  }
}
