// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/detail/config.hpp>
#include <robocache/detail/fast_divide.hpp>
#include <robocache/resample/check.hpp>
#include <robocache/resample/groups.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/rules/axis.hpp>
#include <robocache/resample/rules/blend.hpp>
#include <robocache/resample/source.hpp>
#include <robocache/resample/targets.hpp>
#include <robocache/scalar.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>
#include <robocache/time.hpp>

#include <cstdint>
#include <type_traits>

/// \file
/// Calls of `resample`, `find_brackets` and `apply_brackets` as values: the arguments, typed and
/// trivially copyable. A call is made once, checked once and handed to `run`. Kernels and
/// collectives read its `work()`.

namespace robocache {
namespace detail {

/// The view of a batch with a stride of zero along the batch: all items share what it shows.
template <class T, int Rank>
ROBOCACHE_HD inline tensor_view<T, Rank> without_batch(const tensor_view<T, Rank>& view) noexcept {
  std::int64_t extents[Rank];
  std::int64_t strides[Rank];
  for (int d = 0; d < Rank; ++d) {
    extents[d] = view.extent(d);
    strides[d] = d == 0 ? 0 : view.stride(d);
  }
  return tensor_view<T, Rank>(view.data(), extents, strides);
}

/// The one type of a scalar's format, so that `__half` and `float16` share a kernel.
template <class T>
using canonical_t = typename scalar_traits<std::remove_const_t<T>>::canonical;

/// The same view under the canonical type.
template <class T, int Rank>
ROBOCACHE_HD inline auto canonical_view(const tensor_view<T, Rank>& view) noexcept {
  using to = std::conditional_t<std::is_const_v<T>, const canonical_t<T>, canonical_t<T>>;
  if constexpr (std::is_same_v<T, to>) {
    return view;
  } else {
    std::int64_t extents[Rank];
    std::int64_t strides[Rank];
    for (int d = 0; d < Rank; ++d) {
      extents[d] = view.extent(d);
      strides[d] = view.stride(d);
    }
    return tensor_view<to, Rank>(reinterpret_cast<to*>(view.data()), extents, strides);
  }
}

/// A source with its values under the canonical type, and the strides that its addresses use.
template <class Value, class Time>
ROBOCACHE_HD inline source_view<canonical_t<Value>, Time> canonical_source(
    const source_view<Value, Time>& source) noexcept {
  source_view<canonical_t<Value>, Time> result{
      static_cast<const source_times<Time>&>(source),
      without_unused_strides(canonical_view(source.values))};
  result.times = without_unused_strides(result.times);
  if (source.packed) {
    result.times = without_batch(result.times);
    result.values = without_batch(result.values);
  }
  return result;
}
template <class Value, class Time>
ROBOCACHE_HD inline grouped_source<canonical_t<Value>, Time> canonical_source(
    const grouped_source<Value, Time>& source) noexcept {
  return {canonical_source(static_cast<const source_view<Value, Time>&>(source)), source.groups};
}

}  // namespace detail

/// The target times of a call as kernels read them.
template <class Time>
struct target_times {
  const Time* anchors;
  std::int64_t batch_stride;
  std::int64_t stride;
  const duration_t<Time>* windows;  // null: the anchors are the targets
  detail::fast_divide per_anchor;
  std::int64_t windows_stride;

  ROBOCACHE_HD explicit target_times(const target_view<Time>& targets) noexcept
      : anchors(targets.anchors.data()), windows(nullptr), windows_stride(0) {
    const auto used = detail::without_unused_strides(targets.anchors);
    batch_stride = targets.shared ? 0 : used.stride(0);
    stride = used.stride(1);
    if (!targets.windowed) return;
    windows = targets.windows.data();
    windows_stride = targets.windows.stride(0);
    const std::int64_t window = targets.windows.extent(0);
    // A window of more than 2^31 - 1 targets passes the checks only where there are no rows.
    const bool divides = window > 0 && window <= detail::most_samples;
    if (divides) per_anchor = detail::fast_divide(static_cast<std::uint32_t>(window));
  }

  /// A target of an item.
  ///
  /// \param b    0 to B - 1
  /// \param row  0 to T - 1; of windows, 0 to A * K - 1
  ROBOCACHE_HD Time operator()(std::int64_t b, std::uint32_t row) const noexcept {
    // The anchor first, without a branch, so that other loads can be under way before it is used.
    const std::uint32_t a = per_anchor(row);
    const Time anchor = anchors[b * batch_stride + a * stride];
    if (windows == nullptr) return anchor;
    const std::uint32_t k = row - a * per_anchor.divisor;
    return time_shifted(anchor, windows[k * windows_stride]);
  }
};

namespace detail {

/// Address and strides, in elements, of a view of rank 3.
template <class T>
struct strided {
  T* pointer;
  std::int64_t steps[3];

