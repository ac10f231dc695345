// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample.hpp>

#include "call.hpp"

#include <cstdint>
#include <type_traits>

/// \file
/// From an erased call back to the library's types. Instantiated by each back end.

namespace robocache_test {

template <scalar_kind Kind>
struct scalar_of;
template <>
struct scalar_of<scalar_kind::u8> {
  using type = std::uint8_t;
};
template <>
struct scalar_of<scalar_kind::i16> {
  using type = std::int16_t;
};
template <>
struct scalar_of<scalar_kind::f16> {
  using type = robocache::float16;
};
template <>
struct scalar_of<scalar_kind::bf16> {
  using type = robocache::bfloat16;
};
template <>
struct scalar_of<scalar_kind::f32> {
  using type = float;
};
template <>
struct scalar_of<scalar_kind::f64> {
  using type = double;
};

template <time_kind Kind>
struct time_of;
template <>
struct time_of<time_kind::f32> {
  using type = float;
};
template <>
struct time_of<time_kind::f64> {
  using type = double;
};
template <>
struct time_of<time_kind::i64> {
  using type = std::int64_t;
};
template <>
struct time_of<time_kind::u64> {
  using type = std::uint64_t;
};

template <class T, int Rank>
robocache::tensor_view<T, Rank> typed(const any_view<Rank>& view) {
  return robocache::tensor_view<T, Rank>(static_cast<T*>(view.data), view.extents, view.strides);
}

template <class Time>
robocache::duration_t<Time> typed_duration(stamp value) {
  using duration = robocache::duration_t<Time>;
  if constexpr (std::is_integral_v<duration>) {
    if (value >= static_cast<stamp>(std::numeric_limits<duration>::max())) {
      return robocache::unlimited<Time>;
    }
  }
  return static_cast<duration>(value);
}

template <class Time, class Real>
robocache::resample_options<Time, Real> typed_options(const any_call& call) {
  robocache::resample_options<Time, Real> options;
  options.interpolation = call.policy.interpolation;
  options.extrapolation = call.policy.extrapolation;
  options.gap = call.policy.gap;
  options.offset = typed_duration<Time>(call.policy.offset);
  options.max_gap = typed_duration<Time>(call.policy.max_gap);
  options.tolerance = typed_duration<Time>(call.policy.tolerance);
  options.horizon = typed_duration<Time>(call.policy.horizon);
  options.fill_value = static_cast<Real>(call.policy.fill_value);
  options.scale = typed<const Real>(call.scale);
  options.shift = typed<const Real>(call.shift);
  return options;
}

template <class Time>
robocache::source_times<Time> typed_times(const any_call& call) {
  const auto times = typed<const Time>(call.times);
  if (!call.packed) {
    return robocache::padded_times(times, typed<const std::int64_t>(call.lengths));
  }
  return robocache::packed_times(
      robocache::tensor_view<const Time, 1>(times.data(), {times.extent(1)}, {times.stride(1)}),
      typed<const std::int64_t>(call.offsets));
}

template <class In, class Time>
robocache::source_view<In, Time> typed_source(const any_call& call) {
  const auto values = typed<const In>(call.values);
  const auto times = typed<const Time>(call.times);
  if (!call.packed) {
    return robocache::padded_source(values, times, typed<const std::int64_t>(call.lengths));
  }
  return robocache::packed_source(
      robocache::tensor_view<const In, 2>(values.data(), {values.extent(1), values.extent(2)},
                                          {values.stride(1), values.stride(2)}),
      robocache::tensor_view<const Time, 1>(times.data(), {times.extent(1)}, {times.stride(1)}),
      typed<const std::int64_t>(call.offsets));
}

template <class Real>
robocache::brackets_view<Real> typed_brackets(const any_call& call) {
  return {typed<std::int64_t>(call.left), typed<std::int64_t>(call.right), typed<Real>(call.weight),
          typed<std::uint8_t>(call.statuses)};
}

/// Calls `body` with the target times as a view of the rank asked for.
template <class Time, class Body>
robocache::status with_targets(const any_call& call, const Body& body) {
  const auto targets = typed<const Time>(call.targets);
  if (call.target_rank == 2) return body(targets);
  return body(robocache::tensor_view<const Time, 1>(targets.data(), {targets.extent(1)},
                                                    {targets.stride(1)}));
}

template <class In, class Out, class Time, class Where>
robocache::status typed_resample(const any_call& call, Where where) {
  using real = robocache::compute_t<In, Out>;
  return with_targets<Time>(call, [&](const auto& targets) {
    return robocache::resample(typed_source<In, Time>(call), targets, typed<Out>(call.output),
                               typed<std::uint8_t>(call.statuses), typed_options<Time, real>(call),
                               where);
  });
}

template <class Real, class Time, class Where>
robocache::status typed_find_brackets(const any_call& call, Where where) {
  return with_targets<Time>(call, [&](const auto& targets) {
    const robocache::resample_policy<Time, Real> policy = typed_options<Time, Real>(call);
    return robocache::find_brackets(typed_times<Time>(call), targets, typed_brackets<Real>(call),
                                    policy, where);
  });
}

template <class In, class Out, class Where>
robocache::status typed_apply_brackets(const any_call& call, Where where) {
  using real = robocache::compute_t<In, Out>;
  robocache::normalization<real> options;
  options.scale = typed<const real>(call.scale);
  options.shift = typed<const real>(call.shift);
  return robocache::apply_brackets(typed<const In>(call.values), typed_brackets<real>(call),
                                   typed<Out>(call.output), options, where);
}

/// One row of a padded batch without lengths, by level 1. Runs on the host and in kernels.
template <class In, class Out, class Time>
struct row_job {
  using real = robocache::compute_t<In, Out>;
  robocache::tensor_view<const In, 3> values;
  robocache::tensor_view<const Time, 2> times;
  robocache::tensor_view<const Time, 2> targets;
  robocache::tensor_view<Out, 3> output;
  robocache::tensor_view<std::uint8_t, 2> statuses;
  robocache::resample_policy<Time, real> policy;
  robocache::channel_affine<real> affine;

