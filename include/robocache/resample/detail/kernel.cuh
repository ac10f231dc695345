// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/cuda_namespace.cuh>
#include <robocache/detail/launch.cuh>
#include <robocache/detail/vector.cuh>
#include <robocache/resample/detail/arguments.hpp>
#include <robocache/resample/detail/tuning.hpp>
#include <robocache/resample/device.hpp>

#include <cstdint>

/// \file
/// The kernels of `resample`: a warp finds the brackets of its rows, then copies the rows together.
/// The rules are level 0's; here is only the movement of data.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// The calling warp as a group that can search together.
struct warp_group {
  static __device__ unsigned thread_rank() noexcept { return threadIdx.x % 32u; }
  static constexpr __device__ unsigned size() noexcept { return 32u; }
  static __device__ unsigned ballot(bool vote) noexcept { return __ballot_sync(~0u, vote); }
};

/// The upper bound of every lane's own `t`, searched together while the lanes' targets lie close.
///
/// A round reads one stamp per lane, 32 pivots of the range that still holds all answers, and each
/// lane finds its slice among them by shuffles: one memory latency for five halvings.
///
/// \param pivot  `slice_end` of the whole axis for this lane
template <class Time>
__device__ __forceinline__ std::int32_t warp_upper_bound(const time_axis<Time>& axis, Time t,
                                                         Time pivot) noexcept {
  std::int32_t low = 0;
  std::int32_t high = axis.size;
  while (true) {
    const std::int32_t slice = slice_length(warp_group{}, high - low);
    std::int32_t count = 0;
#pragma unroll
    for (int step = warp_size / 2; step > 0; step /= 2) {
      if (time_less_equal(__shfl_sync(~0u, pivot, count + step - 1), t)) count += step;
    }
    if (time_less_equal(__shfl_sync(~0u, pivot, count), t)) ++count;  // 31 before, so 32 at most

    // Lanes beyond the range repeat its last stamp, so a count may point beyond it too.
    // 32 slices may reach 2^31.
    const auto end = static_cast<std::uint32_t>(low) +
                     static_cast<std::uint32_t>(count) * static_cast<std::uint32_t>(slice);
    const auto first = static_cast<std::int32_t>(min(end, static_cast<std::uint32_t>(high)));
    const std::int32_t last = slice - 1 < high - first ? first + slice - 1 : high;
    if (slice <= warp_size / 2) return upper_bound(axis, t, first, last);  // few steps are left
    const std::int32_t nearer_low = __reduce_min_sync(~0u, first);
    const std::int32_t nearer_high = __reduce_max_sync(~0u, last);
    if (nearer_high - nearer_low > (high - low) / 2 || nearer_high == nearer_low) {
      return upper_bound(axis, t, first, last);  // the targets lie far apart, or all are found
    }
    low = nearer_low;
    high = nearer_high;
    pivot = slice_end(axis, low, high, slice_length(warp_group{}, high - low),
                      warp_group::thread_rank());
  }
}

/// What a lane knows of its row before it has found it: loads that can travel early.
template <class Rows>
struct row_request;

template <class Time, class Real>
struct row_request<searched_rows<Time, Real>> {
  typename timeline<Time>::item_type item;
  Time pivot;
  Time target;

  __device__ __forceinline__ row_request(const searched_rows<Time, Real>& source, std::uint32_t b,
                                         std::uint32_t row) noexcept
      : item(source.source.item(b)), pivot{} {
    // The first pivots do not depend on the target: both loads are under way together.
    if (item.axis.size > 0) {
      pivot = slice_end(item.axis, 0, item.axis.size, slice_length(warp_group{}, item.axis.size),
                        warp_group::thread_rank());
    }
    target = source.target(b, row);
  }

  __device__ std::int64_t first_sample() const noexcept { return item.first_sample; }

  /// Every lane gets its row. All lanes search, so that the warp stays together; a lane without a
  /// finite target for nothing.
  ///
  /// \param one_row  all lanes ask for the same row
  __device__ __forceinline__ sample_bracket<Real> find(const searched_rows<Time, Real>& source,
                                                       std::uint32_t b, std::uint32_t row,
                                                       bool one_row, bool report) const noexcept {
    const time_axis<Time>& axis = item.axis;
    std::int32_t after = 0;
    if (axis.size > 0) {
      after = one_row ? ballot_upper_bound(warp_group{}, axis, target, pivot)
                      : warp_upper_bound(axis, target, pivot);
    }
    sample_bracket<Real> found;
    if (!bracket_trivial(axis, target, source.policy, found)) {
      found = bracket_found(axis, target, after, source.policy);
    }
    if (report) source.report(b, row, found.status);
    return found;
  }
};

