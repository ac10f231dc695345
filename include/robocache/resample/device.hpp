// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/group.hpp>
#include <robocache/resample/bracket.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/scalar.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/time.hpp>

#include <cstdint>
#include <cstring>
#include <type_traits>

/// \file
/// Level 0 of `resample`, the part about values, and level 1: a row written by a group of threads.
///
/// All of it runs on the host and in kernels, allocates nothing and keeps no state.

namespace robocache {

// ------------------------------------------------------------------------------------- level 0

/// `fma(w, b - a, a)`, in `Real`, not yet rounded to the output type. NaN if the formula gives NaN
/// or `b - a` overflows against itself; never an extra rounding.
template <class Real>
ROBOCACHE_HD inline Real blend(Real a, Real b, Real w) noexcept {
  return detail::exact_fma(w, detail::exact_sub(b, a), a);
}

/// The value between samples `a` and `b` at weight `w`, rounded once to `Out`.
template <class Out, class In>
ROBOCACHE_HD inline Out interpolate(In a, In b, compute_t<In, Out> w) noexcept {
  using real = compute_t<In, Out>;
  using bits = typename detail::scalar_traits<In>::bits;
  const real value = blend(detail::real_from_bits<real, In>(detail::bit_copy<bits>(a)),
                           detail::real_from_bits<real, In>(detail::bit_copy<bits>(b)), w);
  return detail::bit_copy<Out>(detail::bits_from_real<Out>(value));
}

/// Per-channel normalization: `fma(value, scale[d], shift[d])`. Null pointers mean 1 and 0.
template <class Real>
struct channel_affine {
  const Real* scale = nullptr;
  const Real* shift = nullptr;
  std::int64_t scale_stride = 1;
  std::int64_t shift_stride = 1;

  ROBOCACHE_HD bool is_identity() const noexcept { return scale == nullptr && shift == nullptr; }

