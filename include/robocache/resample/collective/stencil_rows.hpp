// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/group.hpp>
#include <robocache/resample/collective/copy.hpp>
#include <robocache/resample/collective/rows.hpp>
#include <robocache/resample/collective/search.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/rules/blend.hpp>
#include <robocache/resample/rules/bracket.hpp>
#include <robocache/resample/rules/stencil.hpp>
#include <robocache/scalar.hpp>
#include <robocache/tensor_view.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// Level 1 of `resample` for stencils: rows of several samples written by a group of threads,
/// inside your own kernel or on the host.

namespace robocache {
namespace detail {

/// A row of several samples, as the threads of a group need it: the addresses of the samples' first
/// channels. Those that are not in use repeat the first.
template <class In, class Out, class Real, int K>
struct stencil_row {
  const In* samples[K];
  std::int64_t samples_stride;  // between channels
  Out* out;
  std::int64_t out_stride;
  channel_affine<Real> affine;

  ROBOCACHE_HD stencil_row(const sample_stencil<Real, K>& stencil,
                           const tensor_view<const In, 2>& values,
                           const channel_affine<Real>& normalization,
                           const tensor_view<Out, 1>& row) noexcept
      : samples_stride(values.stride(1)),
        out(row.data()),
        out_stride(row.stride(0)),
        affine(normalization) {
#if defined(__CUDA_ARCH__)
#pragma unroll  // else the stencil lies in local memory
#endif
    for (int k = 0; k < K; ++k) {
      const std::int64_t index = k < stencil.count ? stencil.sample[k] : stencil.sample[0];
      samples[k] = values.data() + index * values.stride(0);
    }
  }
};

#if defined(__CUDACC__)

/// Writes `Width` channels of a row from `channel` on. A `Width` above 1 implies strides of 1.
template <int Width, class In, class Out, class Real, int K>
__device__ __forceinline__ void write_stencil_vector(const sample_stencil<Real, K>& stencil,
                                                     const stencil_row<In, Out, Real, K>& row,
                                                     std::int64_t channel) noexcept {
  using cuda_detail::element_of;
  const std::int64_t at = Width > 1 ? channel : channel * row.samples_stride;
  scalar_vector<In, Width> loaded[K] = {};
#pragma unroll
  for (int k = 0; k < K; ++k) {
    if (k < stencil.count) loaded[k] = load_vector<Width>(row.samples[k] + at);
  }
  Real value[Width];
#pragma unroll
  for (int e = 0; e < Width; ++e) {
    Real x[K];
#pragma unroll
    for (int k = 0; k < K; ++k) x[k] = element_of<Real>(loaded[k], e);
    value[e] = stencil_value(stencil, x);
  }
  if (!row.affine.is_identity()) {
#pragma unroll
    for (int e = 0; e < Width; ++e) value[e] = row.affine(value[e], channel + e);
  }
  store_vector<Width, false>(row.out + (Width > 1 ? channel : channel * row.out_stride),
                             pack<Out, true>(value));
}

/// Writes a row with accesses of at most `width` elements, the rest one by one.
template <int Width, class Group, class In, class Out, class Real, int K>
__device__ __forceinline__ void write_stencil_vectors(const Group& group, int width,
                                                      const sample_stencil<Real, K>& stencil,
                                                      const stencil_row<In, Out, Real, K>& row,
                                                      std::int64_t channels) noexcept {
  if constexpr (Width > 1) {
    if (width < Width) {
      return write_stencil_vectors<Width / 2>(group, width, stencil, row, channels);
    }
  }
  const std::int64_t vectors = channels / Width;
  const std::int64_t threads = group.size();
  const std::int64_t rank = group.thread_rank();
#pragma unroll 1
  for (std::int64_t v = rank; v < vectors; v += threads) {
    write_stencil_vector<Width>(stencil, row, v * Width);
  }
  if constexpr (Width > 1) {
#pragma unroll 1
    for (std::int64_t d = vectors * Width + rank; d < channels; d += threads) {
      write_stencil_vector<1>(stencil, row, d);
    }
  }
}

/// The widest access, in elements, that the row's addresses allow.
template <class In, class Out, class Real, int K>
__device__ __forceinline__ int width_of_stencil_row(
    const stencil_row<In, Out, Real, K>& row) noexcept {
  if (row.samples_stride != 1 || row.out_stride != 1) return 1;
  std::uintptr_t offsets = reinterpret_cast<std::uintptr_t>(row.out) / sizeof(Out);
#pragma unroll
  for (int k = 0; k < K; ++k) {
    offsets |= reinterpret_cast<std::uintptr_t>(row.samples[k]) / sizeof(In);
  }
  return widest_access<In, Out>(offsets);
}

#endif

/// Writes a row that is a blend or a sum, by any group.
template <class Group, class In, class Out, class Real, int K>
ROBOCACHE_HD inline void write_stencil_row(const Group& group,
                                           const sample_stencil<Real, K>& stencil,
                                           const stencil_row<In, Out, Real, K>& row,
                                           std::int64_t channels) noexcept {
#if defined(__CUDA_ARCH__)
  write_stencil_vectors<widest_vector<In, Out>>(group, width_of_stencil_row(row), stencil, row,
                                                channels);
#else
  const std::int64_t threads = group.size();
  for (std::int64_t d = group.thread_rank(); d < channels; d += threads) {
    Real x[K];
    for (int k = 0; k < K; ++k) {
      x[k] = real_from_bits<Real, In>(load_bits(row.samples[k] + d * row.samples_stride));
    }
    const Real value = row.affine(stencil_value(stencil, x), d);
    store_bits(row.out + d * row.out_stride, bits_from_real<Out>(value));
  }
#endif
}

}  // namespace detail

/// Writes one row from its stencil. The group's threads share the channels. Needs no shared memory,
/// allocates nothing and has no barrier inside. Same bits for any group, on the CPU and the GPU.
///
/// Computed in `Real` as `sample_stencil` says, then `fma(value, scale, shift)`, then rounded once
/// to the output type. Constants, samples and blends of two are written as the bracket that says
/// the same. On the device by accesses of up to 16 bytes where the channels of samples and row are
/// neighbours and their addresses allow it.
///
/// \param group    the threads that write the row together
/// \param stencil  from `cubic_stencil`, `stencil_of` or a rule of your own, on this item's stamps;
///                 the first `count` of its samples are in [0, S), and the two of a blend of two
///                 differ. Of a ring or another axis that is no array: the `stored_stencil` of it
/// \param values   [S, D], this item's samples
/// \param affine   normalization; not applied to constant rows
/// \param row      [D], the output, in global or shared memory; overlaps no sample of the stencil
template <class Group, class In, class Out, class Real, int K>
ROBOCACHE_HD inline void write_row(const Group& group, const sample_stencil<Real, K>& stencil,
                                   const tensor_view<In, 2>& values,
                                   const channel_affine<Real>& affine,
                                   const tensor_view<Out, 1>& row) noexcept {
  const auto& threads = detail::checked_group(group);
  detail::check_complete<In>();
  detail::check_complete<Out>();
  using in = std::remove_const_t<In>;
  static_assert(std::is_same_v<Real, compute_t<In, Out>>, "Real is compute_t<In, Out>");
  const bool constant = stencil.form == stencil_form::constant || stencil.count <= 0;
  const bool blend = stencil.form == stencil_form::blend;
  if (constant || stencil.form == stencil_form::sample || (blend && stencil.count <= 2)) {
    constexpr int second = K > 1 ? 1 : 0;  // the way of all other rows
    sample_bracket<Real> found{-1, -1, Real{0}, stencil.status};
    if (stencil.form == stencil_form::constant) found.weight = stencil.coefficient[0];
    if (!constant) {
      const bool blended = blend && stencil.count == 2;
      found.left = stencil.sample[0];
      found.right = blended ? stencil.sample[second] : stencil.sample[0];
      found.weight = blended ? stencil.coefficient[second] : Real{0};
    }
    write_row(threads, found, values, affine, row);
    return;
  }
  const detail::stencil_row<in, Out, Real, K> parts(stencil, values, affine, row);
  detail::write_stencil_row(threads, stencil, parts, row.extent(0));
}

/// `resample_row` with a rule that makes stencils in the place of the policy's interpolation, for
/// instance the cubic: finds the target, asks the rule and writes the row, by any group of threads.
///
/// For use inside your own kernel, or on the host with `serial_group`. All threads of the group
/// call it with the same arguments. Needs no shared memory, allocates nothing and has no barrier
/// inside: call `group.sync()` before other threads of the group read the row. Every thread of the
/// group computes the stencil.
///
/// \code
/// const std::uint8_t status = robocache::resample_row(
///     robocache::serial_group{}, axis, t, values, robocache::stencils::cubic{},
///     robocache::resample_policy<std::int64_t>{}, robocache::channel_affine<float>{}, row);
/// \endcode
///
/// \param group   the threads that work on the row together
/// \param axis    stamps of this item, [S]: a `time_axis`, a ring or any other axis
/// \param t       target time
/// \param values  [S, D]
/// \param rule    `rule(axis, t, after, policy)` is a `sample_stencil` of `Real`, `after` being the
///                number of stamps at or before `t`; it never names a sample outside [0, S)
/// \param policy  the rules
/// \param affine  normalization, `{}` for none
/// \param row     [D], the output; overlaps no sample
/// \return the row's status byte, in every thread
ROBOCACHE_DETAIL_ANY_SIDE
template <class Group, class Axis, class Time, class In, class Rule, class Out, class Real,
          class Stencil = detail::stencil_by<Rule, Axis, Time, Real>>
ROBOCACHE_HD inline std::uint8_t resample_row(const Group& group, const Axis& axis, Time t,
                                              const tensor_view<In, 2>& values, const Rule& rule,
                                              const resample_policy<Time, Real>& policy,
                                              const channel_affine<Real>& affine,
                                              const tensor_view<Out, 1>& row) noexcept {
  const auto& threads = detail::checked_group(group);
  static_assert(std::is_same_v<Real, compute_t<In, Out>>, "Real is compute_t<In, Out>");
  const std::int32_t after = detail::group_upper_bound(threads, axis, t);
  const Stencil stencil = rule(axis, t, after, policy);
  write_row(threads, stored_stencil(axis, stencil), values, affine, row);
  return stencil.status;
}

}  // namespace robocache
