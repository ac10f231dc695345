// SPDX-License-Identifier: Apache-2.0
#include "rings.hpp"

namespace robocache_test {

template <class Time>
ring_rows run_ring(const ring_work<Time>& work, ring_group) {
  ring_rows result(work.rows());
  ring_job<Time> job = make_ring_job(work, work.times.data(), work.values.data(),
                                     work.targets.data(), work.policies.data());
  job.plain = result.plain.data();
  job.grouped = result.grouped.data();
  job.statuses = result.statuses.data();
  job.brackets = result.brackets.data();
  for (std::uint32_t row = 0; row < work.rows(); ++row) job(robocache::serial_group{}, row);
  return result;
}

template ring_rows run_ring(const ring_work<float>&, ring_group);
template ring_rows run_ring(const ring_work<double>&, ring_group);
template ring_rows run_ring(const ring_work<std::int64_t>&, ring_group);
template ring_rows run_ring(const ring_work<std::uint64_t>&, ring_group);

const std::vector<ring_group>& ring_group_kinds() {
  static const std::vector<ring_group> kinds{ring_group::serial};
  return kinds;
}

}  // namespace robocache_test
