// SPDX-License-Identifier: Apache-2.0
// What a caller waits for one operation: the rows with absolute limits (gates.csv), 2000 calls
// each, with percentiles. All on the same buffers, as a controller has it.

#include "fuse/gpu_row.cuh"
#include "harness/gpu_main.cuh"
#include "harness/latency.cuh"
#include "resample/gpu_row.cuh"
#include "voxelize/gpu_row.cuh"

#include <memory>
#include <string>
#include <vector>

namespace {

using bf16 = __nv_bfloat16;

void add_resample(const bench::resample_shape& shape, bool in_loop) {
  const auto sorted = bench::target_order::sorted;
  bench::register_latency(
      bench::row_name("resample", shape, "bf16", "f32", sorted),
      [=](const bench::stream& where) -> bench::operation {
        const auto work = std::make_shared<bench::resample_workload<bf16, float, bf16>>(
            where, shape, sorted, false);
        return [=](cudaStream_t s) { bench::launch_robocache(s, shape, (*work)[0]); };
      },
      in_loop);
}

void add_fuse(const bench::fuse_shape& shape, bool in_loop) {
  bench::register_latency(
      bench::row_name("fuse", shape),
      [=](const bench::stream& where) -> bench::operation {
        const auto work = std::make_shared<bench::fuse_workload<float>>(where, shape, false);
        return [=](cudaStream_t s) { bench::launch_robocache_fuse<bf16>(s, shape, (*work)[0]); };
      },
      in_loop);
}

void add_count(std::int64_t points, int side, bool in_loop) {
  constexpr auto count = robocache::reduction::count;
  const bench::voxel_shape shape{count, points, side, side, side};
  bench::register_latency(
      bench::row_name("voxelize", shape),
      [=](const bench::stream& where) -> bench::operation {
        const auto bytes = bench::workspace_bytes<count>(shape, static_cast<cudaStream_t>(where));
        const auto work = std::make_shared<bench::voxel_workload>(where, shape, bytes, false);
        return [=](cudaStream_t s) {
          bench::launch_robocache_voxelize<count, float>(s, shape, (*work)[0]);
        };
      },
      in_loop);
}

}  // namespace

int main(int argc, char** argv) {
  // Camera features, joints and force of a second, for a policy at 50 Hz; then raw streams of 1
  // kHz.
  const std::vector<bench::fuse_stream_shape> policy = {{30, 512}, {100, 64}, {200, 12}};
  const std::vector<bench::fuse_stream_shape> fast = {{1000, 14}, {1000, 6}, {1000, 6}};
  add_resample({32, 500, 256, 256}, true);
  add_fuse({8, policy, 50}, true);
  add_fuse({32, policy, 50}, false);
  add_fuse({8, fast, 1000}, true);
  add_count(10'000, 32, true);
  add_count(100'000, 64, false);
  add_count(1'000'000, 128, false);
  add_count(1'000'000, 256, false);
  return bench::gpu_main(argc, argv);
}