  ROBOCACHE_HD T* data() const noexcept { return pointer; }
  ROBOCACHE_HD std::int64_t stride(int d) const noexcept { return steps[d]; }
};

template <class T>
ROBOCACHE_HD inline strided<T> strided_of(const tensor_view<T, 3>& view) noexcept {
  return {view.data(), {view.stride(0), view.stride(1), view.stride(2)}};
}

struct no_groups {};

/// The rows of one stream as kernels read them: where they come from, by which rules, and where
/// they go.
///
/// What is read first stands first, what is rarely read stands last. Each line of 64 bytes that a
/// kernel reads of its parameters takes about 0.12 us on an H100; one that it does not read is free
/// (ADR 0009).
template <class In, class Time, class Out, bool Grouped>
struct stream_work {
  using in = In;
  using time = Time;
  using out = Out;
  using real = compute_t<In, Out>;

  const Time* times;
  std::int64_t times_batch_stride;
  std::int32_t times_stride;
  std::int32_t regular_size;  // S; 0 if packed
  duration_t<Time> offset;    // the policy's, next to what it is needed with
  recording_bounds bounds;
  const In* values_data;
  std::int64_t values_batch_stride;
  std::int64_t values_sample_stride;
  Out* output_data;
  std::int64_t output_batch_stride;
  std::int64_t output_row_stride;
  std::uint8_t* statuses;
  resample_policy<Time, real> policy;

  const real* scale;
  const real* shift;
  std::int64_t values_channel_stride;
  std::int64_t output_channel_stride;
  std::int64_t samples;  // S, or N if packed
  std::int64_t statuses_strides[2];
  std::int64_t scale_stride;
  std::int64_t shift_stride;
  std::int32_t channels;
  std::conditional_t<Grouped, channel_groups, no_groups> groups;

  /// The views have gone through `without_unused_strides`.
  ROBOCACHE_HD stream_work(const source_view<In, Time>& source, const tensor_view<Out, 3>& output,
                           const tensor_view<std::uint8_t, 2>& status_bytes,
                           const resample_options<Time, real>& options) noexcept
      : times(source.times.data()),
        times_batch_stride(source.times.stride(0)),
        times_stride(static_cast<std::int32_t>(source.times.stride(1))),
        regular_size(source.packed ? 0 : static_cast<std::int32_t>(source.times.extent(1))),
        offset(options.offset),
        bounds(source.bounds()),
        values_data(source.values.data()),
        values_batch_stride(source.values.stride(0)),
        values_sample_stride(source.values.stride(1)),
        output_data(output.data()),
        output_batch_stride(output.stride(0)),
        output_row_stride(output.stride(1)),
        statuses(status_bytes.data()),
        policy(options),
        scale(options.scale.data()),
        shift(options.shift.data()),
        values_channel_stride(source.values.stride(2)),
        output_channel_stride(output.stride(2)),
        samples(source.times.extent(1)),
        statuses_strides{status_bytes.stride(0), status_bytes.stride(1)},
        scale_stride(options.scale.stride(0)),
        shift_stride(options.shift.stride(0)),
        channels(static_cast<std::int32_t>(output.extent(2))),
        groups{} {}

  ROBOCACHE_HD strided<const In> values() const noexcept {
    return {values_data, {values_batch_stride, values_sample_stride, values_channel_stride}};
  }
  ROBOCACHE_HD strided<Out> output() const noexcept {
    return {output_data, {output_batch_stride, output_row_stride, output_channel_stride}};
  }
  ROBOCACHE_HD channel_affine<real> affine() const noexcept {
    return {scale, shift, scale_stride, shift_stride};
  }

  /// Recording `b`. If its length or offsets do not fit it has no samples.
  ROBOCACHE_HD recording<Time> item(std::int64_t b) const noexcept {
    const time_axis<Time> axis{times + b * times_batch_stride, times_stride, regular_size, offset};
    return recording_of(axis, bounds, b, samples);
  }
};

}  // namespace detail

/// A call of `resample` as kernels and collectives read it: trivially copyable, to be passed as a
/// kernel's parameter. Made by `resample_call::work`.
template <class In, class Time, class Out, bool Grouped>
struct resample_work {
  using in = In;
  using time = Time;
  using out = Out;
  using real = compute_t<In, Out>;
  static constexpr bool grouped = Grouped;        ///< there are channel groups
  static constexpr bool output_is_global = true;  ///< not in shared memory

  target_times<Time> targets;
  detail::stream_work<In, Time, Out, Grouped> stream;

