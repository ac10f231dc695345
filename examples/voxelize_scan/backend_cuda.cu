// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize.cuh>

#include "cuda_memory.cuh"
#include "voxel_job.hpp"

#include <cuda_runtime.h>

#include <optional>

namespace recordings {
namespace {

using robocache::reduction;

device_buffer<char> uploaded(const byte_range& range) {
  device_buffer<char> buffer(range.size);
  check(cudaMemcpy(buffer.data(), range.data, range.size, cudaMemcpyHostToDevice),
        "copy to the GPU");
  return buffer;
}

template <class T>
void download(const char* from, std::vector<T>& to) {
  check(cudaMemcpy(to.data(), from, to.size() * sizeof(T), cudaMemcpyDeviceToHost),
        "copy from the GPU");
}

template <reduction R, class Real>
void run(const voxel_job& job, voxel_outcome& outcome) {
  const cudaStream_t stream = nullptr;
  const voxel_input& input = job.input;
  const device_buffer<char> points = uploaded(input.bytes);
  std::optional<device_buffer<char>> features;
  const char* feature_data = points.data();  // in the same records
  if (input.features_converted || input.converted) {
    features.emplace(uploaded(input.feature_bytes));
    feature_data = features->data();
  }
  const device_buffer<char> output(outcome.values.size() * sizeof(float) + outcome.occupied.size() +
                                   (job.has_features() ? 0 : outcome.counts.size()) *
                                       sizeof(std::uint32_t));
  const device_buffer<std::uint32_t> counts(job.has_features() ? outcome.counts.size() : 0);
  const device_buffer<robocache::voxel_counters> counters(1);
  const std::size_t bytes =
      robocache::voxelize_workspace_bytes<R>(input.points, job.grid.in<Real>(), stream);
  const device_buffer<char> space(bytes);
  const voxel_memory memory{points.data(), feature_data,    output.data(),
                            counts.data(), counters.data(), {space.data(), bytes}};
  const auto launch = [&] { throw_if_bad(call_voxelize<R, Real>(job, memory, stream)); };
  launch();  // the first launch of a kernel loads it; the second is timed
  stream_timer timer(stream);
  timer.start();
  launch();
  outcome.milliseconds = timer.stop();
  if constexpr (R == reduction::count) {
    download(output.data(), outcome.counts);
  } else if constexpr (R == reduction::occupancy) {
    download(output.data(), outcome.occupied);
  } else {
    download(output.data(), outcome.values);
    counts.copy_to(outcome.counts);
  }
  std::vector<robocache::voxel_counters> told(1);
  counters.copy_to(told);
  outcome.counters = told[0];
}

template <reduction R>
void run(const voxel_job& job, voxel_outcome& outcome) {
  constexpr bool features = R != reduction::count && R != reduction::occupancy;
  if (job.input.type == coordinate_type::f32) {
    run<R, float>(job, outcome);
  } else if constexpr (!features) {
    run<R, double>(job, outcome);
  } else {  // to compile in half the time; a choice of this program, not of the library
    throw computation_error("features of double coordinates: only --backend cpu");
  }
}

}  // namespace

voxel_outcome voxelize_on_cuda(const voxel_job& job) {
  voxel_outcome outcome(job);
  switch (job.reduction) {
    case reduction::count:
      run<reduction::count>(job, outcome);
      break;
    case reduction::occupancy:
      run<reduction::occupancy>(job, outcome);
      break;
    case reduction::sum:
      run<reduction::sum>(job, outcome);
      break;
    case reduction::mean:
      run<reduction::mean>(job, outcome);
      break;
    case reduction::max:
      run<reduction::max>(job, outcome);
      break;
    case reduction::min:
      run<reduction::min>(job, outcome);
      break;
    case reduction::occupancy_bits:
    case reduction::variance:
    case reduction::first:
      throw computation_error("the reduction is not among the program's");
  }
  return outcome;
}

double count_blocks_on_cuda(const block_job& job, const block_visitor& visit) {
  const cudaStream_t stream = nullptr;
  const device_buffer<double> points(job.points);
  const device_buffer<std::uint32_t> counts(job.most_voxels());
  const device_buffer<robocache::voxel_counters> counters(1);
  const std::size_t bytes = block_workspace_bytes(job, stream);
  const device_buffer<char> space(bytes);
  std::vector<std::uint32_t> result(job.most_voxels());
  std::vector<robocache::voxel_counters> told(1);
  stream_timer timer(stream);
  double milliseconds = 0;
  for (const point_block& block : job.blocks) {
    timer.start();
    throw_if_bad(call_count(block, points.data(), counts.data(), counters.data(),
                            {space.data(), bytes}, stream));
    milliseconds += timer.stop();
    counts.copy_to(result);
    counters.copy_to(told);
    visit(block, result, told[0]);
  }
  return milliseconds;
}

}  // namespace recordings
