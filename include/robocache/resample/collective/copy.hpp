// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/resample/rules/blend.hpp>
#include <robocache/scalar.hpp>

#include <type_traits>

#if defined(__CUDACC__)
#include <robocache/cuda/vector.cuh>
#endif

#include <cstdint>
#include <cstring>

/// \file
/// How a group of threads copies rows once their brackets are known. All threads share all rows, on
/// the device by accesses of up to 16 bytes, on the host by loops that compilers turn into vectors.
///
/// A call has the strides: `values()` [B, S, D], `output()` [B, T, D] and `affine()`. Its
/// `output_is_global` says that the output cannot be in shared memory.

namespace robocache::detail {

/// What a search leaves for the copy: addresses of the first channel of a row.
template <class Real>
struct alignas(16) row_copy {
  const unsigned char* left;   // null: the row is the constant `weight`
  const unsigned char* right;  // null: the row is a copy of `left`
  unsigned char* out;
  Real weight;
};

/// Makes a row's copy from its bracket, whose samples are counted from `values` on.
///
/// \param found  has `left`, `right` and `weight`, as a `sample_bracket`
template <class Call, class Found>
ROBOCACHE_HD inline row_copy<typename Call::real> row_copy_of(const Call& call, const Found& found,
                                                              const unsigned char* values,
                                                              unsigned char* out) noexcept {
  if (found.left < 0) return {nullptr, nullptr, out, found.weight};
  constexpr auto bytes = static_cast<std::int64_t>(sizeof(typename Call::in));
  const std::int64_t step = call.values().stride(1) * bytes;
  const unsigned char* const right = values + found.right * step;
  return {values + found.left * step, found.left == found.right ? nullptr : right, out,
          found.weight};
}

/// Some neighbouring channels of a row.
struct channel_part {
  std::int32_t first;
  std::int32_t count;
};

// Whole elements on the device: a memcpy there goes byte by byte, and ptxas 13.0 was seen to store
// a wrong byte of a register that a conversion to half had just written.

template <class T>
ROBOCACHE_HD inline typename scalar_traits<std::remove_cv_t<T>>::bits load_bits(
    const T* p) noexcept {
  using bits_type = typename scalar_traits<std::remove_cv_t<T>>::bits;
#if defined(__CUDA_ARCH__)
  return *reinterpret_cast<const bits_type*>(p);
#else
  bits_type bits;
  std::memcpy(&bits, p, sizeof(bits));
  return bits;
#endif
}
template <class T>
ROBOCACHE_HD inline void store_bits(T* p, typename scalar_traits<T>::bits bits) noexcept {
#if defined(__CUDA_ARCH__)
  *reinterpret_cast<typename scalar_traits<T>::bits*>(p) = bits;
#else
  std::memcpy(p, &bits, sizeof(bits));
#endif
}

// -------------------------------------------------------------------------------- on the host

/// The bits of one output element of a row with samples. `Blend` says whether `b` counts.
template <class Out, bool Blend, bool Affine, class In, class Real>
inline typename scalar_traits<Out>::bits output_bits(typename scalar_traits<In>::bits a,
                                                     typename scalar_traits<In>::bits b, Real w,
                                                     const channel_affine<Real>& affine,
                                                     std::int64_t channel) noexcept {
  if constexpr (!Blend && !Affine && scalar_traits<In>::format == scalar_traits<Out>::format) {
    return a;  // bit for bit
  } else {
    Real value = real_from_bits<Real, In>(a);
    if constexpr (Blend) value = blend(value, real_from_bits<Real, In>(b), w);
    if constexpr (Affine) value = affine(value, channel);
    return bits_from_real<Out>(value);
  }
}

/// One kind of row. `Unit`: all strides are 1.
template <bool Blend, bool Affine, bool Unit, class In, class Out, class Real>
inline void copy_elements(const In* left, const In* right, std::int64_t in_stride, Real w,
                          const channel_affine<Real>& affine, std::int64_t first_channel, Out* out,
                          std::int64_t out_stride, std::int64_t channels) noexcept {
  const std::int64_t is = Unit ? 1 : in_stride;
  const std::int64_t os = Unit ? 1 : out_stride;
  for (std::int64_t d = 0; d < channels; ++d) {
    const auto a = load_bits(left + d * is);
    const auto b = Blend ? load_bits(right + d * is) : a;
    store_bits(out + d * os,
               output_bits<Out, Blend, Affine, In>(a, b, w, affine, first_channel + d));
  }
}

/// Copies some channels of a row, by one thread of the host.
template <class Call>
inline void copy_on_host(const row_copy<typename Call::real>& row, const Call& call,
                         const channel_part& part) noexcept {
  using in = typename Call::in;
  using out = typename Call::out;
  const std::int64_t is = call.values().stride(2);
  const std::int64_t os = call.output().stride(2);
  const std::int64_t first = part.first;
  const std::int64_t channels = part.count;
  if (channels == 0) return;
  out* const to = reinterpret_cast<out*>(row.out) + first * os;
  if (row.left == nullptr) {
    const auto bits = bits_from_real<out>(row.weight);
    for (std::int64_t d = 0; d < channels; ++d) store_bits(to + d * os, bits);
    return;
  }
  const auto affine = call.affine();
  const auto* const left = reinterpret_cast<const in*>(row.left) + first * is;
  const bool blended = row.right != nullptr;
  const in* const right = blended ? reinterpret_cast<const in*>(row.right) + first * is : left;
  const auto w = row.weight;
  const bool plain = affine.is_identity();
  const bool unit = is == 1 && os == 1;
  if (blended && plain && unit) {
    copy_elements<true, false, true>(left, right, 1, w, affine, first, to, 1, channels);
  } else if (blended && plain) {
    copy_elements<true, false, false>(left, right, is, w, affine, first, to, os, channels);
  } else if (blended) {
    copy_elements<true, true, false>(left, right, is, w, affine, first, to, os, channels);
  } else if (plain && unit) {
    copy_elements<false, false, true>(left, left, 1, w, affine, first, to, 1, channels);
  } else if (plain) {
    copy_elements<false, false, false>(left, left, is, w, affine, first, to, os, channels);
  } else {
    copy_elements<false, true, false>(left, left, is, w, affine, first, to, os, channels);
  }
}

// ------------------------------------------------------------------------------ on the device

/// Elements per 16-byte access of the larger of the two scalars.
template <class In, class Out>
inline constexpr int widest_vector = 16 / static_cast<int>(sizeof(In) > sizeof(Out) ? sizeof(In)
                                                                                    : sizeof(Out));

/// The widest access, in elements, that addresses allow: a power of two that divides all of them.
///
/// \param offsets  addresses and strides, in elements, joined by `|`
template <class In, class Out>
ROBOCACHE_HD inline int widest_access(std::uint64_t offsets) noexcept {
  int width = widest_vector<In, Out>;
  while (width > 1 && (offsets & static_cast<unsigned>(width - 1)) != 0) width /= 2;
  return width;
}

/// Vectors that a thread loads before it uses the first: enough to hide the memory's latency, few
/// enough to leave registers for more warps.
inline constexpr int vectors_in_flight = 2;

/// `item / vectors` is `item * vector_magic >> vector_shift` for up to `most_vectors` items. For a
/// single row, where the quotient is always 0, so is the magic number.
inline constexpr int vector_shift = 21;
inline constexpr int most_vectors = 1024;
/// How many rows of `channels` channels can be copied together, `most` at most.
ROBOCACHE_HD constexpr int rows_together(int most, std::int32_t channels) noexcept {
  if (channels <= most_vectors / most) return most;
  return channels < most_vectors ? most_vectors / channels : 1;
}
ROBOCACHE_HD inline std::uint32_t vector_magic(int rows, std::int32_t vectors) noexcept {
  if (rows == 1 || vectors == 0) return 0;
  const auto divisor = static_cast<std::uint32_t>(vectors);
  return ((1u << vector_shift) + divisor - 1u) / divisor;
}

#if defined(__CUDACC__)

using cuda_detail::load_vector;
using cuda_detail::pack;
using cuda_detail::scalar_vector;
using cuda_detail::store_vector;

/// Neighbouring channels of all rows of a tile, as vectors.
struct channel_span {
  std::int64_t offset;          // from the rows' addresses to the span, in channels
  std::uint32_t first_channel;  // of the row, for the normalization
  std::int32_t vectors;
  std::uint32_t row_of_vector_magic;  // see `vector_magic`
};

/// `Width` elements of each of the two samples. Zero until loaded: a register that is only written
/// under a condition would be kept from one iteration of all loops around to the next.
template <class In, int Width>
struct sample_pair {
  scalar_vector<In, Width> left{};
  scalar_vector<In, Width> right{};
};

/// Loads what a row needs at `channel`. For a constant row that is nothing.
template <int Width, class In, class Real>
__device__ __forceinline__ void load_samples(const row_copy<Real>& row, std::int64_t channel,
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
__device__ __forceinline__ scalar_vector<Out, Width> combine(const row_copy<Real>& row,
                                                             const sample_pair<In, Width>& pair,
                                                             const channel_affine<Real>& affine,
                                                             std::int64_t channel) noexcept {
  using cuda_detail::element_of;
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

template <bool Affine, int Width, class Call, class In>
__device__ __forceinline__ void store_combined(const row_copy<typename Call::real>& row,
                                               const sample_pair<In, Width>& pair, const Call& call,
                                               const channel_span& span, int channel) noexcept {
  using out = typename Call::out;
  const std::int64_t at = span.offset + channel;
  store_vector<Width, Call::output_is_global>(
      reinterpret_cast<out*>(row.out) + (Width > 1 ? at : at * call.output().stride(2)),
      combine<Affine, out>(row, pair, call.affine(), span.first_channel + channel));
}

/// Copies `Width` elements of one row at `channel` of the span.
template <bool Affine, int Width, class Call>
__device__ __forceinline__ void copy_vector(const row_copy<typename Call::real>& row,
                                            const Call& call, const channel_span& span,
                                            int channel) noexcept {
  sample_pair<typename Call::in, Width> pair;
  load_samples<Width>(row, span.offset + channel, call.values().stride(2), pair);
  store_combined<Affine>(row, pair, call, span, channel);
}

/// Copies one row that every thread of the group knows, of at most one vector per thread.
///
/// \param channels  of the row; those beyond the vectors are copied one by one
template <int Width, bool Affine, class Call>
__device__ __forceinline__ void copy_short_row(const row_copy<typename Call::real>& row,
                                               const Call& call, const channel_span& span,
                                               int channels, int rank) noexcept {
  if (rank < span.vectors) copy_vector<Affine, Width>(row, call, span, rank * Width);
  const int channel = span.vectors * Width + rank;
  if (Width > 1 && channel < channels) copy_vector<Affine, 1>(row, call, span, channel);
}

/// Copies, one by one, the channels that the vectors of a span of `channels` channels leave over.
template <int Width, bool Affine, class Group, class Call>
__device__ __forceinline__ void copy_rest(const Group& group,
                                          const row_copy<typename Call::real>* copies, int rows,
                                          const Call& call, const channel_span& span,
                                          int channels) noexcept {
  if constexpr (Width > 1) {
    const int rest = channels - span.vectors * Width;
#pragma unroll 1
    for (int i = static_cast<int>(group.thread_rank()); i < rows * rest;
         i += static_cast<int>(group.size())) {
      const int row = rows == 1 ? 0 : i / rest;
      copy_vector<Affine, 1>(copies[row], call, span, span.vectors * Width + (i - row * rest));
    }
  }
}

/// Copies the vectors of `rows` rows: `most_vectors` vectors at most, unless it is a single row. A
/// `Width` above 1 implies channel strides of 1.
template <int Width, bool Affine, class Group, class Call>
__device__ __forceinline__ void copy_vectors(const Group& group,
                                             const row_copy<typename Call::real>* copies, int rows,
                                             const Call& call, const channel_span& span) noexcept {
  // All loads before the first use, so that their latencies overlap.
  const int items = rows * span.vectors;
  const int threads = static_cast<int>(group.size());
  const auto row_of = [&](int item) {
    return static_cast<int>((static_cast<std::uint32_t>(item) * span.row_of_vector_magic) >>
                            vector_shift);
  };
#pragma unroll 1
  for (int first_item = static_cast<int>(group.thread_rank()); first_item < items;
       first_item += vectors_in_flight * threads) {
    sample_pair<typename Call::in, Width> pair[vectors_in_flight];
#pragma unroll
    for (int u = 0; u < vectors_in_flight; ++u) {
      const int item = first_item + u * threads;
      if (item < items) {
        const int row = row_of(item);
        const int channel = (item - row * span.vectors) * Width;
        load_samples<Width>(copies[row], span.offset + channel, call.values().stride(2), pair[u]);
      }
    }
#pragma unroll
    for (int u = 0; u < vectors_in_flight; ++u) {
      const int item = first_item + u * threads;
      if (item < items) {
        const int row = row_of(item);
        const int channel = (item - row * span.vectors) * Width;
        store_combined<Affine>(copies[row], pair[u], call, span, channel);
      }
    }
  }
}

/// Copies some channels of some rows, with accesses of `width` elements: `most_vectors` vectors at
/// most, unless it is a single row.
template <int Width, bool Affine, class Group, class Call>
__device__ __forceinline__ void copy_by_width(const Group& group, int width,
                                              const row_copy<typename Call::real>* copies, int rows,
                                              const Call& call, const channel_part& part) noexcept {
  if constexpr (Width > 1) {
    if (width < Width) {
      return copy_by_width<Width / 2, Affine>(group, width, copies, rows, call, part);
    }
  }
  const std::int32_t vectors = part.count / Width;
  const channel_span span{part.first, static_cast<std::uint32_t>(part.first), vectors,
                          vector_magic(rows, vectors)};
  copy_vectors<Width, Affine>(group, copies, rows, call, span);
  copy_rest<Width, Affine>(group, copies, rows, call, span, part.count);
}

/// The widest access, in elements, that one row's addresses allow from channel `first` on.
template <class Call>
__device__ __forceinline__ int width_of_row(const row_copy<typename Call::real>& row,
                                            std::int32_t first) noexcept {
  using in = typename Call::in;
  using out = typename Call::out;
  const auto from =
      (reinterpret_cast<std::uintptr_t>(row.left) | reinterpret_cast<std::uintptr_t>(row.right)) /
      sizeof(in);
  const auto to = reinterpret_cast<std::uintptr_t>(row.out) / sizeof(out);
  const std::uintptr_t offsets = from | to | static_cast<std::uintptr_t>(first);
  return widest_access<in, out>(offsets);
}

/// The width for some channels of some rows: what all rows of the call allow, or, for a single row,
/// what that row allows.
template <class Call>
__device__ __forceinline__ int width_of_part(int width, const row_copy<typename Call::real>* copies,
                                             int rows, const Call& call,
                                             const channel_part& part) noexcept {
  const bool unit = call.values().stride(2) == 1 && call.output().stride(2) == 1;
  if (rows == 1 && unit) return width_of_row<Call>(copies[0], part.first);
  return part.first == 0 ? width : min(width, part.first & -part.first);
}

#endif

// ----------------------------------------------------------------------------------- on either

/// Copies some channels of some rows. The threads of the group share them.
///
/// \tparam Affine  there may be a normalization
/// \param copies   [rows], which every thread can read: its own array, or shared memory after a
///                 `sync`
/// \param rows     at most `rows_together`
/// \param width    elements per access that all rows allow at channel 0; not used on the host
template <bool Affine, class Group, class Call>
ROBOCACHE_HD inline void copy_part(const Group& group, const row_copy<typename Call::real>* copies,
                                   int rows, const Call& call, int width,
                                   const channel_part& part) noexcept {
#if defined(__CUDA_ARCH__)
  constexpr int widest = widest_vector<typename Call::in, typename Call::out>;
  copy_by_width<widest, Affine>(group, width_of_part(width, copies, rows, call, part), copies, rows,
                                call, part);
#else
  (void)width;
  for (int row = static_cast<int>(group.thread_rank()); row < rows;
       row += static_cast<int>(group.size())) {
    copy_on_host(copies[row], call, part);
  }
#endif
}

/// The same, with a normalization if the call has one.
template <class Group, class Call>
ROBOCACHE_HD inline void copy_normalized(const Group& group,
                                         const row_copy<typename Call::real>* copies, int rows,
                                         const Call& call, int width,
                                         const channel_part& part) noexcept {
#if defined(__CUDA_ARCH__)
  if (call.affine().is_identity()) {
    copy_part<false>(group, copies, rows, call, width, part);
    return;
  }
#endif
  copy_part<true>(group, copies, rows, call, width, part);
}

}  // namespace robocache::detail
