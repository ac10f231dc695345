// SPDX-License-Identifier: Apache-2.0
#include <robocache/resample.cuh>

#include "own_rows_typed.hpp"

#include <cooperative_groups.h>
#include <cuda_runtime_api.h>

#include <type_traits>

namespace robocache_test {
namespace {

namespace cg = cooperative_groups;

template <rows_group Kind>
inline constexpr bool goes_to = Kind == rows_group::block96_to;
template <rows_group Kind>
inline constexpr bool is_block = Kind == rows_group::block96 || goes_to<Kind>;
template <rows_group Kind>
inline constexpr bool is_warp_group = Kind == rows_group::warp || Kind == rows_group::warp_tiled;
template <rows_group Kind>
inline constexpr bool is_tiled = Kind == rows_group::warp_tiled || Kind == rows_group::tile32_tiled;

template <rows_group Kind>
inline constexpr unsigned block_size = is_block<Kind> ? 96 : 64;
template <rows_group Kind>
inline constexpr unsigned group_size = is_block<Kind>               ? 96
                                       : Kind == rows_group::serial ? 1
                                       : Kind == rows_group::tile8  ? 8
                                                                    : 32;
template <rows_group Kind>
inline constexpr unsigned groups_of_block = block_size<Kind> / group_size<Kind>;

/// Rows that a group keeps at a time; some blocks a warp's, others their own number.
template <rows_group Kind, class In>
inline constexpr int rows_kept = is_block<Kind>&& std::is_same_v<In, float>
                                     ? 32
                                     : static_cast<int>(group_size<Kind>);

template <rows_group Kind>
__device__ auto this_group() {
  if constexpr (Kind == rows_group::serial) {
    return robocache::serial_group{};
  } else if constexpr (is_warp_group<Kind>) {
    return robocache::warp_group{};
  } else if constexpr (is_block<Kind>) {
    return cg::this_thread_block();
  } else {
    return cg::tiled_partition<group_size<Kind>>(cg::this_thread_block());
  }
}

/// Calls `body(group, number of the group in the block, tile)` for one tile after another.
template <rows_group Kind, class Body>
__device__ void for_tiles(const row_tile* tiles, unsigned count, const Body& body) {
  const auto group = this_group<Kind>();
  const unsigned mine = threadIdx.x / group_size<Kind>;
  for (unsigned i = blockIdx.x * groups_of_block<Kind> + mine; i < count;
       i += gridDim.x * groups_of_block<Kind>) {
    body(group, mine, tiles[i]);
    group.sync();  // before the storage is used again
  }
}

template <rows_group Kind, class Work>
__global__ void own_rows_kernel(const __grid_constant__ Work work, const row_tile* tiles,
                                unsigned count) {
  constexpr int width = is_tiled<Kind> ? robocache::tiled : 0;
  __shared__ robocache::resample_storage<rows_kept<Kind, typename Work::in>>
      storage[groups_of_block<Kind>];
  for_tiles<Kind>(tiles, count, [&](const auto& group, unsigned mine, const row_tile& tile) {
    if constexpr (goes_to<Kind>) {
      write_tile_to(group, storage[mine], work, tile);
    } else {
      robocache::resample_rows<width>(group, storage[mine], work, tile);
    }
  });
}

template <rows_group Kind, class Work>
__global__ void own_brackets_kernel(const __grid_constant__ Work work, const row_tile* tiles,
                                    unsigned count) {
  for_tiles<Kind>(tiles, count, [&](const auto& group, unsigned, const row_tile& tile) {
    robocache::store_brackets(group, work, tile);
  });
}

/// Tiles in device memory while their kernel runs.
class stored_tiles {
 public:
  stored_tiles(const std::vector<row_tile>& from, cudaStream_t stream) : stream_(stream) {
    const std::size_t bytes = from.size() * sizeof(row_tile);
    if (cudaMalloc(&data_, bytes) != cudaSuccess) return;
    (void)cudaMemcpyAsync(data_, from.data(), bytes, cudaMemcpyHostToDevice, stream);
  }
  stored_tiles(const stored_tiles&) = delete;
  stored_tiles& operator=(const stored_tiles&) = delete;
  ~stored_tiles() {
    (void)cudaStreamSynchronize(stream_);
    (void)cudaFree(data_);
  }
  const row_tile* data() const { return static_cast<const row_tile*>(data_); }

