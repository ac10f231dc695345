// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/cuda_namespace.cuh>
#include <robocache/detail/launch.cuh>
#include <robocache/voxelize/detail/bin_kernel.cuh>
#include <robocache/voxelize/device.hpp>

#include <cstdint>

/// \file
/// Count and occupancy where points are few, or few for the size of the grid: clear, then add each
/// point by itself. Integers, so the order does not matter.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

inline constexpr int direct_threads = 256;

template <class T>
struct clear_call {
  voxel_output<T> output;
  std::int64_t elements;     // 0: the grid accumulates
  bool vectors;              // without gaps, aligned to 16 bytes
  voxel_counters* counters;  // or null
};

/// Clears the grid and the counters.
template <class T>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(direct_threads)
    clear_kernel(const __grid_constant__ clear_call<T> call) {
  wait_for_previous_kernel();
  let_next_kernel_launch();
  const std::int64_t thread =
      static_cast<std::int64_t>(blockIdx.x) * direct_threads + static_cast<int>(threadIdx.x);
  const std::int64_t threads = static_cast<std::int64_t>(gridDim.x) * direct_threads;
  if (thread == 0 && call.counters != nullptr) *call.counters = voxel_counters{};
  std::int64_t done = 0;
  if (call.vectors) {
    constexpr std::int64_t per_vector = 16 / sizeof(T);
    auto* const out = reinterpret_cast<uint4*>(call.output.data);
    for (std::int64_t v = thread; v < call.elements / per_vector; v += threads) {
      out[v] = make_uint4(0, 0, 0, 0);
    }
    done = call.elements / per_vector * per_vector;
  }
  for (std::int64_t e = done + thread; e < call.elements; e += threads) {
    call.output.data[call.output.layout(e)] = 0;
  }
}

template <class Real, class T>
struct direct_call {
  bin_call<Real> points;  // the whole grid is its slab
  voxel_output<T> output;
  voxel_counters* counters;  // or null
};

/// Adds four points per thread.
template <reduction R, bool Packed, class Real>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(direct_threads)
    add_points_kernel(const __grid_constant__ direct_call<Real, voxel_scalar_t<R>> call) {
  __shared__ std::uint32_t sums[2];
  wait_for_previous_kernel();
  const std::int64_t n = call.points.locator.points.number();
  constexpr int stride = Packed ? 1 : direct_threads;
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * direct_threads * 4 +
                             static_cast<int>(threadIdx.x) * (Packed ? 4 : 1);
  const int number =
      static_cast<int>(min(max(n - first, std::int64_t{0}), static_cast<std::int64_t>(4 * stride)));
  Real p[4][3];
  load_points<Packed, stride>(call.points.locator.points, first, number, p);
  std::uint32_t cells[4];
  std::uint32_t lost = 0;
  cells_in_slab<Packed, stride>(call.points, p, number, cells, lost);
#pragma unroll
  for (int k = 0; k < 4; ++k) {
    // Lanes that mean the same voxel, as in scans, add once.
    const unsigned same = __match_any_sync(0xffffffffu, cells[k]);
    const bool leads = __ffs(static_cast<int>(same)) - 1 == static_cast<int>(threadIdx.x % 32u);
    if (cells[k] == no_cell || !leads) continue;
    constexpr std::uint32_t per_element = R == reduction::occupancy_bits ? 32 : 1;
    auto* const to = call.output.data + call.output.layout(cells[k] / per_element);
    if constexpr (R == reduction::count) {
      atomicAdd(to, static_cast<std::uint32_t>(__popc(same)));
    } else if constexpr (R == reduction::occupancy) {
      *to = 1;
    } else {
      atomicOr(to, 1u << (cells[k] % 32u));
    }
  }
  if (call.counters == nullptr) return;
  const uint2 both = block_sum_halves<direct_threads>(lost, sums);
  if (threadIdx.x == 0) {
    const std::int64_t begin = static_cast<std::int64_t>(blockIdx.x) * direct_threads * 4;
    const auto here = static_cast<unsigned long long>(
        min(max(n - begin, std::int64_t{0}), std::int64_t{direct_threads * 4}));
    using word = unsigned long long;
    atomicAdd(reinterpret_cast<word*>(&call.counters->used), here - both.x - both.y);
    atomicAdd(reinterpret_cast<word*>(&call.counters->outside), word{both.x});
    atomicAdd(reinterpret_cast<word*>(&call.counters->not_finite), word{both.y});
    if (blockIdx.x == 0) {
      atomicAdd(reinterpret_cast<word*>(&call.counters->beyond),
                static_cast<word>(call.points.locator.points.beyond()));
    }
  }
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
