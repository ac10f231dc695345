// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/voxelize/options.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

/// \file
/// Level 0 of `voxelize`: what a reducer is. The library's own and those of users are the same to
/// all other code, which knows no reducer by its name.
///
/// A reducer says what the values of one feature in one voxel become. It is a trivially copyable
/// object that can be made without arguments and assigned; its members may hold parameters. All
/// functions are const, pure and `ROBOCACHE_HD`:
///
/// \code
/// struct my_reducer {
///   struct state { ... };   // trivially copyable; `state{}` is that of no values
///   void add(state&, std::uint32_t index, float value) const;   // of the point with this index
///   void merge(state&, const state& other) const;               // two parts of the values
///   float finish(const state&, const voxel_facts&) const;       // or double
/// };
/// \endcode
///
/// `add` and `merge` come in any order, with the values cut into any parts, so a result that is to
/// have the same bits in every run must not depend on it: counts, integer sums and extremes do
/// not, sums of floats do. A state holds one channel of one voxel. It has a multiple of four bytes,
/// at most 64; small ones are fast.
///
/// Optional members:
///
/// - `second(const state&, const voxel_facts&)`: a second look at the values is needed. Returns the
///   reducer for it, which has `state`, `add` and `merge` of its own and knows what the merged
///   state of the first look says. Then it is `finish(first, second, facts)` and
///   `accumulate(before, first, second, facts)`.
/// - `accumulate(float before, const state&, const voxel_facts&)`: the new result where the voxel
///   held `before`, made of `facts.prior_points` points. Without it `grid_update::accumulate` is
///   refused.
/// - `of_one(float value)`: a float, the very bits of `finish` where that is the only value. Most
///   voxels have one point or none; without it these take the longer way.
/// - `pairs<In, Out>`, a constant, and `of_two<In, Out>(a, b, nans, result)`: sets `result` to what
///   `finish` gives for these two, whichever comes first, when rounded to `Out`, or returns false
///   where it cannot.
/// - `counts_tell_values`: false if `accumulate` needs to know how many values were not NaN, which
///   counts do not tell: then it is refused under `nan_policy::ignore`.

namespace robocache {

/// What a reducer is told of a voxel besides its values.
struct voxel_facts {
  std::uint32_t points;        ///< points of this call, at least 1
  std::uint32_t prior_points;  ///< points of calls before that it holds; 0 unless it accumulates
  nan_policy nans;
};

/// The library's reducers as types; `reduction` names them as values.
namespace reducers {}

namespace detail {

/// Specialised next to each reducer: the type that a `reduction` stands for.
template <reduction R>
struct reducer_of;

template <class Reducer, class = void>
struct is_feature_reducer : std::false_type {};
template <class Reducer>
struct is_feature_reducer<Reducer, std::void_t<typename Reducer::state>> : std::true_type {};

/// The reducer looks at values of features, so its output has their dimension; the others mark
/// voxels (`rules/marks.hpp`).
template <class Reducer>
inline constexpr bool reduces_features = is_feature_reducer<Reducer>::value;

/// Stands in where a reducer has no second look.
struct no_second_look {
  struct state {};
};

template <class Reducer, class = void>
struct second_look {
  static constexpr bool needed = false;
  using type = no_second_look;
};
template <class Reducer>
struct second_look<Reducer, std::void_t<decltype(std::declval<const Reducer&>().second(
                                std::declval<const typename Reducer::state&>(),
                                std::declval<const voxel_facts&>()))>> {
  static constexpr bool needed = true;
  using type = decltype(std::declval<const Reducer&>().second(
      std::declval<const typename Reducer::state&>(), std::declval<const voxel_facts&>()));
};
template <class Reducer>
inline constexpr bool looks_twice = second_look<Reducer>::needed;

/// What is known of one feature of one voxel: the states of both looks.
template <class Reducer>
struct looked_at {
  using first_state = typename Reducer::state;
  using second_state = typename second_look<Reducer>::type::state;
  /// Of the larger of the two: what is stored in the place of either has room for both.
  static constexpr std::size_t state_bytes = sizeof(first_state) > sizeof(second_state)
                                                 ? sizeof(first_state)
                                                 : sizeof(second_state);

  first_state first{};
  second_state second{};

