// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/resample/detail/arguments.hpp>
#include <robocache/resample/detail/copy.cuh>
#include <robocache/resample/detail/search.cuh>
#include <robocache/resample/detail/tuning.hpp>

#include <cstdint>

/// \file
/// The kernels of `resample`: a warp finds the brackets of its rows, then copies the rows together.
/// The rules are level 0's; here is only the movement of data.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// The calling warp's tile: rows `[first_row, first_row + rows)` of item `b`.
struct tile_rows {
  std::uint32_t b;
  std::uint32_t first_row;
  int rows;

  // Extents fit 31 bits; only products with strides need 64.
  __device__ __forceinline__ tile_rows(const tile_shape& tile, std::uint32_t index) noexcept
      : b(tile.tiles_per_item(index)),
        first_row((index - b * tile.tiles_per_item.divisor) *
                  static_cast<std::uint32_t>(tile.rows)),
        rows(min(tile.rows, tile.rows_per_item - static_cast<int>(first_row))) {}

  /// The row that a lane searches for; lanes beyond repeat the last.
  __device__ __forceinline__ std::uint32_t row_of(int lane) const noexcept {
    return first_row + static_cast<std::uint32_t>(min(lane, rows - 1));
  }
};

/// One warp, one tile of rows.
template <int Width, bool Affine, class Rows, class In, class Out>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(warps_per_block* warp_size,
                                                   resident_blocks<Affine>())
    resample_kernel(const __grid_constant__ Rows source,
                    const __grid_constant__ copy_arguments<compute_t<In, Out>> copy,
                    const __grid_constant__ tile_shape tile) {
  using plan = row_plan<compute_t<In, Out>>;
  __shared__ plan shared_plans[warps_per_block][warp_size];

  const int lane = static_cast<int>(threadIdx.x % 32u);
  const unsigned warp = threadIdx.x / 32u;
  const std::uint32_t tile_index = blockIdx.x * warps_per_block + warp;
  if (tile_index >= tile.tiles) return;
  const tile_rows here(tile, tile_index);

  plan* const plans = shared_plans[warp];
  const std::uint32_t row = here.row_of(lane);
  wait_for_previous_kernel();
  const row_request<Rows> request(source, here.b, row);
  // Addresses while the request is under way; the empty assembly keeps them from sinking below it.
  const std::uint32_t first_channel = blockIdx.y * static_cast<std::uint32_t>(tile.vectors) * Width;
  const unsigned char* values = copy.values + here.b * copy.values_batch_bytes +
                                request.first_sample() * copy.values_sample_bytes;
  unsigned char* out = copy.output + here.b * copy.output_batch_bytes + row * copy.output_row_bytes;
  const std::int64_t is = Width > 1 ? 1 : copy.values_channel_stride;
  const std::int64_t os = Width > 1 ? 1 : copy.output_channel_stride;
  values += first_channel * is * static_cast<std::int64_t>(sizeof(In));
  out += first_channel * os * static_cast<std::int64_t>(sizeof(Out));
  asm volatile("" : "+l"(values), "+l"(out));
  const bool one_row = here.rows == 1;
  const auto found =
      request.find(source, here.b, row, one_row, lane < here.rows && blockIdx.y == 0);
  const plan mine = plan_of(found, values, out, copy);

  const channel_span span{
      0, first_channel,
      min(tile.vectors, tile.vectors_per_row - static_cast<int>(blockIdx.y) * tile.vectors),
      tile.row_of_item_magic};
  const auto channels = static_cast<int>(copy.channels);
  if (one_row && channels <= warp_size * Width) {  // every lane knows the row: no detour
    copy_short_row<Width, Affine, In, Out>(mine, copy, span, channels, lane);
    return;
  }
  plans[lane] = mine;
  __syncwarp();

  // Not earlier: the next kernel's warps would wait where this one's still have to search.
  let_next_kernel_launch();
  copy_vectors<Width, Affine, In, Out>(plans, here.rows, copy, span, lane);
  if (blockIdx.y == gridDim.y - 1) {
    copy_rest<Width, Affine, In, Out>(plans, here.rows, copy, span,
                                      channels - static_cast<int>(first_channel), lane);
  }
}

/// `find_brackets`: a warp finds 32 rows, one lane writes each.
template <class Time, class Real>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(warps_per_block* warp_size)
    find_brackets_kernel(const __grid_constant__ searched_rows<Time, Real> source,
                         const __grid_constant__ brackets_view<Real> brackets,
                         const __grid_constant__ tile_shape tile) {
  wait_for_previous_kernel();
  const int lane = static_cast<int>(threadIdx.x % 32u);
  const std::uint32_t tile_index = blockIdx.x * warps_per_block + threadIdx.x / 32u;
  if (tile_index >= tile.tiles) return;
  const tile_rows here(tile, tile_index);
  const std::uint32_t row = here.row_of(lane);
  const row_request<searched_rows<Time, Real>> request(source, here.b, row);
  const row_source<Real> found = rows_of(
      request.find(source, here.b, row, here.rows == 1, lane < here.rows), request.first_sample());
  let_next_kernel_launch();
  if (lane < here.rows) {
    brackets.left(here.b, row) = found.left;
    brackets.right(here.b, row) = found.right;
    brackets.weight(here.b, row) = found.weight;
  }
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
