// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/fuse/check.hpp>
#include <robocache/fuse/outputs.hpp>
#include <robocache/fuse/stream.hpp>
#include <robocache/resample/call.hpp>
#include <robocache/resample/groups.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/rules/axis.hpp>
#include <robocache/resample/rules/blend.hpp>
#include <robocache/resample/source.hpp>
#include <robocache/resample/targets.hpp>
#include <robocache/scalar.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

/// \file
/// A call of `fuse` as a value, and its streams in the form in which `resample`'s level 1 takes
/// them.

namespace robocache {

/// Streams in the small table of a kernel's parameters, see `fuse_table`.
inline constexpr int few_streams = 4;

/// A call of `fuse`. Made by `make_fuse_call`. It refers to the caller's lists of streams and
/// outputs, and must not outlive them.
///
/// \tparam Stream   a `sensor_stream`
/// \tparam Outputs  `concatenated<Out>` or `separate<Out>`
template <class Stream, class Outputs>
struct fuse_call {
  using stream = Stream;
  using time = typename Stream::time;
  using outputs_type = Outputs;
  using out = typename Outputs::element;

  detail::stream_list<Stream> streams;
  target_view<time> targets;
  Outputs outputs;
  fuse_reports<time> reports;

  std::int64_t batch() const noexcept { return detail::extent_of(outputs, 0); }
  std::int64_t rows() const noexcept { return detail::extent_of(outputs, 1); }

  /// The first thing that is wrong, as far as that can be seen without reading the data.
  status check() const noexcept {
    return detail::check_fuse("fuse", streams, targets, outputs, reports);
  }
};

/// A call whose list of streams is so short by its type, an array, that no code is needed for long
/// ones.
template <class Stream, class Outputs>
struct short_fuse_call : fuse_call<Stream, Outputs> {};

namespace detail {

/// The number of streams in a list if its type tells, else as many as there can be.
template <class Streams, class = void>
inline constexpr std::size_t length_of =
    std::is_array_v<Streams> ? std::extent_v<Streams> : std::size_t{most_streams};
template <class Streams>
inline constexpr std::size_t
    length_of<Streams, std::void_t<decltype(std::tuple_size<Streams>::value)>> =
        std::tuple_size<Streams>::value;

}  // namespace detail

/// Makes a call of `fuse` from its arguments. It is not checked yet.
///
/// \param streams       array, `std::array`, vector or span of `sensor_stream`
/// \param target_times  [B, T], [T], or `window_times`
/// \param output        `tensor_view<Out, 3>`, or a list of them
/// \param reports       statuses and ages, `{}` for none
template <class Streams, class Output>
ROBOCACHE_ALWAYS_INLINE auto make_fuse_call(
    const Streams& streams,
    const target_view<detail::stream_time_t<detail::stream_of<Streams>>>& target_times,
    const Output& output,
    const fuse_reports<detail::stream_time_t<detail::stream_of<Streams>>>& reports) noexcept {
  const auto outputs = detail::outputs_of(output);
  using call = fuse_call<detail::stream_of<Streams>, std::remove_const_t<decltype(outputs)>>;
  const call made{detail::list_of(streams), target_times, outputs, reports};
  if constexpr (detail::length_of<Streams> <= few_streams) {
    return short_fuse_call<typename call::stream, typename call::outputs_type>{made};
  } else {
    return made;
  }
}

namespace detail {

/// A stream of a call with the members of a `resample_work`, which it refers to.
///
/// \tparam Grouped  there may be channel groups
template <bool Grouped, class In, class Time, class Out>
struct fused_stream {
  using in = In;
  using time = Time;
  using out = Out;
  using real = compute_t<In, Out>;
  static constexpr bool grouped = Grouped;
  static constexpr bool output_is_global = true;
  static constexpr bool copies_policy = true;  // which is faster here

  const target_times<Time>& targets;
  const stream_work<In, Time, Out, true>& stream;
  const fuse_reports<Time>& reports;
  std::int32_t number;

  ROBOCACHE_HD fused_stream(const target_times<Time>& target_times,
                            const stream_work<In, Time, Out, true>& work,
                            const fuse_reports<Time>& report_to, std::int32_t n) noexcept
      : targets(target_times), stream(work), reports(report_to), number(n) {}

  ROBOCACHE_HD strided<const In> values() const noexcept { return stream.values(); }
  ROBOCACHE_HD strided<Out> output() const noexcept { return stream.output(); }
  ROBOCACHE_HD std::int32_t channels() const noexcept { return stream.channels; }
  ROBOCACHE_HD channel_affine<real> affine() const noexcept { return stream.affine(); }
  ROBOCACHE_HD const resample_policy<Time, real>& policy() const noexcept { return stream.policy; }
  ROBOCACHE_HD const channel_groups& groups() const noexcept { return stream.groups; }
  ROBOCACHE_HD recording<Time> item(std::int64_t b) const noexcept { return stream.item(b); }
  ROBOCACHE_HD Time target(std::int64_t b, std::uint32_t row) const noexcept {
    return targets(b, row);
  }
  ROBOCACHE_HD void report(std::int64_t b, std::uint32_t row, std::uint8_t status,
                           const time_axis<Time>& axis, Time t,
                           std::int32_t newest) const noexcept {
    if (reports.statuses.data() != nullptr) reports.statuses(b, row, number) = status;
    if (reports.ages.data() != nullptr) {
      reports.ages(b, row, number) =
          newest < 0 ? unlimited<Time> : time_difference(t, axis[newest]);
    }
  }
};

/// Calls `body(work)` with the `stream_work` of a stream, in its own types.
///
/// \param output  the stream's part of the outputs
template <class Stream, class Out, class Body>
auto with_work(const Stream& stream, const tensor_view<Out, 3>& output, const Body& body) noexcept {
  return stream.template visit<Out>([&](const auto& source, const auto& options) {
    const auto from = canonical_source(source);
    const auto to = without_unused_strides(canonical_view(output));
    using value = typename std::remove_const_t<decltype(from)>::value_type;
    using time = typename std::remove_const_t<decltype(from)>::time_type;
    stream_work<value, time, canonical_t<Out>, true> work(from, to, {}, options);
    work.groups = from.groups;
    return body(work);
  });
}

}  // namespace detail
}  // namespace robocache
