// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/cuda/arch_namespace.cuh>
#include <robocache/cuda/launch.cuh>
#include <robocache/cuda/vector.cuh>
#include <robocache/detail/config.hpp>
#include <robocache/resample/detail/arguments.hpp>
#include <robocache/resample/detail/search.cuh>
#include <robocache/resample/detail/tuning.hpp>
#include <robocache/resample/device.hpp>

#include <cstdint>

/// \file
/// How a warp copies its rows, once their brackets are known: all lanes share all rows.

namespace robocache {
inline namespace ROBOCACHE_CUDA_NAMESPACE {
namespace cuda_detail {

/// What a lane of the search leaves for the lanes of the copy: addresses of a row's first channel.
template <class Real>
struct alignas(16) row_plan {
  const unsigned char* left;   // null: the row is the constant `weight`
  const unsigned char* right;  // null: the row is a copy of `left`
  unsigned char* out;
  Real weight;
};

/// The plan of a row that `find` or a stored bracket gave.
///
/// \param values  address of the item's first sample
template <class Found, class Real>
__device__ __forceinline__ row_plan<Real> plan_of(const Found& found, const unsigned char* values,
                                                  unsigned char* out,
                                                  const copy_arguments<Real>& copy) noexcept {
  const unsigned char* const left = values + found.left * copy.values_sample_bytes;
  const unsigned char* const right = values + found.right * copy.values_sample_bytes;
  return {found.left < 0 ? nullptr : left, found.left == found.right ? nullptr : right, out,
          found.weight};
}

/// Neighbouring channels of all rows of a tile, as vectors.
struct channel_span {
  std::int64_t offset;          // from the plans' addresses to the span, in channels
  std::uint32_t first_channel;  // of the row, for the normalization
  std::int32_t vectors;
  std::uint32_t row_of_item_magic;  // see `item_magic`
};

/// `Width` elements of each of the two samples. Zero until loaded: a register that is only written
/// under a condition would be kept from one iteration of all loops around to the next.
template <class In, int Width>
struct sample_pair {
  scalar_vector<In, Width> left{};
  scalar_vector<In, Width> right{};
};

/// Loads what a row needs at `channel`: nothing for a constant row.
template <int Width, class In, class Real>
__device__ __forceinline__ void load_samples(const row_plan<Real>& row, std::int64_t channel,
                                             std::int64_t stride,
                                             sample_pair<In, Width>& pair) noexcept {
  const std::int64_t at = Width > 1 ? channel : channel * stride;
  if (row.left != nullptr) {
    pair.left = load_vector<Width>(reinterpret_cast<const In*>(row.left) + at);
  }
  if (row.right != nullptr) {
    pair.right = load_vector<Width>(reinterpret_cast<const In*>(row.right) + at);
  }
}

/// The same elements under the name of the output type; used where the formats are equal.
template <class Out, class In, int Width>
__device__ __forceinline__ scalar_vector<Out, Width> same_bits(
    const scalar_vector<In, Width>& v) noexcept {
  scalar_vector<Out, Width> same;
  constexpr int words = scalar_vector<Out, Width>::words;
#pragma unroll
  for (int w = 0; w < words; ++w) same.word[w] = v.word[w % scalar_vector<In, Width>::words];
  return same;
}

/// `Width` output elements of one row, starting at channel `channel`.
///
/// \tparam Affine  there may be a normalization
template <bool Affine, class Out, int Width, class In, class Real>
__device__ __forceinline__ scalar_vector<Out, Width> combine(const row_plan<Real>& row,
                                                             const sample_pair<In, Width>& pair,
                                                             const channel_affine<Real>& affine,
                                                             std::int64_t channel) noexcept {
  constexpr bool same_format = scalar_traits<In>::format == scalar_traits<Out>::format;
  Real value[Width];
  if (row.right != nullptr) {
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      value[e] = blend(element_of<Real>(pair.left, e), element_of<Real>(pair.right, e), row.weight);
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
  if constexpr (same_format && !Affine) {
    return same_bits<Out>(pair.left);
  } else {
    if (same_format && affine.is_identity()) return same_bits<Out>(pair.left);
#pragma unroll
    for (int e = 0; e < Width; ++e) {
      value[e] = element_of<Real>(pair.left, e);
      if constexpr (Affine) value[e] = affine(value[e], channel + e);
    }
    return pack<Out, false>(value);
  }
}

template <bool Affine, int Width, class In, class Out, class Real>
__device__ __forceinline__ void store_combined(const row_plan<Real>& row,
                                               const sample_pair<In, Width>& pair,
                                               const copy_arguments<Real>& copy,
                                               const channel_span& span, int channel) noexcept {
  const std::int64_t at = span.offset + channel;
  store_vector(reinterpret_cast<Out*>(row.out) + (Width > 1 ? at : at * copy.output_channel_stride),
               combine<Affine, Out>(row, pair, copy.affine, span.first_channel + channel));
}

/// Copies `Width` elements of one row at `channel` of the span.
template <bool Affine, int Width, class In, class Out, class Real>
__device__ __forceinline__ void copy_vector(const row_plan<Real>& row,
                                            const copy_arguments<Real>& copy,
                                            const channel_span& span, int channel) noexcept {
  sample_pair<In, Width> pair;
  load_samples<Width>(row, span.offset + channel, copy.values_channel_stride, pair);
  store_combined<Affine, Width, In, Out>(row, pair, copy, span, channel);
}

/// One row of which every lane knows the plan, of at most a vector per lane.
///
/// \param channels  of the row; those beyond the vectors are copied one by one
template <int Width, bool Affine, class In, class Out, class Real>
__device__ __forceinline__ void copy_short_row(const row_plan<Real>& row,
                                               const copy_arguments<Real>& copy,
                                               const channel_span& span, int channels,
                                               int lane) noexcept {
  if (lane < span.vectors) copy_vector<Affine, Width, In, Out>(row, copy, span, lane * Width);
  const int channel = span.vectors * Width + lane;
  if (Width > 1 && channel < channels) copy_vector<Affine, 1, In, Out>(row, copy, span, channel);
}

/// What the vectors of a span of `channels` channels leave over, one by one.
template <int Width, bool Affine, class In, class Out, class Real>
__device__ __forceinline__ void copy_rest(const row_plan<Real>* plans, int rows,
                                          const copy_arguments<Real>& copy,
                                          const channel_span& span, int channels,
                                          int lane) noexcept {
  if constexpr (Width > 1) {
    const int rest = channels - span.vectors * Width;
#pragma unroll 1
    for (int i = lane; i < rows * rest; i += warp_size) {
      const int row = i / rest;
      copy_vector<Affine, 1, In, Out>(plans[row], copy, span,
                                      span.vectors * Width + (i - row * rest));
    }
  }
}

/// The vectors of `rows` rows. `Width` > 1 implies channel strides of 1.
template <int Width, bool Affine, class In, class Out, class Real>
__device__ __forceinline__ void copy_vectors(const row_plan<Real>* plans, int rows,
                                             const copy_arguments<Real>& copy,
                                             const channel_span& span, int lane) noexcept {
  // All loads before the first use, so that their latencies overlap.
  const int items = rows * span.vectors;
  const auto row_of = [&](int item) {
    return static_cast<int>((static_cast<std::uint32_t>(item) * span.row_of_item_magic) >>
                            item_shift);
  };
#pragma unroll 1
  for (int first_item = lane; first_item < items; first_item += vectors_in_flight * warp_size) {
    sample_pair<In, Width> pair[vectors_in_flight];
#pragma unroll
    for (int u = 0; u < vectors_in_flight; ++u) {
      const int item = first_item + u * warp_size;
      if (item < items) {
        const int row = row_of(item);
        const int channel = (item - row * span.vectors) * Width;
        load_samples<Width>(plans[row], span.offset + channel, copy.values_channel_stride, pair[u]);
      }
    }
#pragma unroll
    for (int u = 0; u < vectors_in_flight; ++u) {
      const int item = first_item + u * warp_size;
      if (item < items) {
        const int row = row_of(item);
        const int channel = (item - row * span.vectors) * Width;
        store_combined<Affine, Width, In, Out>(plans[row], pair[u], copy, span, channel);
      }
    }
  }
}

}  // namespace cuda_detail
}  // namespace ROBOCACHE_CUDA_NAMESPACE
}  // namespace robocache
