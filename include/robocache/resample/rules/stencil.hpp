// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/detail/exact.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/rules/axis.hpp>
#include <robocache/resample/rules/bracket.hpp>
#include <robocache/time.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

/// \file
/// Level 0 of `resample`, the part about rows of more than two samples: the stencil, which says of
/// what samples a row is made and how, and the cubic, which makes one of four.
///
/// Runs on the host and in kernels, allocates nothing and keeps no state. The rules are in
/// docs/semantics.md, "Stencils". `resample/collective/stencil_rows.hpp` writes the rows. The
/// launchers do not take stencils.
///
/// A rule is anything that is called like `stencils::cubic` and returns a `sample_stencil`, so that
/// users can write their own: derivatives and means over a window, for instance. Its coefficients
/// depend on stamps alone. (So PCHIP is none: its slopes depend on the values of each channel.)

namespace robocache {

/// How a row comes from the samples of a stencil, `x0`, `x1`, ... with coefficients `c0`, `c1`, ...
enum class stencil_form : std::uint8_t {
  constant = 0,  ///< the number `c0` (the fill value, or NaN); scale and shift do not apply to it
  sample,        ///< `x0`, bit for bit
  blend,         ///< `x0 + c1 (x1 - x0) + c2 (x2 - x0) + ...`; the coefficients sum to 1
  sum,           ///< `c0 x0 + c1 x1 + ...`; any coefficients
};

/// Where a target's value comes from: up to `K` samples and their coefficients. The form says what
/// is computed, in this order, each difference and each fused operation rounded to `Real`:
///
/// | form | count | the row is |
/// |---|---|---|
/// | constant | 0 | the constant `coefficient[0]` |
/// | sample | 1 | sample `sample[0]`, bit for bit |
/// | blend | n | `v = x0`, then for k = 1 .. n-1 `v = fma(coefficient[k], xk - x0, v)` |
/// | sum | n | `v = coefficient[0] * x0`, then for k = 1 .. n-1 `v = fma(coefficient[k], xk, v)` |
///
/// Without samples (count 0) the row is the constant 0, unless its form is constant. Here `xk` is
/// sample `sample[k]`, converted to `Real`. A blend of two is what a `sample_bracket`
/// says, `fma(weight, x1 - x0, x0)`. A blend gives samples that are all equal back exactly, and
/// loses no digits where samples are large and differ little; its `coefficient[0]` is not used in
/// the arithmetic. Interpolations are blends, derivatives are sums.
///
/// \tparam Real  float, or double for double values
/// \tparam K     the most samples a row can have
template <class Real, int K>
struct sample_stencil {
  static_assert(std::is_same_v<Real, float> || std::is_same_v<Real, double>, "float or double");
  static_assert(K >= 1, "a stencil has at least one sample");
  using real = Real;
  static constexpr int capacity = K;