  ROBOCACHE_HD detail::strided<const In> values() const noexcept { return stream.values(); }
  ROBOCACHE_HD detail::strided<Out> output() const noexcept { return stream.output(); }
  ROBOCACHE_HD std::int32_t channels() const noexcept { return stream.channels; }
  ROBOCACHE_HD channel_affine<real> affine() const noexcept { return stream.affine(); }
  ROBOCACHE_HD const resample_policy<Time, real>& policy() const noexcept { return stream.policy; }
  ROBOCACHE_HD const channel_groups& groups() const noexcept { return stream.groups; }
  ROBOCACHE_HD recording<Time> item(std::int64_t b) const noexcept { return stream.item(b); }
  ROBOCACHE_HD Time target(std::int64_t b, std::uint32_t row) const noexcept {
    return targets(b, row);
  }
  /// Writes the status of a row, if statuses are wanted.
  ///
  /// \param b       the item
  /// \param row     its row
  /// \param status  `row_status` bits
  ROBOCACHE_HD void report(std::int64_t b, std::uint32_t row, std::uint8_t status,
                           const time_axis<Time>&, Time, std::int32_t) const noexcept {
    if (stream.statuses == nullptr) return;
    stream.statuses[b * stream.statuses_strides[0] + row * stream.statuses_strides[1]] = status;
  }
};

/// A call of `resample`. Made by `make_resample_call`.
///
/// \tparam Source  `source_view` or `grouped_source`, of a canonical scalar type
/// \tparam Out     canonical scalar type of the output
template <class Source, class Out>
struct resample_call {
  using in = typename Source::value_type;
  using time = typename Source::time_type;
  using out = Out;
  using real = compute_t<in, out>;
  static constexpr bool grouped = std::is_same_v<Source, grouped_source<in, time>>;

  Source source;
  target_view<time> targets;
  tensor_view<Out, 3> output;
  tensor_view<std::uint8_t, 2> statuses;  ///< [B, T], or empty
  resample_options<time, real> options;

  /// The first thing that is wrong, as far as that can be seen without reading the data.
  ///
  /// \param operation  what the message begins with
  status check(const char* operation = "resample") const noexcept {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(
        detail::check_resample(operation, source, targets, output, statuses, options));
    if constexpr (grouped) {
      ROBOCACHE_DETAIL_RETURN_IF_BAD(
          detail::check_groups(operation, source.groups, output.extent(2)));
    }
    return {};
  }

  /// The same for a call whose rows kernels of yours write to memory of their own
  /// (`resample_rows_to`): of `output` only the extents are looked at, its address may be null.
  ///
  /// \param operation  what the message begins with
  status check_for_rows(const char* operation = "resample") const noexcept {
    // An address that is not null. What lies there does not matter: it is not written.
    std::int64_t extents[3];
    for (int d = 0; d < 3; ++d) extents[d] = output.extent(d);
    const tensor_view<Out, 3> somewhere(reinterpret_cast<Out*>(const_cast<resample_call*>(this)),
                                        extents);
    ROBOCACHE_DETAIL_RETURN_IF_BAD(
        detail::check_resample_arguments(operation, source, targets, somewhere, statuses, options));
    ROBOCACHE_DETAIL_RETURN_IF_BAD(detail::check_resample_overlap(
        operation, source, targets, tensor_view<Out, 3>{}, statuses, options));
    if constexpr (grouped) {
      ROBOCACHE_DETAIL_RETURN_IF_BAD(
          detail::check_groups(operation, source.groups, output.extent(2)));
    }
    return {};
  }

  /// What kernels and collectives read. Only for a call that was checked.
  ROBOCACHE_HD resample_work<in, time, Out, grouped> work() const noexcept {
    resample_work<in, time, Out, grouped> result{
        target_times<time>(targets),
        detail::stream_work<in, time, Out, grouped>(source, output, statuses, options)};
    if constexpr (grouped) result.stream.groups = source.groups;
    return result;
  }
};

/// Makes a call of `resample` from its arguments. It is not checked yet.
///
/// \param source, target_times, output, statuses, options  as for `resample`
template <class Source, class Out>
ROBOCACHE_HD ROBOCACHE_ALWAYS_INLINE auto make_resample_call(
    const Source& source, const target_view<typename Source::time_type>& target_times,
    const tensor_view<Out, 3>& output, const tensor_view<std::uint8_t, 2>& statuses,
    const resample_options<typename Source::time_type, compute_t<typename Source::value_type, Out>>&
        options) noexcept {
  static_assert(is_output_scalar_v<Out>, "the output is half, bfloat16, float or double");
  static_assert(!std::is_const_v<Out>, "the output is written, so not const");
  const auto from = detail::canonical_source(source);
  using call = resample_call<std::remove_const_t<decltype(from)>, detail::canonical_t<Out>>;
  if constexpr (std::is_const_v<Out>) {
    return call{};  // after which there is no more to say
  } else {
    const auto to = detail::without_unused_strides(detail::canonical_view(output));
    return call{from, target_times, to, statuses, options};
  }
}

/// A call of `find_brackets` as kernels and collectives read it.
template <class Time, class Real>
struct find_brackets_work {
  using time = Time;
  using real = Real;

