// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize.cuh>

#include "launches.hpp"
#include "run_at.hpp"

#include <cstdint>
#include <type_traits>

namespace robocache_test {

using robocache::reducers::count;

namespace {

/// In an unnamed namespace, as types of users are: a launch of it gives no warning.
struct all_counts {
  std::uint32_t* to;

  template <class Group>
  __device__ void take_bin(const Group& block, const robocache::marked_bin<count>& found) const {
    for (std::uint32_t e = block.thread_rank(); e < found.elements; e += found.threads) {
      to[found.voxel(e)] = found.element(e);
    }
  }
};

__global__ void __launch_bounds__(robocache::bin_tile_threads)
    bin_points(const __grid_constant__ robocache::point_binning<float, false> binning) {
  __shared__ robocache::bin_tile_storage<false> storage;
  robocache::bin_tile(robocache::block_group<robocache::bin_tile_threads>{}, storage, binning,
                      static_cast<int>(blockIdx.x));
}

__global__ void __launch_bounds__(robocache::mark_bin_threads)
    mark_to_sink(const __grid_constant__ robocache::bin_marking<count> marking, all_counts sink) {
  __shared__ robocache::mark_bin_storage<count> storage;
  robocache::mark_bin(robocache::block_group<robocache::mark_bin_threads>{}, storage, marking,
                      static_cast<int>(blockIdx.x), sink);
}

/// `launch_kernel`, or its kernel loaded as the library loads its own.
template <class Where, class... Parameters, class... Arguments>
robocache::status launch(void (*kernel)(Parameters...), unsigned blocks, int threads, Where where,
                         const Arguments&... arguments) {
  const dim3 block(static_cast<unsigned>(threads));
  if constexpr (std::is_same_v<Where, cudaStream_t>) {
    return robocache::launch_kernel("voxelize", kernel, dim3(blocks), block, where, arguments...);
  } else {
    return robocache::cuda_detail::launch("voxelize", kernel, dim3(blocks), block, where,
                                          arguments...);
  }
}

}  // namespace

robocache::status count_to_sink(const mark_call<robocache::reduction::count>& call,
                                std::uint32_t* counts, const launch_place& at) {
  return run_at(at, [&](auto where) {
    robocache::status status = call.check_for_sink(where);
    if (!status.ok()) return status;
    const robocache::binned_call binned(call);  // of one slab
    status = launch(&bin_points, static_cast<unsigned>(binned.points.tiles),
                    robocache::bin_tile_threads, where, binned.points);
    if (!status.ok()) return status;
    return launch(&mark_to_sink, static_cast<unsigned>(binned.voxels.slab.bins),
                  robocache::mark_bin_threads, where, binned.voxels, all_counts{counts});
  });
}

}  // namespace robocache_test
