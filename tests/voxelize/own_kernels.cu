// SPDX-License-Identifier: Apache-2.0
#include <robocache/voxelize.cuh>

#include "own_kernels.hpp"

#include <cooperative_groups.h>

namespace robocache_test {
namespace {

__device__ void point_of(const depth_image& image, std::int64_t i, float (&p)[3]) {
  const float z = 0.01f * static_cast<float>(image.depth[i]);
  p[0] = (static_cast<float>(i % image.width) - 0.5f * static_cast<float>(image.width)) * 0.01f * z;
  p[1] =
      (static_cast<float>(i / image.width) - 0.5f * static_cast<float>(image.height)) * 0.01f * z;
  p[2] = image.depth[i] == 0 ? nanf("") : z;
}

__global__ void materialise_kernel(depth_image image, float* points) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= static_cast<std::int64_t>(image.width) * image.height) return;
  float p[3];
  point_of(image, i, p);
  for (int k = 0; k < 3; ++k) points[3 * i + k] = p[k];
}

/// Blocks of the user's may be cooperative groups' thread blocks.
template <bool Indexed>
__global__ void __launch_bounds__(512)
    bin_pixels(const __grid_constant__ robocache::point_binning<float, Indexed> call,
               depth_image image) {
  __shared__ robocache::bin_tile_storage<Indexed> storage;
  robocache::bin_tile(cooperative_groups::this_thread_block(), storage, call,
                      static_cast<int>(blockIdx.x),
                      [&](std::int64_t i, float(&p)[3]) { point_of(image, i, p); });
}

template <bool Indexed>
__global__ void __launch_bounds__(512)
    bin_stored(const __grid_constant__ robocache::point_binning<float, Indexed> call) {
  __shared__ robocache::bin_tile_storage<Indexed> storage;
  robocache::bin_tile(robocache::block_group<512>{}, storage, call, static_cast<int>(blockIdx.x));
}

template <class Mark>
__global__ void __launch_bounds__(512)
    mark(const __grid_constant__ robocache::bin_marking<Mark> call) {
  __shared__ robocache::mark_bin_storage<Mark> storage;
  robocache::mark_bin(cooperative_groups::this_thread_block(), storage, call,
                      static_cast<int>(blockIdx.x));
}

/// Fewer blocks than bins: each takes several, one after the other.
template <int Width, class Reducer, class In, class Out>
__global__ void __launch_bounds__(256)
    reduce(const __grid_constant__ robocache::bin_reducing<Reducer, In, Out> call) {
  __shared__ robocache::reduce_bin_storage storage;
  const robocache::block_group<256> block;
  for (int bin = static_cast<int>(blockIdx.x); bin < call.slab.bins;
       bin += static_cast<int>(gridDim.x)) {
    for (unsigned part = 0; part < call.parts; ++part) {
      block.sync();
      robocache::reduce_bin<Width>(block, storage, call, bin, part);
    }
  }
}

template <class Told>
__device__ void tell(const told_list<Told>& list, const Told& told) {
  const std::uint32_t at = atomicAdd(list.number, 1u);
  if (at < list.room) list.told[at] = told;
}

/// Fewer blocks than bins.
template <class Mark>
__global__ void __launch_bounds__(512)
    mark_to_list(const __grid_constant__ robocache::bin_marking<Mark> call,
                 told_list<told_element> list) {
  __shared__ robocache::mark_bin_storage<Mark> storage;
  const auto block = cooperative_groups::this_thread_block();
  for (int bin = static_cast<int>(blockIdx.x); bin < call.slab.bins;
       bin += static_cast<int>(gridDim.x)) {
    robocache::mark_bin(block, storage, call, bin,
                        [&](std::int64_t voxel, typename Mark::scalar element) {
                          tell(list, {voxel, element});
                        });
    block.sync();
  }
}

/// Elements in the order of their numbers.
template <class Mark>
struct ordered_elements {
  typename Mark::scalar* to;

  template <class Group>
  __device__ void take_bin(const Group& block, const robocache::marked_bin<Mark>& found) const {
    for (std::uint32_t e = block.thread_rank(); e < found.elements; e += found.threads) {
      to[found.voxel(e) / Mark::voxels_per_element] = found.element(e);
    }
    block.sync();  // all threads are here
  }
};

template <class Mark>
__global__ void __launch_bounds__(512)
    mark_to_order(const __grid_constant__ robocache::bin_marking<Mark> call,
                  ordered_elements<Mark> elements) {
  __shared__ robocache::mark_bin_storage<Mark> storage;
  robocache::mark_bin(robocache::block_group<512>{}, storage, call, static_cast<int>(blockIdx.x),
                      elements);
}