  explicit row_job(const any_call& call)
      : values(typed<const In>(call.values)),
        times(typed<const Time>(call.times)),
        targets(typed<const Time>(call.targets)),
        output(typed<Out>(call.output)),
        statuses(typed<std::uint8_t>(call.statuses)),
        policy(typed_options<Time, real>(call)),
        affine{static_cast<const real*>(call.scale.data), static_cast<const real*>(call.shift.data),
               call.scale.strides[0], call.shift.strides[0]} {
    if (call.target_rank == 1) {
      targets = robocache::tensor_view<const Time, 2>(
          targets.data(), {output.extent(0), targets.extent(1)}, {0, targets.stride(1)});
    }
  }

  template <class Group>
  ROBOCACHE_HD void operator()(const Group& group, std::int64_t b, std::int64_t t) const {
    robocache::time_axis<Time> axis;
    axis.times = times.data() + b * times.stride(0);
    axis.stride = times.stride(1);
    axis.size = static_cast<std::int32_t>(times.extent(1));
    axis.offset = policy.offset;
    const robocache::tensor_view<const In, 2> samples(values.data() + b * values.stride(0),
                                                      {values.extent(1), values.extent(2)},
                                                      {values.stride(1), values.stride(2)});
    const robocache::tensor_view<Out, 1> row(
        output.data() + b * output.stride(0) + t * output.stride(1), {output.extent(2)},
        {output.stride(2)});
    const std::uint8_t status =
        robocache::resample_row(group, axis, targets(b, t), samples, policy, affine, row);
    if (statuses.data() != nullptr && group.thread_rank() == 0) statuses(b, t) = status;
  }
};

}  // namespace robocache_test
