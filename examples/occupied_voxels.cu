// SPDX-License-Identifier: Apache-2.0

#include <robocache/voxelize.cuh>

#include <cuda_runtime_api.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

/// \file
/// A sink of your own: where the results of voxels go. Of a wide grid few voxels have points, so
/// these kernels make a list of them, with their counts, in the order of their numbers, and no
/// dense grid is ever in memory. The list is the same in every run. In the end it is compared with
/// a dense grid on the CPU.

namespace {

using robocache::reducers::count;
using count_call = robocache::voxelize_call<count, float, std::uint32_t, std::uint32_t>;

__global__ void __launch_bounds__(robocache::bin_tile_threads)
    bin_points(const __grid_constant__ robocache::point_binning<float, false> binning) {
  __shared__ robocache::bin_tile_storage<false> storage;
  const robocache::block_group<robocache::bin_tile_threads> block;
  robocache::bin_tile(block, storage, binning, static_cast<int>(blockIdx.x));
}

// [snippet:count]
/// How many voxels of each bin have points. The sink is called for each of them.
__global__ void __launch_bounds__(robocache::mark_bin_threads)
    count_occupied(const __grid_constant__ robocache::bin_marking<count> marking,
                   std::uint32_t* of_bins) {
  __shared__ robocache::mark_bin_storage<count> storage;
  __shared__ std::uint32_t sum;
  const robocache::block_group<robocache::mark_bin_threads> block;
  if (block.thread_rank() == 0) sum = 0;
  std::uint32_t mine = 0;
  robocache::mark_bin(block, storage, marking, static_cast<int>(blockIdx.x),
                      [&](std::int64_t /*voxel*/, std::uint32_t /*points*/) { ++mine; });
  atomicAdd(&sum, mine);  // `mark_bin` has barriers
  block.sync();
  if (block.thread_rank() == 0) of_bins[blockIdx.x] = sum;
}
// [/snippet:count]

/// Turns numbers of voxels into where each bin's part of the list begins: by one block.
///
/// \param total  voxels in the list so far, of slabs before
__global__ void __launch_bounds__(512)
    begin_bins(std::uint32_t* of_bins, std::int32_t bins, std::uint32_t* total) {
  __shared__ std::uint32_t sums[512 / 32];
  const robocache::block_group<512> block;
  std::uint32_t before = *total;
  for (std::int32_t first = 0; first < bins; first += 512) {
    const std::int32_t bin = first + static_cast<std::int32_t>(block.thread_rank());
    std::uint32_t here;
    const std::uint32_t begin =
        robocache::block_prefix_sum<512>(block, bin < bins ? of_bins[bin] : 0, sums, here);
    if (bin < bins) of_bins[bin] = before + begin;
    before += here;
    block.sync();  // before the sums are used again
  }
  if (block.thread_rank() == 0) *total = before;
}

// [snippet:list]
/// A sink that takes each bin as a whole, and so can keep the order of its voxels.
struct ordered_list {
  std::int64_t* voxels;
  std::uint32_t* counts;
  const std::uint32_t* begin;  // of this bin
  std::uint32_t* sums;         // shared memory, a word per warp