  ROBOCACHE_HD auto finish(const Reducer& reducer, const voxel_facts& facts) const noexcept {
    if constexpr (looks_twice<Reducer>) {
      return reducer.finish(first, second, facts);
    } else {
      return reducer.finish(first, facts);
    }
  }
  ROBOCACHE_HD auto accumulate(const Reducer& reducer, float before,
                               const voxel_facts& facts) const noexcept {
    if constexpr (looks_twice<Reducer>) {
      return reducer.accumulate(before, first, second, facts);
    } else {
      return reducer.accumulate(before, first, facts);
    }
  }
};

/// The type in which a reducer's result is exact until it is rounded to the output.
template <class Reducer>
using reduced_t = decltype(std::declval<const looked_at<Reducer>&>().finish(
    std::declval<const Reducer&>(), std::declval<const voxel_facts&>()));

/// Whether the reducer has `accumulate` for these states.
template <class Always, class Reducer, class... States>
struct accumulates_states : std::false_type {};
template <class Reducer, class... States>
struct accumulates_states<
    std::void_t<decltype(std::declval<const Reducer&>().accumulate(
        0.0f, std::declval<const States&>()..., std::declval<const voxel_facts&>()))>,
    Reducer, States...> : std::true_type {};

template <class Reducer, bool = reduces_features<Reducer>>
struct accumulates : std::false_type {};
template <class Reducer>
struct accumulates<Reducer, true>
    : std::conditional_t<looks_twice<Reducer>,
                         accumulates_states<void, Reducer, typename Reducer::state,
                                            typename second_look<Reducer>::type::state>,
                         accumulates_states<void, Reducer, typename Reducer::state>> {};

/// The result of a voxel with points, joined with what it held if it did.
template <class Reducer>
ROBOCACHE_HD inline reduced_t<Reducer> conclude(const Reducer& reducer,
                                                const looked_at<Reducer>& values, float before,
                                                const voxel_facts& facts) noexcept {
  if constexpr (accumulates<Reducer>::value) {
    if (facts.prior_points != 0) return values.accumulate(reducer, before, facts);
  }
  return values.finish(reducer, facts);
}

template <class Reducer, class = void>
struct has_of_one : std::false_type {};
template <class Reducer>
struct has_of_one<Reducer, std::void_t<decltype(std::declval<const Reducer&>().of_one(0.0f))>>
    : std::true_type {};

template <class Reducer, class In, class Out, class = void>
struct reduces_pairs : std::false_type {};
template <class Reducer, class In, class Out>
struct reduces_pairs<
    Reducer, In, Out,
    std::enable_if_t<has_of_one<Reducer>::value && Reducer::template pairs<In, Out>>>
    : std::true_type {};

template <class Reducer, class = void>
struct counts_tell_values : std::true_type {};
template <class Reducer>
struct counts_tell_values<Reducer, std::enable_if_t<!Reducer::counts_tell_values>>
    : std::false_type {};

/// Looks at values as often as the reducer needs to.
///
/// \param visit  calls its argument with the index and the value of each point; may be called twice
#if defined(__CUDACC__)
#pragma nv_exec_check_disable  // `visit` may be a host function where this runs on the host
#endif
template <class Reducer, class Visit>
ROBOCACHE_HD inline looked_at<Reducer> look_at(const Reducer& reducer, const voxel_facts& facts,
                                               const Visit& visit) noexcept {
  looked_at<Reducer> found;
  visit([&](std::uint32_t index, float x) { reducer.add(found.first, index, x); });
  if constexpr (looks_twice<Reducer>) {
    const auto look = reducer.second(found.first, facts);
    visit([&](std::uint32_t index, float x) { look.add(found.second, index, x); });
  }
  return found;
}

}  // namespace detail

/// The type that a `reduction` stands for, `reducers::mean` for `reduction::mean`.
template <reduction R>
using reducer_t = typename detail::reducer_of<R>::type;

/// Reduces the values of one feature in one voxel. Pure. Value i counts as that of point i; of
/// the library's reducers only `first` depends on the order.
///
/// \param reducer   one of `reducers`, or your own
/// \param n         number of values, at least 1
/// \param value_at  called with 0 <= i < n, possibly twice for each: the value, as a float
/// \param nans      what NaNs do
/// \return the result before it is rounded to an output, a float or a double
#if defined(__CUDACC__)
#pragma nv_exec_check_disable
#endif
template <class Reducer, class Values, class = typename Reducer::state>
ROBOCACHE_HD inline detail::reduced_t<Reducer> reduce_values(const Reducer& reducer,
                                                             std::uint32_t n,
                                                             const Values& value_at,
                                                             nan_policy nans) noexcept {
  const voxel_facts facts{n, 0, nans};
  return detail::look_at(reducer, facts,
                         [&](const auto& body) {
                           for (std::uint32_t i = 0; i < n; ++i) body(i, value_at(i));
                         })
      .finish(reducer, facts);
}

/// The same for a reducer that has a name.
///
/// \param n, value_at, nans  as above
#if defined(__CUDACC__)
#pragma nv_exec_check_disable
#endif
template <reduction R, class Values>
ROBOCACHE_HD inline auto reduce_values(std::uint32_t n, const Values& value_at,
                                       nan_policy nans) noexcept {
  static_assert(detail::reduces_features<reducer_t<R>>, "this reduction has no features");
  return reduce_values(reducer_t<R>{}, n, value_at, nans);
}

/// Adds a call's result to what a voxel holds from calls before: the rule of sum, mean, max and
/// min.
///
/// \param prior         what the voxel holds
/// \param prior_points  points it is made of, at least 1
/// \param fresh         this call's sum (of a mean, too), maximum or minimum
/// \param points        points of this call, at least 1
/// \param nans          what NaNs do
template <reduction R>
ROBOCACHE_HD inline detail::reduced_t<reducer_t<R>> accumulate_value(
    float prior, std::uint32_t prior_points, detail::reduced_t<reducer_t<R>> fresh,
    std::uint32_t points, nan_policy nans) noexcept {
  return reducer_t<R>::join(prior, prior_points, fresh, points, nans);
}

}  // namespace robocache