 private:
  cudaStream_t stream_;
  void* data_ = nullptr;
};

struct run_on_gpu {
  rows_group group;
  const std::vector<row_tile>& tiles;
  const any_where& where;

  template <class Work>
  robocache::status operator()(const Work& work) const {
    switch (group) {
      case rows_group::serial:
        return launch<rows_group::serial>(&own_rows_kernel<rows_group::serial, Work>, work);
      case rows_group::tile8:
        return launch<rows_group::tile8>(&own_rows_kernel<rows_group::tile8, Work>, work);
      case rows_group::tile32:
        return launch<rows_group::tile32>(&own_rows_kernel<rows_group::tile32, Work>, work);
      case rows_group::tile32_tiled:
        return launch<rows_group::tile32_tiled>(&own_rows_kernel<rows_group::tile32_tiled, Work>,
                                                work);
      case rows_group::warp:
        return launch<rows_group::warp>(&own_rows_kernel<rows_group::warp, Work>, work);
      case rows_group::warp_tiled:
        return launch<rows_group::warp_tiled>(&own_rows_kernel<rows_group::warp_tiled, Work>, work);
      case rows_group::block96:
        return launch<rows_group::block96>(&own_rows_kernel<rows_group::block96, Work>, work);
      case rows_group::block96_to:
        return launch<rows_group::block96_to>(&own_rows_kernel<rows_group::block96_to, Work>, work);
      case rows_group::serial_to:  // the CPU's
        break;
    }
    return {};
  }

  /// `store_brackets` knows no `tiled`.
  template <class Work>
  robocache::status find(const Work& work) const {
    switch (group) {
      case rows_group::serial:
        return launch<rows_group::serial>(&own_brackets_kernel<rows_group::serial, Work>, work);
      case rows_group::tile8:
        return launch<rows_group::tile8>(&own_brackets_kernel<rows_group::tile8, Work>, work);
      case rows_group::tile32:
      case rows_group::tile32_tiled:
        return launch<rows_group::tile32>(&own_brackets_kernel<rows_group::tile32, Work>, work);
      case rows_group::warp:
      case rows_group::warp_tiled:
        return launch<rows_group::warp>(&own_brackets_kernel<rows_group::warp, Work>, work);
      case rows_group::block96:
      case rows_group::block96_to:
        return launch<rows_group::block96>(&own_brackets_kernel<rows_group::block96, Work>, work);
      case rows_group::serial_to:
        break;
    }
    return {};
  }

  /// A few blocks: most groups work on several tiles.
  template <rows_group Kind, class Kernel, class Work>
  robocache::status launch(Kernel kernel, const Work& work) const {
    if (tiles.empty()) return {};
    const auto stream = static_cast<cudaStream_t>(where.stream);
    const stored_tiles stored(tiles, stream);
    kernel<<<5, block_size<Kind>, 0, stream>>>(work, stored.data(),
                                               static_cast<unsigned>(tiles.size()));
    const cudaError_t error = cudaGetLastError();
    if (error == cudaSuccess) return {};
    return robocache::status::from_cuda("own rows", error, cudaGetErrorString(error));
  }
};

}  // namespace

// Eight kernels for each kind of call: brackets and channel groups for one of the types.
const std::vector<own_row_operations>& own_rows() {
  using with_groups =
      typed_own_rows<run_on_gpu, scalar_kind::f32, scalar_kind::f32, time_kind::u64, true>;
  using plain =
      typed_own_rows<run_on_gpu, scalar_kind::f16, scalar_kind::f16, time_kind::i64, false>;
  static const std::vector<own_row_operations> all = {with_groups::rows_and_brackets(),
                                                      plain::rows_alone()};
  return all;
}

const std::vector<rows_group>& rows_groups() {
  static const std::vector<rows_group> kinds{
      rows_group::serial, rows_group::tile8,      rows_group::tile32,  rows_group::tile32_tiled,
      rows_group::warp,   rows_group::warp_tiled, rows_group::block96, rows_group::block96_to};
  return kinds;
}

}  // namespace robocache_test
