// SPDX-License-Identifier: Apache-2.0
#include <robocache/fuse.cuh>

#include "../support/typed_fuse_call.hpp"
#include "own_kernels.hpp"

#include <cooperative_groups.h>
#include <cuda_runtime_api.h>

#include <memory>

namespace robocache_test {
namespace {

namespace cg = cooperative_groups;

/// Arithmetic in float and in double.
using typed_call =
    typed_fuse<scalar_of, time_kind::f64, scalar_kind::f32, scalar_kind::f32, scalar_kind::f64>;

template <int Capacity>
using table_of = robocache::fuse_table<Capacity, typed_call::stream_type, typed_call::out>;

template <bool Cooperative>
__device__ auto this_warp() {
  if constexpr (Cooperative) {
    return cg::tiled_partition<32>(cg::this_thread_block());
  } else {
    return robocache::warp_group{};
  }
}

/// Blocks of three warps, of which each takes several tiles.
template <bool Grouped, bool Cooperative, class Table>
__global__ void own_fuse_kernel(const __grid_constant__ Table table, std::uint32_t first,
                                std::uint32_t step) {
  __shared__ robocache::fuse_storage<Table, Grouped> storage[3];
  const auto warp = this_warp<Cooperative>();
  const unsigned mine = threadIdx.x / 32;
  for (std::uint32_t tile = first + step * (blockIdx.x * 3 + mine); tile < table.tiles;
       tile += step * 3 * gridDim.x) {
    robocache::fuse_rows<Grouped>(warp, storage[mine], table, tile);
    warp.sync();  // before the storage is used again
  }
}

/// Calls `body(call)` with the checked call.
template <class Body>
robocache::status with_call(const any_fuse_call& erased, const Body& body) {
  using time = typed_call::time;
  const std::vector<typed_call::stream_type> streams = typed_call::streams_of(erased);
  robocache::fuse_reports<time> reports;
  reports.statuses = typed<std::uint8_t>(erased.statuses);
  reports.ages = typed<robocache::duration_t<time>>(erased.ages);
  const auto call = robocache::make_fuse_call(streams, typed_targets<time>(erased.targets),
                                              typed<typed_call::out>(erased.output), reports);
  const robocache::status checked = call.check();
  return checked.ok() ? body(call) : checked;
}

/// Calls `body(table)`.
template <int Capacity, class Body>
robocache::status with_table(const any_fuse_call& erased, bool grouped, const Body& body) {
  return with_call(erased, [&](const auto& call) {
    // 25 KB with room for many streams.
    const auto table = std::make_unique<table_of<Capacity>>(call.targets, call.reports);
    if (!robocache::make_fuse_table(call, grouped, *table)) {
      return robocache::status::invalid_argument("too many tiles");
    }
    body(*table);
    return robocache::status{};
  });
}
template <class Body>
robocache::status with_table(const any_fuse_call& erased, const own_fusion& how, const Body& body) {
  return how.many ? with_table<robocache::many_streams>(erased, how.grouped, body)
                  : with_table<robocache::few_streams>(erased, how.grouped, body);
}

}  // namespace

fuse_types own_fuse_types() {
  return typed_call::types();
}

std::vector<fused_tile> own_fuse_tiles(const any_fuse_call& call, const own_fusion& how) {
  std::vector<fused_tile> tiles;
  const robocache::status made = with_table(call, how, [&](const auto& table) {
    for (std::uint32_t i = 0; i < table.tiles; ++i) {
      const int n = table.stream_of(i);
      const auto& entry = table.entry[n];
      tiles.push_back({entry.number, entry.tiling[i - table.first_tile[n]]});
    }
  });
  if (!made.ok()) tiles.clear();
  return tiles;
}

robocache::status own_fuse(const any_fuse_call& call, const own_fusion& how, std::uint32_t first,
                           std::uint32_t step, const any_where& where) {
  const auto stream = static_cast<cudaStream_t>(where.stream);
  const robocache::status made = with_table(call, how, [&](const auto& table) {
    using table_type = std::decay_t<decltype(table)>;
    auto kernel = &own_fuse_kernel<false, false, table_type>;
    if (how.grouped && how.cooperative) {
      kernel = &own_fuse_kernel<true, true, table_type>;
    } else if (how.grouped) {
      kernel = &own_fuse_kernel<true, false, table_type>;
    } else if (how.cooperative) {
      kernel = &own_fuse_kernel<false, true, table_type>;
    }
    kernel<<<4, 96, 0, stream>>>(table, first, step);
  });
  if (!made.ok()) return made;
  const cudaError_t error = cudaGetLastError();
  if (error == cudaSuccess) return {};
  return robocache::status::from_cuda("own_fuse_kernel", error, cudaGetErrorString(error));
}

}  // namespace robocache_test