  ROBOCACHE_HD Real operator()(Real value, std::int64_t channel) const noexcept {
    if (scale == nullptr) {
      return shift == nullptr ? value : detail::exact_add(value, shift[channel * shift_stride]);
    }
    const Real summand = shift == nullptr ? Real{0} : shift[channel * shift_stride];
    return detail::exact_fma(value, scale[channel * scale_stride], summand);
  }
};

namespace detail {

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

/// The bits of one output element, for the three kinds of row. `Blend` says whether `b` counts.
template <class Out, bool Blend, bool Affine, class In, class Real>
ROBOCACHE_HD inline typename scalar_traits<Out>::bits output_bits(
    typename scalar_traits<In>::bits a, typename scalar_traits<In>::bits b, Real w,
    const channel_affine<Real>& affine, std::int64_t channel) noexcept {
  if constexpr (!Blend && !Affine && scalar_traits<In>::format == scalar_traits<Out>::format) {
    return a;  // bit for bit
  } else {
    Real value = real_from_bits<Real, In>(a);
    if constexpr (Blend) value = blend(value, real_from_bits<Real, In>(b), w);
    if constexpr (Affine) value = affine(value, channel);
    return bits_from_real<Out>(value);
  }
}

/// One kind of row, the channels dealt out to the group's threads. `Unit`: all strides are 1.
template <bool Blend, bool Affine, bool Unit, class Group, class In, class Out, class Real>
ROBOCACHE_HD inline void write_row_of(const Group& group, const In* left, const In* right,
                                      std::int64_t in_stride, Real w,
                                      const channel_affine<Real>& affine, Out* out,
                                      std::int64_t out_stride, std::int64_t channels) noexcept {
  const std::int64_t is = Unit ? 1 : in_stride;
  const std::int64_t os = Unit ? 1 : out_stride;
  const std::int64_t step = static_cast<std::int64_t>(group.size());
  for (std::int64_t d = group.thread_rank(); d < channels; d += step) {
    const auto a = load_bits(left + d * is);
    const auto b = Blend ? load_bits(right + d * is) : a;
    store_bits(out + d * os, output_bits<Out, Blend, Affine, In>(a, b, w, affine, d));
  }
}

}  // namespace detail

// ------------------------------------------------------------------------------------- level 1

namespace detail {

/// The stamp that thread `rank` probes in a range `[first, last)` cut into slices: the last of its
/// slice. The range is not empty; threads whose slice is beyond it get the range's last stamp.
template <class Time>
ROBOCACHE_HD inline Time slice_end(const time_axis<Time>& axis, std::int32_t first,
                                   std::int32_t last, std::int32_t slice, unsigned rank) noexcept {
  const std::uint32_t end =
      static_cast<std::uint32_t>(first) + (rank + 1u) * static_cast<std::uint32_t>(slice) - 1u;
  const std::uint32_t most = static_cast<std::uint32_t>(last) - 1u;
  return axis[static_cast<std::int32_t>(end < most ? end : most)];
}

/// Length of the slices in which a group cuts `size` stamps, one per thread.
template <class Group>
ROBOCACHE_HD inline std::int32_t slice_length(const Group& group, std::int32_t size) noexcept {
  return (size - 1) / static_cast<std::int32_t>(group.size()) + 1;
}

/// `upper_bound` of the whole axis by a tile of a warp: each lane asks about one slice per round,
/// so that 32 lanes need two rounds for 1024 stamps. All lanes get the result.
///
/// \param pivot  `slice_end` of the whole axis for this lane, loaded ahead so that it may travel
///               together with the target
template <class Group, class Time>
ROBOCACHE_HD inline std::int32_t ballot_upper_bound(const Group& group, const time_axis<Time>& axis,
                                                    Time t, Time pivot) noexcept {
  std::int32_t first = 0;
  std::int32_t last = axis.size;
  while (true) {
    const std::int32_t slice = slice_length(group, last - first);
    // Slices that end at or before t, counted up to the first that does not. Slices beyond the
    // range repeat its last stamp, and if that one passes so has everything.
    const unsigned missed = static_cast<unsigned>(group.ballot(!time_less_equal(pivot, t)));
    if (missed == 0u) return last;
    std::int32_t count = 0;
#if defined(__CUDA_ARCH__)
    count = __ffs(static_cast<int>(missed)) - 1;
#else
    while (((missed >> count) & 1u) == 0u) ++count;
#endif
    first += count * slice;
    if (slice - 1 < last - first) last = first + slice - 1;
    if (first >= last) return last;
    pivot = slice_end(axis, first, last, slice_length(group, last - first), group.thread_rank());
  }
}

/// `upper_bound` of the whole axis by a group, the same in every thread. 0 if there are no stamps.
template <class Group, class Time>
ROBOCACHE_HD inline std::int32_t group_upper_bound(const Group& group, const time_axis<Time>& axis,
                                                   Time t) noexcept {
  if (axis.size == 0) return 0;
  if constexpr (can_ballot<Group>::value) {
    const Time pivot =
        slice_end(axis, 0, axis.size, slice_length(group, axis.size), group.thread_rank());
    return ballot_upper_bound(group, axis, t, pivot);
  } else {
    (void)group;
    return upper_bound(axis, t, 0, axis.size);
  }
}

}  // namespace detail

/// `bracket` by a group: every thread of it gets the same result.
///
/// A warp tile of cooperative groups searches with all its lanes (log_size(group) rounds of one
/// load each); other groups do the same binary search in every thread. All threads of the group
/// call it with the same arguments.
template <class Group, class Time, class Real>
ROBOCACHE_HD inline sample_bracket<Real> find_bracket(
    const Group& group, const time_axis<Time>& axis, Time t,
    const resample_policy<Time, Real>& policy) noexcept {
  sample_bracket<Real> result;
  if (detail::bracket_trivial(axis, t, policy, result)) return result;
  return detail::bracket_found(axis, t, detail::group_upper_bound(group, axis, t), policy);
}

/// Writes one row from its bracket; the group's threads share the channels. No barrier inside.
///
/// \param group    the threads that write the row together
/// \param found    from `bracket` or `find_bracket` on this item's stamps
/// \param values   [S, D], this item's samples
/// \param affine   normalization; not applied to constant rows
/// \param row      [D], the output
template <class Group, class In, class Out, class Real>
ROBOCACHE_HD inline void write_row(const Group& group, const sample_bracket<Real>& found,
                                   const tensor_view<const In, 2>& values,
                                   const channel_affine<Real>& affine,
                                   const tensor_view<Out, 1>& row) noexcept {
  const std::int64_t channels = row.extent(0);
  Out* const out = row.data();
  const std::int64_t os = row.stride(0);
  if (found.left < 0) {
    const auto bits = detail::bits_from_real<Out>(found.weight);
    const std::int64_t step = static_cast<std::int64_t>(group.size());
    for (std::int64_t d = group.thread_rank(); d < channels; d += step) {
      detail::store_bits(out + d * os, bits);
    }
    return;
  }
  const In* const left = values.data() + found.left * values.stride(0);
  const In* const right = values.data() + found.right * values.stride(0);
  const std::int64_t is = values.stride(1);
  const Real w = found.weight;
  const bool blended = found.left != found.right;
  const bool plain = affine.is_identity();
  const bool unit = is == 1 && os == 1;
  if (blended && plain && unit) {
    detail::write_row_of<true, false, true>(group, left, right, 1, w, affine, out, 1, channels);
  } else if (blended && plain) {
    detail::write_row_of<true, false, false>(group, left, right, is, w, affine, out, os, channels);
  } else if (blended) {
    detail::write_row_of<true, true, false>(group, left, right, is, w, affine, out, os, channels);
  } else if (plain && unit) {
    detail::write_row_of<false, false, true>(group, left, left, 1, w, affine, out, 1, channels);
  } else if (plain) {
    detail::write_row_of<false, false, false>(group, left, left, is, w, affine, out, os, channels);
  } else {
    detail::write_row_of<false, true, false>(group, left, left, is, w, affine, out, os, channels);
  }
}

/// Resamples one target: finds its bracket and writes its row, by any group of threads.
///
/// For use inside your own kernel, or on the host with `serial_group`. All threads of the group
/// call it with the same arguments. No barrier inside: `group.sync()` before other threads of the
/// group read the row. No allocation. Same bits as the launchers.
///
/// \code
/// auto warp = cooperative_groups::tiled_partition<32>(cooperative_groups::this_thread_block());
/// robocache::time_axis<double> axis{times, 1, samples};
/// robocache::tensor_view<const float, 2> values(data, {samples, channels});
/// robocache::tensor_view<float, 1> row(output, {channels});
/// auto status = robocache::resample_row(warp, axis, t, values,
/// robocache::resample_policy<double>{},
///                                       robocache::channel_affine<float>{}, row);
/// \endcode
///
/// \param group   the threads that work on the row together
/// \param axis    stamps of this item, [S]
/// \param t       target time
/// \param values  [S, D]
/// \param policy  the rules
/// \param affine  normalization, `{}` for none
/// \param row     [D], the output
/// \return the row's status byte, in every thread
template <class Group, class Time, class In, class Out, class Real>
ROBOCACHE_HD inline std::uint8_t resample_row(const Group& group, const time_axis<Time>& axis,
                                              Time t, const tensor_view<const In, 2>& values,
                                              const resample_policy<Time, Real>& policy,
                                              const channel_affine<Real>& affine,
                                              const tensor_view<Out, 1>& row) noexcept {
  static_assert(std::is_same_v<Real, compute_t<In, Out>>, "Real is compute_t<In, Out>");
  const sample_bracket<Real> found = find_bracket(group, axis, t, policy);
  write_row(group, found, values, affine, row);
  return found.status;
}

}  // namespace robocache
