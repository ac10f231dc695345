// SPDX-License-Identifier: Apache-2.0
// Level 1 in kernels as a user writes them, against the launchers: how much longer the same work
// takes in one's own kernel.

#include <robocache/fuse.cuh>
#include <robocache/resample.cuh>

#include "fuse/gpu_row.cuh"
#include "harness/gpu_main.cuh"
#include "resample/gpu_row.cuh"

#include <cooperative_groups.h>

#include <cstdint>
#include <string>
#include <vector>

namespace {

namespace cg = cooperative_groups;
using bf16 = robocache::bfloat16;
using resample_rows_of = robocache::resample_work<bf16, float, bf16, false>;
using fuse_stream = robocache::sensor_stream<float, __nv_bfloat16>;
using fuse_streams = robocache::fuse_table<robocache::few_streams, fuse_stream, bf16>;

constexpr int warps = 2;

/// A warp per tile.
__global__ void __launch_bounds__(32 * warps)
    resample_by_warps(const __grid_constant__ resample_rows_of rows,
                      const __grid_constant__ robocache::row_tiling tiling) {
  __shared__ robocache::resample_storage<> storage[warps];
  const auto warp = cg::tiled_partition<32>(cg::this_thread_block());
  const unsigned tile = blockIdx.x * warps + warp.meta_group_rank();
  robocache::wait_for_previous_kernel();
  if (tile >= tiling.size()) return;
  robocache::resample_rows<robocache::tiled>(warp, storage[warp.meta_group_rank()], rows,
                                             tiling[tile],
                                             [] { robocache::let_next_kernel_launch(); });
}

/// A block of four warps per 32 rows.
constexpr int block_rows = 32;
__global__ void __launch_bounds__(128)
    resample_by_blocks(const __grid_constant__ resample_rows_of rows, int rows_per_item,
                       int tiles_per_item, int width) {
  __shared__ robocache::resample_storage<> storage;
  robocache::row_tile tile;
  tile.item = blockIdx.x / static_cast<unsigned>(tiles_per_item);
  tile.first_row = blockIdx.x % static_cast<unsigned>(tiles_per_item) * block_rows;
  tile.rows = min(block_rows, rows_per_item - static_cast<int>(tile.first_row));
  tile.channels = rows.channels();
  tile.width = width;
  robocache::wait_for_previous_kernel();
  robocache::resample_rows(cg::this_thread_block(), storage, rows, tile);
}

/// A warp per tile of all streams.
__global__ void __launch_bounds__(32 * warps)
    fuse_by_warps(const __grid_constant__ fuse_streams streams) {
  __shared__ robocache::fuse_storage<fuse_streams, false> storage[warps];
  const unsigned tile = blockIdx.x * warps + threadIdx.x / 32;
  if (tile >= streams.tiles) return;
  robocache::fuse_rows<false>(robocache::warp_group{}, storage[threadIdx.x / 32], streams, tile,
                              [] { robocache::wait_for_previous_kernel(); },
                              [] { robocache::let_next_kernel_launch(); });
}

void must(const robocache::status& result) {
  if (!result.ok()) throw std::runtime_error(result.message());
}

unsigned blocks_of(std::int64_t tiles) { return static_cast<unsigned>((tiles + warps - 1) / warps); }

/// Times one's own kernel and the launcher on the same buffers.
template <class Own, class Launcher>
void measure_own(benchmark::State& state, const bench::stream& where, int sets, const Own& own,
                 const Launcher& launcher) {
  const bench::effort how;
  const bench::timing theirs = bench::time_launches(where, sets, how, launcher);
  bench::timing result;
  for (auto _ : state) {
    result = bench::time_launches(where, sets, how, own);
    state.SetIterationTime(result.median_us * 1e-6);
  }
  state.counters["launcher_us"] = theirs.median_us;
  state.counters["ratio_to_launcher"] = result.median_us / theirs.median_us;
  state.counters["min_us"] = result.min_us;
  state.counters["p90_us"] = result.p90_us;
  state.counters["sets"] = sets;
}

void register_resample(const bench::resample_shape& shape) {
  const std::string name = "own_kernel/" + bench::row_name("resample", shape, "bf16", "f32",
                                                           bench::target_order::sorted);
  for (const bool blocks : {false, true}) {
    bench::register_row(name + (blocks ? "/block" : "/warp"), [=](benchmark::State& state) {
      using robocache::tensor_view;
      const bench::stream where;
      const bench::resample_workload<__nv_bfloat16, float, __nv_bfloat16> work(
          where, shape, bench::target_order::sorted, false);
      const auto buffers = work[0];
      const std::int64_t b = shape.batch;
      const std::int64_t s = shape.samples;
      const std::int64_t t = shape.rows;
      const std::int64_t d = shape.channels;
      const auto call = robocache::make_resample_call(
          robocache::padded_source(tensor_view<const __nv_bfloat16, 3>(buffers.values, {b, s, d}),
                                   tensor_view<const float, 2>(buffers.times, {b, s})),
          tensor_view<const float, 2>(buffers.targets, {b, t}),
          tensor_view<__nv_bfloat16, 3>(buffers.output, {b, t, d}), {}, {});
      must(call.check());
      const robocache::row_tiling tiling = robocache::tiling_of(call);
      const int tiles_per_item = static_cast<int>((t + block_rows - 1) / block_rows);
      const auto own = [&](cudaStream_t to, int) {
        if (blocks) {
          must(robocache::launch_kernel("own", &resample_by_blocks,
                                        dim3(static_cast<unsigned>(b * tiles_per_item)), dim3(128),
                                        to, call.work(), static_cast<int>(t), tiles_per_item,
                                        tiling.width()));
        } else {
          must(robocache::launch_kernel("own", &resample_by_warps, dim3(blocks_of(tiling.size())),
                                        dim3(32 * warps), to, call.work(), tiling));
        }
      };
      const auto launcher = [&](cudaStream_t to, int set) {
        bench::launch_robocache(to, shape, work[set]);
      };
      const std::size_t outputs = static_cast<std::size_t>(shape.outputs());
      bench::device_array<__nv_bfloat16> expected(outputs);
      bench::launch_naive_resample(where, shape, buffers, expected.data());
      bench::poison(where, buffers.output, outputs);
      own(where, 0);
      bench::require_equal(where, "elements", buffers.output, expected.data(), outputs);
      measure_own(state, where, 1, own, launcher);
    });
  }
}

void register_fuse(const bench::fuse_shape& shape) {
  bench::register_row("own_kernel/" + bench::row_name("fuse", shape) + "/warp",
                      [=](benchmark::State& state) {
    using robocache::tensor_view;
    const bench::stream where;
    const bench::fuse_workload work(where, shape, false);
    const auto buffers = work[0];
    const std::int64_t b = shape.batch;
    const std::int64_t t = shape.rows();
    const auto streams = bench::streams_of<__nv_bfloat16>(shape, buffers);
    const auto call = robocache::make_fuse_call(
        streams, tensor_view<const float, 2>(buffers.anchors, {b, t}),
        tensor_view<__nv_bfloat16, 3>(buffers.output, {b, t, shape.columns()}), {});
    must(call.check());
    fuse_streams table(call.targets, call.reports);
    if (!robocache::make_fuse_table(call, false, table)) throw std::runtime_error("too many tiles");
    const auto own = [&](cudaStream_t to, int) {
      must(robocache::launch_kernel("own", &fuse_by_warps, dim3(blocks_of(table.tiles)),
                                    dim3(32 * warps), to, table));
    };
    const std::size_t outputs = static_cast<std::size_t>(shape.outputs());
    const bench::device_array<__nv_bfloat16> output(outputs);
    bench::fuse_buffers expected = buffers;
    expected.output = output.data();
    bench::launch_naive_fuse(where, shape, buffers, expected);
    bench::poison(where, buffers.output, outputs);
    own(where, 0);
    bench::require_equal(where, "elements", buffers.output, expected.output, outputs);
    measure_own(state, where, 1, own, [&](cudaStream_t to, int set) {
      bench::launch_robocache_fuse<__nv_bfloat16>(to, shape, work[set]);
    });
  });
}

}  // namespace

int main(int argc, char** argv) {
  constexpr bench::resample_shape shapes[] = {
      {32, 500, 256, 256},  {256, 500, 250, 32},   {64, 4096, 1024, 32},
      {64, 1000, 512, 512}, {256, 1000, 512, 512}, {8, 250, 128, 128},
  };
  for (const auto& shape : shapes) register_resample(shape);
  const auto fused = bench::fuse_rows();
  for (const std::size_t i : {0, 1}) register_fuse(fused[i]);
  return bench::gpu_main(argc, argv);
}
