// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/fuse.hpp>

#include "fuse_call.hpp"
#include "typed_call.hpp"

#include <cstdint>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

/// \file
/// From an erased call of `fuse` back to the library's types. Instantiated by each back end.

namespace robocache_test {

template <class Time>
robocache::target_view<Time> typed_targets(const any_targets& targets) {
  using robocache::tensor_view;
  const auto times = typed<const Time>(targets.times);
  const tensor_view<const Time, 1> shared(times.data(), {times.extent(1)}, {times.stride(1)});
  const bool each = targets.rank == 2;
  if (targets.windowed) {
    const auto deltas = typed<const robocache::duration_t<Time>>(targets.windows);
    return each ? robocache::window_times(times, deltas) : robocache::window_times(shared, deltas);
  }
  return each ? robocache::target_view<Time>(times) : robocache::target_view<Time>(shared);
}

/// The parts of a stream that `typed_source` and `typed_options` read.
inline any_call as_call(const any_stream& stream) {
  any_call call;
  call.values = stream.values;
  call.times = stream.times;
  call.lengths = stream.lengths;
  call.offsets = stream.offsets;
  call.packed = stream.packed;
  call.policy = stream.policy;
  call.scale = stream.scale;
  call.shift = stream.shift;
  return call;
}

template <class Time, class Out, class Indices, class... In>
struct fuse_rows_job;

/// One set of types. \tparam Scalar  the scalar types as users have them, by kind
template <template <scalar_kind> class Scalar, time_kind TimeKind, scalar_kind OutKind,
          scalar_kind... InKinds>
struct typed_fuse {
  using time = typename time_of<TimeKind>::type;
  using out = typename Scalar<OutKind>::type;
  using stream_type = robocache::sensor_stream<time, typename Scalar<InKinds>::type...>;
  template <scalar_kind InKind>
  using options_type =
      robocache::resample_options<time, robocache::compute_t<typename Scalar<InKind>::type, out>>;

  template <scalar_kind InKind>
  static auto source_of(const any_stream& stream) {
    return typed_source<typename Scalar<InKind>::type, time>(as_call(stream));
  }
  template <scalar_kind InKind>
  static options_type<InKind> options_of(const any_stream& stream) {
    return typed_options<time, robocache::compute_t<typename Scalar<InKind>::type, out>>(
        as_call(stream));
  }

  /// Streams without groups are made from the plain source.
  template <scalar_kind InKind>
  static stream_type stream_of(const any_stream& stream) {
    const auto source = source_of<InKind>(stream);
    const auto options = options_of<InKind>(stream);
    const std::int64_t column =
        stream.column == next_column ? robocache::after_previous : stream.column;
    if (stream.groups.count == 0) return stream_type(source, options, column);
    return stream_type(robocache::with_groups(source, stream.groups), options, column);
  }

  static std::vector<stream_type> streams_of(const any_fuse_call& call) {
    std::vector<stream_type> streams;
    for (const any_stream& stream : call.streams) {
      ((stream.in == InKinds ? streams.push_back(stream_of<InKinds>(stream)) : void()), ...);
    }
    return streams;
  }

  template <class Where>
  static robocache::status fuse(const any_fuse_call& call, Where where) {
    const std::vector<stream_type> streams = streams_of(call);
    const auto targets = typed_targets<time>(call.targets);
    robocache::fuse_reports<time> reports;
    reports.statuses = typed<std::uint8_t>(call.statuses);
    reports.ages = typed<robocache::duration_t<time>>(call.ages);
    const bool reported = call.statuses.data != nullptr || call.ages.data != nullptr;
    if (call.separate) {
      std::vector<robocache::tensor_view<out, 3>> outputs;
      for (const any_view<3>& output : call.outputs) outputs.push_back(typed<out>(output));
      if (!reported) return robocache::fuse(streams, targets, outputs, where);
      return robocache::fuse(streams, targets, outputs, reports, where);
    }
    const auto output = typed<out>(call.output);
    if (!reported) return robocache::fuse(streams, targets, output, where);
    return robocache::fuse(streams, targets, output, reports, where);
  }

  /// \tparam Kinds  the scalar types it is compiled for; the stream has one of them
  template <scalar_kind... Kinds, class Where>
  static robocache::status resample(const any_stream& stream, const any_targets& targets,
                                    const any_view<3>& output, const any_view<2>& statuses,
                                    Where where) {
    robocache::status result;
    const auto one = [&](auto kind) {
      constexpr scalar_kind in = decltype(kind)::value;
      result = robocache::resample(robocache::with_groups(source_of<in>(stream), stream.groups),
                                   typed_targets<time>(targets), typed<out>(output),
                                   typed<std::uint8_t>(statuses), options_of<in>(stream), where);
    };
    ((stream.in == Kinds ? one(std::integral_constant<scalar_kind, Kinds>{}) : void()), ...);
    return result;
  }

  using indices = std::make_index_sequence<sizeof...(InKinds)>;
  using rows_job = fuse_rows_job<time, out, indices, typename Scalar<InKinds>::type...>;

  static fuse_types types() {
    static constexpr scalar_kind kinds[] = {InKinds...};
    return {TimeKind, {std::begin(kinds), std::end(kinds)}, OutKind};
  }
};

/// `fuse_sensors` of bf16, f32 and f32.
template <class Time, class Out, class Where>
robocache::status typed_fuse_sensors(const any_fuse_call& call, Where where) {
  return robocache::fuse_sensors(typed_source<robocache::bfloat16, Time>(as_call(call.streams[0])),
                                 typed_source<float, Time>(as_call(call.streams[1])),
                                 typed_source<float, Time>(as_call(call.streams[2])),
                                 typed_targets<Time>(call.targets), typed<Out>(call.output), where);
}

}  // namespace robocache_test
