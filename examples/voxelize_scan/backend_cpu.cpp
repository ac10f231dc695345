// SPDX-License-Identifier: Apache-2.0
#include "stopwatch.hpp"
#include "voxel_job.hpp"

#include <cstddef>

namespace recordings {
namespace {

using robocache::reduction;

template <reduction R, class Real>
void run(const voxel_job& job, int threads, voxel_outcome& outcome) {
  const robocache::cpu_execution where = robocache::cpu(threads);
  std::vector<std::byte> space(
      robocache::voxelize_workspace_bytes<R>(job.input.points, job.grid.in<Real>(), where));
  void* output = outcome.values.data();
  if (R == reduction::count) output = outcome.counts.data();
  if (R == reduction::occupancy) output = outcome.occupied.data();
  const robocache::workspace temporary{space.data(), space.size()};
  const voxel_memory memory{job.input.bytes.data,
                            job.input.feature_bytes.data,
                            output,
                            outcome.counts.data(),
                            &outcome.counters,
                            temporary};
  const auto call = [&] { throw_if_bad(call_voxelize<R, Real>(job, memory, where)); };
  call();  // the first call of a program starts OpenMP's threads; the second is timed
  const stopwatch watch;
  call();
  outcome.milliseconds = watch.seconds() * 1000;
}

template <reduction R>
void run(const voxel_job& job, int threads, voxel_outcome& outcome) {
  if (job.input.type == coordinate_type::f32) {
    run<R, float>(job, threads, outcome);
  } else {
    run<R, double>(job, threads, outcome);
  }
}

}  // namespace

voxel_outcome voxelize_on_cpu(const voxel_job& job, int threads) {
  voxel_outcome outcome(job);
  switch (job.reduction) {
    case reduction::count:
      run<reduction::count>(job, threads, outcome);
      break;
    case reduction::occupancy:
      run<reduction::occupancy>(job, threads, outcome);
      break;
    case reduction::sum:
      run<reduction::sum>(job, threads, outcome);
      break;
    case reduction::mean:
      run<reduction::mean>(job, threads, outcome);
      break;
    case reduction::max:
      run<reduction::max>(job, threads, outcome);
      break;
    case reduction::min:
      run<reduction::min>(job, threads, outcome);
      break;
    case reduction::occupancy_bits:
    case reduction::variance:
    case reduction::first:
      throw computation_error("the reduction is not among the program's");
  }
  return outcome;
}

double count_blocks_on_cpu(const block_job& job, int threads, const block_visitor& visit) {
  const robocache::cpu_execution where = robocache::cpu(threads);
  std::vector<std::uint32_t> counts(job.most_voxels());
  std::vector<std::byte> space(block_workspace_bytes(job, where));
  double seconds = 0;
  for (const point_block& block : job.blocks) {
    robocache::voxel_counters counters{};
    const stopwatch watch;
    throw_if_bad(call_count(block, job.points.data(), counts.data(), &counters,
                            {space.data(), space.size()}, where));
    seconds += watch.seconds();
    visit(block, counts, counters);
  }
  return seconds * 1000;
}

}  // namespace recordings
