// SPDX-License-Identifier: Apache-2.0
// How the time grows with one size at a time, over four decades, the others as in the row
// that all are drawn around: what a user with other sizes than ours can expect.

#include "harness/gpu_main.cuh"
#include "resample/gpu_row.cuh"
#include "voxelize/gpu_row.cuh"

#include <cstdint>
#include <string>

namespace {

using bf16 = __nv_bfloat16;

void add_resample(const std::string& size, int value, const bench::resample_shape& shape) {
  bench::register_row("scaling/resample/" + size + "/" + std::to_string(value),
                      [=](benchmark::State& state) {
                        bench::measure_resample<bf16, float, bf16>(state, bench::no_result, shape,
                                                                   bench::target_order::sorted,
                                                                   false, bench::quick_effort());
                        state.counters["size"] = value;
                      });
}

}  // namespace

int main(int argc, char** argv) {
  for (const int s : {8, 80, 800, 8000, 80000}) add_resample("S", s, {32, s, 256, 256});
  for (const int t : {4, 40, 400, 4000, 40000}) add_resample("T", t, {32, 500, t, 256});
  for (const int d : {1, 10, 100, 1000, 10000}) add_resample("D", d, {32, 500, 256, d});
  for (const int b : {1, 8, 32, 256, 2048}) add_resample("B", b, {b, 500, 256, 64});
  for (const std::int64_t n : {1'000, 10'000, 100'000, 1'000'000, 10'000'000}) {
    constexpr auto count = robocache::reduction::count;
    const bench::voxel_shape shape{count, n, 128, 128, 128};
    bench::register_row("scaling/voxelize/N/" + std::to_string(n), [=](benchmark::State& state) {
      bench::measure_voxelize<count, float>(state, bench::no_result, shape, false);
      state.counters["size"] = static_cast<double>(n);
    });
  }
  return bench::gpu_main(argc, argv);
}