  template <class Group>
  __device__ void take_bin(const Group& block, const robocache::marked_bin<count>& found) const {
    std::uint32_t before = *begin;
    for (std::uint32_t first = 0; first < found.elements; first += robocache::mark_bin_threads) {
      const std::uint32_t e = first + block.thread_rank();
      const std::uint32_t points = e < found.elements ? found.element(e) : 0;
      std::uint32_t here;
      const std::uint32_t place = before + robocache::block_prefix_sum<robocache::mark_bin_threads>(
                                               block, points != 0 ? 1u : 0u, sums, here);
      if (points != 0) {
        voxels[place] = found.voxel(e);
        counts[place] = points;
      }
      before += here;
      block.sync();  // before the sums are used again
    }
  }
};

__global__ void __launch_bounds__(robocache::mark_bin_threads)
    list_occupied(const __grid_constant__ robocache::bin_marking<count> marking,
                  const std::uint32_t* begin_of_bins, std::int64_t* voxels, std::uint32_t* counts) {
  __shared__ robocache::mark_bin_storage<count> storage;
  __shared__ std::uint32_t sums[robocache::mark_bin_threads / 32];
  const robocache::block_group<robocache::mark_bin_threads> block;
  robocache::mark_bin(block, storage, marking, static_cast<int>(blockIdx.x),
                      ordered_list{voxels, counts, begin_of_bins + blockIdx.x, sums});
}
// [/snippet:list]

/// The list in device memory. There are no more occupied voxels than points.
struct voxel_list {
  std::int64_t* voxels;
  std::uint32_t* counts;
  std::uint32_t* total;
  std::uint32_t* of_bins;  // [2048]: a slab has no more bins
};

// [snippet:launch]
robocache::status list_voxels(const count_call& call, const voxel_list& list, cudaStream_t stream) {
  robocache::status status = call.check_for_sink(stream);  // `call.output` may be empty
  if (!status.ok()) return status;
  cudaMemsetAsync(list.total, 0, sizeof(std::uint32_t), stream);
  for (std::int64_t slab = 0; slab < call.slabs(); ++slab) {
    const robocache::binned_call binned(call, slab);
    const auto bins = static_cast<unsigned>(binned.voxels.slab.bins);
    bin_points<<<static_cast<unsigned>(binned.points.tiles), robocache::bin_tile_threads, 0,
                 stream>>>(binned.points);
    count_occupied<<<bins, robocache::mark_bin_threads, 0, stream>>>(binned.voxels, list.of_bins);
    begin_bins<<<1, 512, 0, stream>>>(list.of_bins, binned.voxels.slab.bins, list.total);
    list_occupied<<<bins, robocache::mark_bin_threads, 0, stream>>>(binned.voxels, list.of_bins,
                                                                    list.voxels, list.counts);
  }
  const cudaError_t error = cudaGetLastError();
  if (error == cudaSuccess) return {};
  return robocache::status::from_cuda("list_voxels", error, cudaGetErrorString(error));
}
// [/snippet:launch]

/// A floor and eight poles, some of them higher than the grid. Every 101st return is none.
std::vector<float> simulate(std::int64_t n) {
  std::vector<float> points;
  std::uint32_t state = 1;
  const auto random = [&] {  // 0 to 1
    state = state * 1664525u + 1013904223u;
    return static_cast<float>(state >> 8) * 0x1p-24f;
  };
  for (std::int64_t i = 0; i < n; ++i) {
    const float pole = static_cast<float>(i / 3 % 8);
    float x = 5 * pole - 18;
    float y = 3 * pole - 9;
    float z = 12 * random();
    if (i % 3 != 0) {
      x = 60 * random() - 30;
      y = 60 * random() - 30;
      z = 0.05f * random();
    }
    points.insert(points.end(), {x, i % 101 == 0 ? NAN : y, z});
  }
  return points;
}

template <class T>
T* device_memory(std::size_t number) {
  void* memory = nullptr;
  return cudaMalloc(&memory, number * sizeof(T)) == cudaSuccess ? static_cast<T*>(memory) : nullptr;
}

}  // namespace

