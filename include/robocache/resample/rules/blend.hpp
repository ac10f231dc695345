// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/scalar.hpp>

#include <cstdint>

/// \file
/// Level 0 of `resample`, the part about values: what lies between two samples, and the
/// normalization.
///
/// Runs on the host and in kernels, allocates nothing and keeps no state.

namespace robocache {

/// `fma(w, b - a, a)` in `Real`: the difference is rounded, then the product and the sum together.
/// Not yet rounded to the output type. NaN where the formula gives NaN; infinite where `b - a`
/// overflows.
///
/// \param a, b  the values at weights 0 and 1
/// \param w     the weight; any, beyond 0 and 1 it extrapolates
template <class Real>
ROBOCACHE_HD inline Real blend(Real a, Real b, Real w) noexcept {
  return detail::exact_fma(w, detail::exact_sub(b, a), a);
}

/// The value between two samples: `blend` of them, rounded once to `Out`.
///
/// \param a, b  the samples at weights 0 and 1
/// \param w     the weight, as in `blend`
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

}  // namespace robocache