struct tell_channel {
  told_list<told_channel> list;

  template <class Value>
  __device__ void operator()(std::int64_t voxel, std::uint32_t channel, Value value,
                             std::uint32_t points) const {
    tell(list, {voxel, channel, robocache::scalar_cast<float>(value), points});
  }
};

template <int Width, class Reducer, class In, class Out>
__global__ void __launch_bounds__(256)
    reduce_to_list(const __grid_constant__ robocache::bin_reducing<Reducer, In, Out> call,
                   tell_channel sink) {
  __shared__ robocache::reduce_bin_storage storage;
  robocache::reduce_bin<Width>(robocache::block_group<256>{}, storage, call,
                               static_cast<int>(blockIdx.x), blockIdx.y, sink);
}

robocache::status launch_error() {
  const cudaError_t error = cudaGetLastError();
  if (error == cudaSuccess) return {};
  return robocache::status::from_cuda("own kernel", error, cudaGetErrorString(error));
}

template <class Call>
robocache::status produce_any(const Call& call, const depth_image& image, cudaStream_t stream) {
  if (robocache::status s = call.check_produced(stream); !s.ok()) return s;
  for (std::int64_t slab = 0; slab < call.slabs(); ++slab) {
    const robocache::binned_call binned(call, slab);
    bin_pixels<<<static_cast<unsigned>(binned.points.tiles), 512, 0, stream>>>(binned.points,
                                                                               image);
    if (robocache::status s = launch_error(); !s.ok()) return s;
    if (robocache::status s = robocache::finish(call, stream, slab); !s.ok()) return s;
  }
  return {};
}

__global__ void add_singly_kernel(robocache::point_view<float> points,
                                  robocache::voxel_grid<float> grid,
                                  robocache::tensor_view<std::uint32_t, 3> counts,
                                  std::uint32_t* inside) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= points.size) return;
  const auto* const from = static_cast<const float*>(points.data) + 3 * i;
  const float p[3] = {from[0], from[1], from[2]};
  const robocache::point_fate fate =
      robocache::add_point<robocache::reduction::count>(p, grid, counts);
  if (fate == robocache::point_fate::inside) atomicAdd(inside, 1u);
}

}  // namespace

void materialise(const depth_image& image, float* points, cudaStream_t stream) {
  const int n = image.width * image.height;
  materialise_kernel<<<static_cast<unsigned>((n + 255) / 256), 256, 0, stream>>>(image, points);
}

robocache::status produce(const count_call& call, const depth_image& image, cudaStream_t stream) {
  return produce_any(call, image, stream);
}
robocache::status produce(const mean_call& call, const depth_image& image, cudaStream_t stream) {
  return produce_any(call, image, stream);
}

robocache::status by_collectives(const count_call& call, cudaStream_t stream) {
  if (robocache::status s = call.check(stream); !s.ok()) return s;
  const robocache::binned_call binned(call);
  bin_stored<<<static_cast<unsigned>(binned.points.tiles), 512, 0, stream>>>(binned.points);
  mark<<<static_cast<unsigned>(binned.voxels.slab.bins), 512, 0, stream>>>(binned.voxels);
  return launch_error();
}

template <class Call>
robocache::status reduce_by_collectives(const Call& call, cudaStream_t stream) {
  if (robocache::status s = call.check(stream); !s.ok()) return s;
  const robocache::binned_call binned(call);
  bin_stored<<<static_cast<unsigned>(binned.points.tiles), 512, 0, stream>>>(binned.points);
  if (binned.voxels.width == 4) {
    reduce<4><<<7, 256, 0, stream>>>(binned.voxels);
  } else {
    reduce<1><<<7, 256, 0, stream>>>(binned.voxels);
  }
  return launch_error();
}

robocache::status by_collectives(const mean_call& call, cudaStream_t stream) {
  return reduce_by_collectives(call, stream);
}
robocache::status by_collectives(const place_call& call, cudaStream_t stream) {
  return reduce_by_collectives(call, stream);
}

robocache::status launched(const count_call& call, cudaStream_t stream) {
  return robocache::voxelize(call, stream);
}
robocache::status launched(const mean_call& call, cudaStream_t stream) {
  return robocache::voxelize(call, stream);
}
robocache::status launched(const short_mean_call& call, cudaStream_t stream) {
  return robocache::voxelize(call, stream);
}
robocache::status launched(const share_call& call, cudaStream_t stream) {
  return robocache::voxelize(call, stream);
}
robocache::status preloaded(const count_call& call) {
  return robocache::voxelize(call, robocache::preload);
}
robocache::status preloaded(const mean_call& call) {
  return robocache::voxelize(call, robocache::preload);
}