template <class Real>
struct row_request<stored_rows<Real>> {
  row_source<Real> stored;

  __device__ __forceinline__ row_request(const stored_rows<Real>& source, std::uint32_t b,
                                         std::uint32_t row) noexcept
      : stored(source.find(b, row)) {}

  static constexpr __device__ std::int64_t first_sample() noexcept { return 0; }

  __device__ __forceinline__ row_source<Real> find(const stored_rows<Real>&, std::uint32_t,
                                                   std::uint32_t, bool, bool) const noexcept {
    return stored;
  }
};

/// What a lane of the search leaves for the lanes of the copy.
template <class In, class Out, class Real>
struct alignas(16) row_plan {
  const In* left;   // null: the row is the constant `weight`
  const In* right;  // null: the row is a copy of `left`
  Out* out;
  Real weight;
};

/// Loads what a row needs: nothing for a constant row.
template <int Width, class Plan, class In>
__device__ __forceinline__ void load_samples(const Plan& row, std::int64_t offset,
                                             scalar_vector<In, Width>& left,
                                             scalar_vector<In, Width>& right) noexcept {
  if (row.left != nullptr) left = load_vector<Width>(row.left + offset);
  if (row.right != nullptr) right = load_vector<Width>(row.right + offset);
}

/// `Width` output elements of one row, starting at channel `channel`.
template <bool Affine, int Width, class In, class Out, class Real>
__device__ __forceinline__ scalar_vector<Out, Width> combine(const row_plan<In, Out, Real>& row,
                                                             const scalar_vector<In, Width>& left,
                                                             const scalar_vector<In, Width>& right,
                                                             const channel_affine<Real>& affine,
                                                             std::int64_t channel) noexcept {
  constexpr bool same_format = scalar_traits<In>::format == scalar_traits<Out>::format;
  Real value[Width];
  if (row.right != nullptr) {
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      value[e] = blend(element_of<Real>(left, e), element_of<Real>(right, e), row.weight);
    }
    if constexpr (Affine) {
#pragma unroll
      for (int e = 0; e < Width; ++e) value[e] = affine(value[e], channel + e);
    }
    return pack<Out, true>(value);
  }
  if (row.left == nullptr) {
#pragma unroll
    for (int e = 0; e < Width; ++e) value[e] = row.weight;
    return pack<Out, false>(value);
  }
  if constexpr (!Affine && same_format) {
    scalar_vector<Out, Width> same;  // bit for bit
#pragma unroll
    for (int w = 0; w < scalar_vector<Out, Width>::words; ++w) same.word[w] = left.word[w];
    return same;
  } else {
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      value[e] = element_of<Real>(left, e);
      if constexpr (Affine) value[e] = affine(value[e], channel + e);
    }
    return pack<Out, Affine>(value);
  }
}

/// Copies `Width` elements of one row at `channel` of the tile's columns.
template <bool Affine, int Width, class In, class Out, class Real>
__device__ __forceinline__ void copy_vector(const row_plan<In, Out, Real>& row,
                                            const copy_arguments<In, Out>& copy,
                                            std::uint32_t first_channel, int channel) noexcept {
  scalar_vector<In, Width> left;
  scalar_vector<In, Width> right;
  load_samples(row, Width > 1 ? channel : channel * copy.values_channel_stride, left, right);
  store_vector(row.out + (Width > 1 ? channel : channel * copy.output_channel_stride),
               combine<Affine>(row, left, right, copy.affine, first_channel + channel));
}