int main() {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::printf("no CUDA device, nothing to show\n");
    return 77;  // ctest: skipped
  }
  constexpr std::int64_t n = 300000;
  const std::vector<float> points = simulate(n);
  const robocache::voxel_grid<float> grid{{-30, -30, -1}, {0.15f, 0.15f, 0.1f}, {400, 400, 110}};
  constexpr std::size_t cells = std::size_t{400} * 400 * 110;  // more than a slab has

  count_call call{};
  call.grid = grid;
  call.points.size = n;
  call.space.bytes = call.workspace_bytes(cudaStream_t{});
  call.space.data = device_memory<unsigned char>(call.space.bytes);
  call.reports.counters = device_memory<robocache::voxel_counters>(1);
  auto* const device_points = device_memory<float>(points.size());
  const voxel_list list{device_memory<std::int64_t>(n), device_memory<std::uint32_t>(n),
                        device_memory<std::uint32_t>(1), device_memory<std::uint32_t>(2048)};
  cudaMemcpy(device_points, points.data(), points.size() * sizeof(float), cudaMemcpyHostToDevice);
  call.points = robocache::points_of(robocache::tensor_view(device_points, {n, 3}));

  const robocache::status listed = list_voxels(call, list, cudaStream_t{});
  std::uint32_t total = 0;
  robocache::voxel_counters counters{};
  cudaMemcpy(&total, list.total, sizeof(total), cudaMemcpyDeviceToHost);
  cudaMemcpy(&counters, call.reports.counters, sizeof(counters), cudaMemcpyDeviceToHost);
  const cudaError_t error = cudaGetLastError();
  if (!listed.ok() || error != cudaSuccess || total > n) {
    std::fprintf(stderr, "%s %s, %u voxels\n", listed.message(), cudaGetErrorString(error), total);
    return 1;
  }
  std::vector<std::int64_t> voxels(total);
  std::vector<std::uint32_t> counts(total);
  cudaMemcpy(voxels.data(), list.voxels, total * sizeof(std::int64_t), cudaMemcpyDeviceToHost);
  cudaMemcpy(counts.data(), list.counts, total * sizeof(std::uint32_t), cudaMemcpyDeviceToHost);

  // The dense grid, on the CPU.
  std::vector<std::uint32_t> dense(cells);
  robocache::voxel_counters expected{};
  count_call on_cpu = call;
  on_cpu.points = robocache::points_of(robocache::tensor_view(points.data(), {n, 3}));
  on_cpu.output = robocache::tensor_view(dense.data(), {110, 400, 400});
  on_cpu.reports.counters = &expected;
  on_cpu.space.bytes = on_cpu.workspace_bytes(robocache::cpu);
  std::vector<std::byte> space(on_cpu.space.bytes);
  on_cpu.space.data = space.data();
  if (const robocache::status done = robocache::voxelize(on_cpu, robocache::cpu); !done.ok()) {
    std::fprintf(stderr, "%s\n", done.message());
    return 1;
  }
  std::size_t at = 0;
  std::size_t fullest = 0;
  bool same = counters.used == expected.used && counters.outside == expected.outside &&
              counters.not_finite == expected.not_finite;
  for (std::size_t v = 0; v < cells && same; ++v) {
    if (dense[v] == 0) continue;
    same = at < total && voxels[at] == static_cast<std::int64_t>(v) && counts[at] == dense[v];
    if (same && counts[at] > counts[fullest]) fullest = at;
    ++at;
  }
  if (!same || at != total) {
    std::fprintf(stderr, "the list differs from the dense grid at entry %zu of %u\n", at, total);
    return 1;
  }

  std::printf("%lld points, %llu of them in the grid\n", static_cast<long long>(n),
              static_cast<unsigned long long>(counters.used));
  std::printf("%u of %zu voxels are occupied: a list of %.1f MB, a dense grid has %.1f MB\n", total,
              cells, 12e-6 * total, 4e-6 * static_cast<double>(cells));
  if (total != 0) {
    const robocache::voxel_cell cell = robocache::cell_of_number(voxels[fullest], grid);
    std::printf("most points, %u, are in voxel (%d, %d, %d)\n", counts[fullest], cell.x, cell.y,
                cell.z);
  }
  std::printf("the same voxels and counts as on the CPU\n");
  cudaFree(device_points);
  cudaFree(list.voxels);
  cudaFree(list.counts);
  cudaFree(list.total);
  cudaFree(list.of_bins);
  cudaFree(call.reports.counters);
  cudaFree(call.space.data);
}