template <class Mark>
robocache::status launched(const mark_call<Mark>& call, cudaStream_t stream) {
  return robocache::voxelize(call, stream);
}
template <class Mark>
robocache::status to_list(const mark_call<Mark>& call, const told_list<told_element>& list,
                          cudaStream_t stream) {
  if (robocache::status s = call.check_for_sink(stream); !s.ok()) return s;
  for (std::int64_t slab = 0; slab < call.slabs(); ++slab) {
    const robocache::binned_call binned(call, slab);
    bin_stored<<<static_cast<unsigned>(binned.points.tiles), 512, 0, stream>>>(binned.points);
    mark_to_list<<<7, 512, 0, stream>>>(binned.voxels, list);
  }
  return launch_error();
}
template <class Mark>
robocache::status to_order(const mark_call<Mark>& call, typename Mark::scalar* elements,
                           cudaStream_t stream) {
  if (robocache::status s = call.check_for_sink(stream); !s.ok()) return s;
  for (std::int64_t slab = 0; slab < call.slabs(); ++slab) {
    const robocache::binned_call binned(call, slab);
    bin_stored<<<static_cast<unsigned>(binned.points.tiles), 512, 0, stream>>>(binned.points);
    mark_to_order<<<static_cast<unsigned>(binned.voxels.slab.bins), 512, 0, stream>>>(
        binned.voxels, ordered_elements<Mark>{elements});
  }
  return launch_error();
}
template <class Reducer, class In, class Out>
robocache::status to_list(const robocache::voxelize_call<Reducer, float, In, Out>& call,
                          const told_list<told_channel>& list, cudaStream_t stream) {
  if (robocache::status s = call.check_for_sink(stream); !s.ok()) return s;
  for (std::int64_t slab = 0; slab < call.slabs(); ++slab) {
    const robocache::binned_call binned(call, slab);
    const dim3 blocks(static_cast<unsigned>(binned.voxels.slab.bins), binned.voxels.blocks_per_bin);
    bin_stored<<<static_cast<unsigned>(binned.points.tiles), 512, 0, stream>>>(binned.points);
    if (binned.voxels.width == 4) {
      reduce_to_list<4><<<blocks, 256, 0, stream>>>(binned.voxels, {list});
    } else {
      reduce_to_list<1><<<blocks, 256, 0, stream>>>(binned.voxels, {list});
    }
  }
  return launch_error();
}

#define ROBOCACHE_TEST_MARK(name)                                                                 \
  template robocache::status launched<robocache::reducers::name>(                                 \
      const mark_call<robocache::reducers::name>&, cudaStream_t);                                 \
  template robocache::status to_list<robocache::reducers::name>(                                  \
      const mark_call<robocache::reducers::name>&, const told_list<told_element>&, cudaStream_t); \
  template robocache::status to_order<robocache::reducers::name>(                                 \
      const mark_call<robocache::reducers::name>&, robocache::reducers::name::scalar*,            \
      cudaStream_t);                                                                              \
  template std::size_t workspace_of(const mark_call<robocache::reducers::name>&);

template <class Call>
std::size_t workspace_of(const Call& call) {
  return call.workspace_bytes(cudaStream_t{});
}
template std::size_t workspace_of(const mean_call&);
template std::size_t workspace_of(const short_mean_call&);
template std::size_t workspace_of(const share_call&);
template std::size_t workspace_of(const place_call&);
ROBOCACHE_TEST_MARK(count)
ROBOCACHE_TEST_MARK(occupancy)
ROBOCACHE_TEST_MARK(occupancy_bits)
template robocache::status to_list(const mean_call&, const told_list<told_channel>&, cudaStream_t);
template robocache::status to_list(const short_mean_call&, const told_list<told_channel>&,
                                   cudaStream_t);
template robocache::status to_list(const share_call&, const told_list<told_channel>&, cudaStream_t);

std::uint32_t add_singly(const count_call& call, cudaStream_t stream) {
  std::uint32_t* inside = nullptr;
  std::uint32_t result = 0;
  if (cudaMalloc(&inside, 4) != cudaSuccess) return 0;
  cudaMemsetAsync(inside, 0, 4, stream);
  add_singly_kernel<<<static_cast<unsigned>((call.points.size + 127) / 128), 128, 0, stream>>>(
      call.points, call.grid, call.output, inside);
  cudaMemcpyAsync(&result, inside, 4, cudaMemcpyDeviceToHost, stream);
  cudaStreamSynchronize(stream);
  cudaFree(inside);
  return result;
}

}  // namespace robocache_test