/// One warp, one tile of rows: vectors of `Width` elements, then what is left of each row one by
/// one. `Width` > 1 implies channel strides of 1.
template <int Width, bool Affine, class Rows, class In, class Out>
ROBOCACHE_HIDDEN __global__ void __launch_bounds__(warps_per_block* warp_size,
                                                   resident_blocks<Affine>())
    resample_kernel(const __grid_constant__ Rows source,
                    const __grid_constant__ copy_arguments<In, Out> copy,
                    const __grid_constant__ tile_shape tile) {
  using real = typename copy_arguments<In, Out>::real;
  using plan = row_plan<In, Out, real>;
  __shared__ plan shared_plans[warps_per_block][warp_size];

  const int lane = static_cast<int>(threadIdx.x % 32u);
  const unsigned warp = threadIdx.x / 32u;
  const std::uint32_t tile_index = blockIdx.x * warps_per_block + warp;
  if (tile_index >= tile.tiles) return;
  // Extents fit 31 bits; only products with strides need 64.
  const std::uint32_t b = tile.tiles_per_item(tile_index);
  const std::uint32_t first_row =
      (tile_index - b * tile.tiles_per_item.divisor) * static_cast<std::uint32_t>(tile.rows);
  const int rows = min(tile.rows, static_cast<int>(copy.rows - first_row));
  const std::uint32_t first_vector = blockIdx.y * static_cast<std::uint32_t>(tile.vectors);
  const std::uint32_t first_channel = first_vector * Width;

  plan* const plans = shared_plans[warp];
  {
    const std::uint32_t row = first_row + static_cast<std::uint32_t>(
                                              min(lane, rows - 1));  // lanes beyond repeat the last
    wait_for_previous_kernel();
    const row_request<Rows> request(source, b, row);
    // Addresses while the request is under way; the empty assembly keeps them from sinking below
    // it.
    const In* values = copy.values + b * copy.values_batch_stride +
                       request.first_sample() * copy.values_sample_stride;
    Out* out = copy.output + b * copy.output_batch_stride + row * copy.output_row_stride;
    values += Width > 1 ? first_channel : first_channel * copy.values_channel_stride;
    out += Width > 1 ? first_channel : first_channel * copy.output_channel_stride;
    asm volatile("" : "+l"(values), "+l"(out));
    const auto found = request.find(source, b, row, rows == 1, lane < rows && blockIdx.y == 0);
    const In* const left = values + found.left * copy.values_sample_stride;
    const In* const right = values + found.right * copy.values_sample_stride;
    const plan mine{found.left < 0 ? nullptr : left, found.left == found.right ? nullptr : right,
                    out, found.weight};
    if (rows == 1 && copy.channels <= warp_size * Width) {  // every lane knows the row: no detour
      if (lane < tile.vectors_per_row) {
        copy_vector<Affine, Width>(mine, copy, 0u, lane * Width);
      }
      const int channel = tile.vectors_per_row * Width + lane;
      if (Width > 1 && channel < copy.channels) copy_vector<Affine, 1>(mine, copy, 0u, channel);
      return;
    }
    plans[lane] = mine;
  }
  __syncwarp();

  // Not earlier: the next kernel's warps would wait where this one's still have to search.
  let_next_kernel_launch();
  const int vectors = min(tile.vectors, tile.vectors_per_row - static_cast<int>(first_vector));
  const int items = rows * vectors;
#pragma unroll 1
  for (int first_item = lane; first_item < items; first_item += vectors_in_flight * warp_size) {
    scalar_vector<In, Width> left[vectors_in_flight];
    scalar_vector<In, Width> right[vectors_in_flight];
    // All loads before the first use, so that their latencies overlap.
#pragma unroll
    for (int u = 0; u < vectors_in_flight; ++u) {
      const int item = first_item + u * warp_size;
      if (item < items) {
        const int row = tile.row_of(item);
        const int channel = (item - row * vectors) * Width;
        load_samples(plans[row], Width > 1 ? channel : channel * copy.values_channel_stride,
                     left[u], right[u]);
      }
    }
#pragma unroll
    for (int u = 0; u < vectors_in_flight; ++u) {
      const int item = first_item + u * warp_size;
      if (item < items) {
        const int row = tile.row_of(item);
        const int channel = (item - row * vectors) * Width;
        store_vector(
            plans[row].out + (Width > 1 ? channel : channel * copy.output_channel_stride),
            combine<Affine>(plans[row], left[u], right[u], copy.affine, first_channel + channel));
      }
    }
  }

  if constexpr (Width > 1) {
    if (blockIdx.y != gridDim.y - 1) return;
    const int rest = static_cast<int>(copy.channels) - tile.vectors_per_row * Width;
#pragma unroll 1
    for (int i = lane; i < rows * rest; i += warp_size) {
      const int row = i / rest;
      copy_vector<Affine, 1>(plans[row], copy, first_channel, vectors * Width + (i - row * rest));
    }
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
  const std::uint32_t b = tile.tiles_per_item(tile_index);
  const std::uint32_t first_row =
      (tile_index - b * tile.tiles_per_item.divisor) * static_cast<std::uint32_t>(tile.rows);
  const int rows = min(tile.rows, static_cast<int>(brackets.left.extent(1) - first_row));
  const std::uint32_t row = first_row + static_cast<std::uint32_t>(min(lane, rows - 1));
  const row_request<searched_rows<Time, Real>> request(source, b, row);
  const row_source<Real> found =
      rows_of(request.find(source, b, row, rows == 1, lane < rows), request.first_sample());
  let_next_kernel_launch();
  if (lane < rows) {
    brackets.left(b, row) = found.left;
    brackets.right(b, row) = found.right;
    brackets.weight(b, row) = found.weight;
  }
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