  /// Indices of the item's samples; those from `count` on mean nothing.
  std::int32_t sample[K] = {};
  Real coefficient[K] = {};
  std::int32_t count = 0;  ///< samples in use
  stencil_form form = stencil_form::constant;
  std::uint8_t status = row_status::ok;
};

/// The stencil of a bracket: the same row, with the same bits.
///
/// A row between two samples keeps linear's special form, `fma(weight, sample[right] -
/// sample[left], sample[left])`: it is a blend with `coefficient[1]` = weight. `coefficient[0]`,
/// which is not used, is `1 - weight`, rounded.
///
/// \param found  from `bracket`, `bracket_after` or `find_bracket`
template <int K = 2, class Real>
ROBOCACHE_HD inline sample_stencil<Real, K> stencil_of(const sample_bracket<Real>& found) noexcept {
  static_assert(K >= 2, "a bracket has two samples");
  const bool constant = found.left < 0;
  const bool blended = !constant && found.left != found.right;
  sample_stencil<Real, K> result;
  result.sample[0] = constant ? 0 : found.left;
  result.sample[1] = constant ? 0 : found.right;
  result.coefficient[0] = constant ? found.weight : detail::exact_sub(Real{1}, found.weight);
  result.coefficient[1] = constant ? Real{0} : found.weight;
  result.count = constant ? 0 : (blended ? 2 : 1);
  result.form = constant  ? stencil_form::constant
                : blended ? stencil_form::blend
                          : stencil_form::sample;
  result.status = found.status;
  return result;
}

/// The stencil with samples in the place of stamps, as `stored_bracket` has it for a bracket.
///
/// \param axis     the stamps on which the stencil was made
/// \param stencil  from `cubic_stencil` or a rule
template <class Axis, class Real, int K>
ROBOCACHE_HD inline sample_stencil<Real, K> stored_stencil(
    const Axis& axis, const sample_stencil<Real, K>& stencil) noexcept {
  sample_stencil<Real, K> result = stencil;
  if constexpr (!std::is_same_v<Axis, time_axis<typename Axis::time>>) {
#if defined(__CUDA_ARCH__)
#pragma unroll  // else the stencil lies in local memory
#endif
    for (int k = 0; k < K; ++k) {
      if (k < stencil.count) result.sample[k] = axis.sample(stencil.sample[k]);
    }
  }
  return result;
}

/// The value of one channel, not yet rounded to the output type.
///
/// \param stencil  any form
/// \param x        the samples in the stencil's order; those from `count` on are not read
template <class Real, int K>
ROBOCACHE_HD inline Real stencil_value(const sample_stencil<Real, K>& stencil,
                                       const Real (&x)[K]) noexcept {
  if (stencil.form == stencil_form::constant) return stencil.coefficient[0];
  if (stencil.count <= 0) return Real{0};
  if (stencil.form == stencil_form::sample) return x[0];
  const bool is_sum = stencil.form == stencil_form::sum;
  Real value = is_sum ? detail::exact_mul(stencil.coefficient[0], x[0]) : x[0];
#if defined(__CUDA_ARCH__)
#pragma unroll
#endif
  for (int k = 1; k < K; ++k) {
    if (k >= stencil.count) continue;
    const Real summand = is_sum ? x[k] : detail::exact_sub(x[k], x[0]);
    value = detail::exact_fma(stencil.coefficient[k], summand, value);
  }
  return value;
}

namespace detail {

/// `to - from` of `from <= to`, rounded once to double; of floats the difference of their exact
/// values, which is nearly always exact, too.
template <class Time>
ROBOCACHE_HD inline double elapsed_in_double(Time from, Time to) noexcept {
  if constexpr (std::is_integral_v<Time>) {
    return static_cast<double>(elapsed(from, to));
  } else {
    return exact_sub(exact_cast<double>(to), exact_cast<double>(from));
  }
}

/// The last sample of the distinct stamp before that of sample `i`; -1 if there is none. Unsorted
/// stamps give some index in `[-1, i)`.
template <class Axis>
ROBOCACHE_HD inline std::int32_t last_of_distinct_before(const Axis& axis,
                                                         std::int32_t i) noexcept {
  if (i == 0) return -1;
  const auto t = axis[i];
  if (!time_equal(axis[i - 1], t)) return i - 1;
  return lower_bound(axis, t, i - 1) - 1;
}

/// A sample beside a bracket of length h, at distance d from the bracket's nearer sample.
struct outer_sample {
  std::int32_t index = -1;  // none that can be used
  double ratio = 0;         // h / d
  double share = 0;         // h / (h + d)
};

/// Looks at a sample beside a bracket: whether it can be used, and how far away it is.
///
/// \tparam Real    what coefficients are rounded to
/// \param index    the sample beside the bracket
/// \param from     the earlier of its stamp and that of the bracket's nearer sample
/// \param to       the later of them
/// \param whole    length of the bracket
/// \param max_gap  of the policy
/// \param status   gets UNSORTED if the stamps do not rise or are not finite
template <class Real, class Time>
ROBOCACHE_HD inline outer_sample look_beside(std::int32_t index, Time from, Time to, double whole,
                                             duration_t<Time> max_gap,
                                             std::uint8_t& status) noexcept {
  if (!time_rises(from, to)) {
    status |= row_status::unsorted;
    return {};
  }
  if (exceeds<Time>(elapsed(from, to), max_gap)) return {};
  const double distance = elapsed_in_double(from, to);
  const double both = exact_add(distance, whole);
  const double ratio = exact_div(whole, distance);
  // Stamps at the limits of their type: no coefficient could be told.
  if (!is_finite(both) || !is_finite(exact_cast<Real>(ratio))) return {};
  return {index, ratio, exact_div(whole, both)};
}

/// The cubic in a bracket, if that is a plain one: else what the bracket says.
template <class Axis, class Time, class Real>
ROBOCACHE_HD inline sample_stencil<Real, 4> cubic_in(const Axis& axis, Time t,
                                                     const sample_bracket<Real>& found,
                                                     duration_t<Time> max_gap) noexcept {
  sample_stencil<Real, 4> result = stencil_of<4>(found);
  if (result.form != stencil_form::blend || found.status != row_status::ok) return result;
  const Time t_left = axis[found.left];
  const Time t_right = axis[found.right];
  if (!time_rises(t_left, t_right)) {  // equal or falling: the search met stamps out of order
    result.status |= row_status::unsorted;
    return result;
  }
  const double whole = elapsed_in_double(t_left, t_right);
  if (!is_finite(whole)) return result;

  outer_sample earlier;
  outer_sample later;
  const std::int32_t before = last_of_distinct_before(axis, found.left);
  if (before >= 0) {
    earlier = look_beside<Real>(before, axis[before], t_left, whole, max_gap, result.status);
  }
  if (found.right + 1 < axis.size) {
    const std::int32_t behind = last_of_equal(axis, found.right + 1);
    later = look_beside<Real>(behind, t_right, axis[behind], whole, max_gap, result.status);
  }
  const bool has_earlier = earlier.index >= 0;
  const bool has_later = later.index >= 0;
  if (!has_earlier && !has_later) return result;

  // (1 - s) P + s Q, of the parabola P through the earlier and Q through the later sample; one of
  // them alone where there is no other. With d of the earlier and e of the later sample as they are
  // in `outer_sample` and q = s (s - 1), in differences from the left sample:
  //   P = s (x1 - x0) + q h / (d + h) (x1 - x0) + q h^2 / (d (d + h)) (x_earlier - x0)
  //   Q = s (x1 - x0) - q h / e (x1 - x0) + q h^2 / (e (e + h)) (x_later - x0)
  const double s = exact_div(elapsed_in_double(t_left, t), whole);
  const double rest = exact_div(elapsed_in_double(t, t_right), whole);  // 1 - s, without its loss
  const double q = -exact_mul(s, rest);
  const double q_earlier = has_earlier ? (has_later ? exact_mul(rest, q) : q) : 0.0;
  const double q_later = has_later ? (has_earlier ? exact_mul(s, q) : q) : 0.0;
  const double bend_earlier = exact_mul(q_earlier, earlier.share);
  const double bend_later = exact_mul(q_later, later.ratio);
  const double c_right = exact_add(s, exact_sub(bend_earlier, bend_later));
  const double c_earlier = exact_mul(bend_earlier, earlier.ratio);
  const double c_later = exact_mul(bend_later, later.share);
  const double c_left = exact_sub(exact_sub(1.0, c_right), exact_add(c_earlier, c_later));

  result.count = has_earlier && has_later ? 4 : 3;
  result.sample[2] = has_earlier ? earlier.index : later.index;
  result.sample[3] = has_later ? later.index : earlier.index;
  result.coefficient[0] = exact_cast<Real>(c_left);
  result.coefficient[1] = exact_cast<Real>(c_right);
  result.coefficient[2] = exact_cast<Real>(has_earlier ? c_earlier : c_later);
  result.coefficient[3] = has_earlier && has_later ? exact_cast<Real>(c_later) : Real{0};
  return result;
}

/// The policy by which the cubic finds its bracket.
template <class Time, class Real>
ROBOCACHE_HD inline resample_policy<Time, Real> linear_policy(
    const resample_policy<Time, Real>& policy) noexcept {
  resample_policy<Time, Real> linear = policy;
  linear.interpolation = interpolation::linear;
  return linear;
}

}  // namespace detail

/// A cubic between two samples, by the samples beside them: continuous, with a continuous first
/// derivative. For positions of joints and the like, where linear's velocity jumps.
///
/// The piecewise cubic Hermite interpolant whose slope at a sample is that of the parabola through
/// it and its two neighbours, on stamps of any spacing: "Bessel" interpolation (de Boor, "A
/// Practical Guide to Splines", 1978, chapter IV), in the form of blended parabolas (Overhauser,
/// "Analytic definition of curves and surfaces by parabolic blending", 1968). Between the first two
/// and the last two samples, and beside a gap, the slope at the end is that of the one parabola
/// there is. Polynomials of degree two are reproduced, but for rounding; the error is O(h^3).
///
/// All that is not between two good samples is what linear interpolation has, bit for bit: targets
/// equal to a stamp, outside the recording, in a gap, or not finite, and recordings of fewer than
/// three distinct stamps. docs/semantics.md has the rules. Where it is a cubic, `sample` is the one
/// before the target, the one after it, then that before and that behind those, as far as there
/// are. Coefficients are computed in double from differences of stamps, and rounded once. The same
/// bits on the CPU and the GPU. Never reads outside `axis`, whatever it holds.
///
/// The cubic is not monotone: it may leave the range of the samples around the target, by up to an
/// eighth of the differences on even stamps and by more where a short interval lies beside a long
/// one. A NaN in any of the samples it uses is a NaN in the row.
///
/// Complexity: O(log size) stamps read.
///
/// \param axis    the stamps: any axis (`rules/axis.hpp`)
/// \param t       the target
/// \param policy  the rules; its `interpolation` and `tolerance` are not used
template <class Axis, class Time, class Real>
ROBOCACHE_HD inline sample_stencil<Real, 4> cubic_stencil(
    const Axis& axis, Time t, const resample_policy<Time, Real>& policy) noexcept {
  return detail::cubic_in(axis, t, bracket(axis, t, detail::linear_policy(policy)), policy.max_gap);
}

/// Rules that make stencils, as `resample_row` takes them.
namespace stencils {

/// `cubic_stencil` for a caller that has searched already.
struct cubic {
  /// \param axis    the stamps: any axis (`rules/axis.hpp`)
  /// \param t       the target
  /// \param after   the number of stamps at or before `t`, from `upper_bound` or
  ///                `upper_bound_near`; not used if there are no samples or `t` is not finite
  /// \param policy  the rules; its `interpolation` and `tolerance` are not used
  template <class Axis, class Time, class Real>
  ROBOCACHE_HD sample_stencil<Real, 4> operator()(
      const Axis& axis, Time t, std::int32_t after,
      const resample_policy<Time, Real>& policy) const noexcept {
    return detail::cubic_in(axis, t, bracket_after(axis, t, after, detail::linear_policy(policy)),
                            policy.max_gap);
  }
};

}  // namespace stencils

namespace detail {

template <class T>
struct is_stencil : std::false_type {};
template <class Real, int K>
struct is_stencil<sample_stencil<Real, K>> : std::true_type {};

/// What a rule returns for an axis; no type if it is not a rule.
template <class Rule, class Axis, class Time, class Real>
using stencil_by =
    std::enable_if_t<is_stencil<decltype(std::declval<const Rule&>()(
                         std::declval<const Axis&>(), std::declval<Time>(), std::int32_t{},
                         std::declval<const resample_policy<Time, Real>&>()))>::value,
                     decltype(std::declval<const Rule&>()(
                         std::declval<const Axis&>(), std::declval<Time>(), std::int32_t{},
                         std::declval<const resample_policy<Time, Real>&>()))>;

}  // namespace detail
}  // namespace robocache