  target_times<Time> targets;
  source_times<Time> source;
  resample_policy<Time, Real> rules;
  brackets_view<Real> brackets;

  ROBOCACHE_HD const resample_policy<Time, Real>& policy() const noexcept { return rules; }
  ROBOCACHE_HD recording<Time> item(std::int64_t b) const noexcept {
    return source.item(b, rules.offset);
  }
  ROBOCACHE_HD Time target(std::int64_t b, std::uint32_t row) const noexcept {
    return targets(b, row);
  }
  ROBOCACHE_HD void report(std::int64_t b, std::uint32_t row, std::uint8_t status,
                           const time_axis<Time>&, Time, std::int32_t) const noexcept {
    if (brackets.statuses.data() != nullptr) brackets.statuses(b, row) = status;
  }
};

/// A call of `find_brackets`. Made by `make_find_brackets_call`.
template <class Time, class Real>
struct find_brackets_call {
  using time = Time;
  using real = Real;

  source_times<Time> source;
  target_view<Time> targets;
  brackets_view<Real> brackets;
  resample_policy<Time, Real> options;

  /// The first thing that is wrong, as far as that can be seen without reading the data.
  status check() const noexcept {
    return detail::check_find_brackets("find_brackets", source, targets, brackets, options);
  }
  /// What kernels and collectives read. Only for a call that was checked.
  ROBOCACHE_HD find_brackets_work<Time, Real> work() const noexcept {
    return {target_times<Time>(targets), source, options, brackets};
  }
};

/// Makes a call of `find_brackets` from its arguments. It is not checked yet.
///
/// \param source, target_times, brackets, policy  as for `find_brackets`
template <class Time, class Real>
ROBOCACHE_HD ROBOCACHE_ALWAYS_INLINE find_brackets_call<Time, Real> make_find_brackets_call(
    const source_times<Time>& source, const target_view<Time>& target_times,
    const brackets_view<Real>& brackets, const resample_policy<Time, Real>& policy) noexcept {
  source_times<Time> from = source;
  from.times = detail::without_unused_strides(from.times);
  if (source.packed) from.times = detail::without_batch(from.times);
  return {from, target_times, brackets, policy};
}

/// A call of `apply_brackets`, which kernels and collectives read as it is. Made by
/// `make_apply_brackets_call`.
template <class In, class Out>
struct apply_brackets_call {
  using in = In;
  using out = Out;
  using real = compute_t<In, Out>;
  static constexpr bool grouped = false;
  static constexpr bool output_is_global = true;

  brackets_view<real> brackets;
  normalization<real> options;
  tensor_view<const In, 3> samples;
  tensor_view<Out, 3> rows;

  ROBOCACHE_HD detail::strided<const In> values() const noexcept {
    return detail::strided_of(samples);
  }
  ROBOCACHE_HD detail::strided<Out> output() const noexcept { return detail::strided_of(rows); }
  ROBOCACHE_HD channel_affine<real> affine() const noexcept {
    return {options.scale.data(), options.shift.data(), options.scale.stride(0),
            options.shift.stride(0)};
  }

  /// The first thing that is wrong, as far as that can be seen without reading the data.
  status check() const noexcept {
    return detail::check_apply_brackets("apply_brackets", samples, brackets, rows, options);
  }
};

/// Makes a call of `apply_brackets` from its arguments. It is not checked yet.
///
/// \param values, brackets, output, options  as for `apply_brackets`
template <class In, class Real, class Out>
ROBOCACHE_HD ROBOCACHE_ALWAYS_INLINE auto make_apply_brackets_call(
    const tensor_view<In, 3>& values, const brackets_view<Real>& brackets,
    const tensor_view<Out, 3>& output, const normalization<compute_t<In, Out>>& options) noexcept {
  static_assert(is_input_scalar_v<In>, "values are u8, int16, half, bfloat16, float or double");
  static_assert(is_output_scalar_v<Out>, "the output is half, bfloat16, float or double");
  static_assert(!std::is_const_v<Out>, "the output is written, so not const");
  static_assert(std::is_same_v<Real, compute_t<In, Out>>,
                "the weights are compute_t<In, Out>: float, or double for double values");
  const tensor_view<const std::remove_const_t<In>, 3> samples = values;
  // One recording for all has no stride along the batch.
  return apply_brackets_call<detail::canonical_t<In>, detail::canonical_t<Out>>{
      brackets, options, detail::without_unused_strides(detail::canonical_view(samples)),
      detail::without_unused_strides(detail::canonical_view(output))};
}

}  // namespace robocache
