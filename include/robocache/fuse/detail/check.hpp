// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/fuse/detail/arguments.hpp>
#include <robocache/fuse/stream.hpp>
#include <robocache/resample/detail/check.hpp>
#include <robocache/status.hpp>

#include <cstdint>
#include <cstdio>
#include <type_traits>

/// \file
/// Everything that can be wrong with a call of `fuse`: what `resample` checks for each stream, and
/// what concerns several.

namespace robocache::detail {

/// "fuse: streams[3]" or "source.values of streams[3]", for messages.
class stream_name {
 public:
  ROBOCACHE_HIDDEN stream_name(const char* operation, std::int64_t n) noexcept {
    std::snprintf(text_, sizeof(text_), "%s: streams[%lld]", operation, static_cast<long long>(n));
  }
  const char* text() const noexcept { return text_; }

 private:
  char text_[48];
};

/// The channels of the next stream lie within the output, and apart from those of the streams
/// before.
template <class Stream, class Out>
ROBOCACHE_HIDDEN status check_column(const char* operation, const stream_list<Stream>& streams,
                                     std::int64_t n, const concatenated<Out>& outputs) noexcept {
  const std::int64_t channels = streams.first[n].channels();
  const std::int64_t column = outputs.column_of(streams.first[n]);
  const std::int64_t available = outputs.whole().extent(2);
  if (column < 0 || channels > available || column > available - channels) {
    return status::invalid_argument(
        "%s: streams[%lld] writes %lld channels from %lld, output has extent %lld in dimension 2",
        operation, static_cast<long long>(n), static_cast<long long>(channels),
        static_cast<long long>(column), static_cast<long long>(available));
  }
  concatenated<Out> before(outputs.whole());
  for (std::int64_t m = 0; m < n; ++m) {
    const std::int64_t other = before.column_of(streams.first[m]);
    const std::int64_t others = streams.first[m].channels();
    if (channels > 0 && others > 0 && column < other + others && other < column + channels) {
      return status::invalid_argument(
          "%s: streams[%lld] writes %lld channels from %lld, streams[%lld] writes %lld from %lld",
          operation, static_cast<long long>(n), static_cast<long long>(channels),
          static_cast<long long>(column), static_cast<long long>(m), static_cast<long long>(others),
          static_cast<long long>(other));
    }
    (void)before.next(streams.first[m]);
  }
  return {};
}
template <class Stream, class Out>
ROBOCACHE_HIDDEN status check_column(const char*, const stream_list<Stream>&, std::int64_t,
                                     const separate<Out>&) noexcept {
  return {};
}

template <class Stream, class Outputs, class Time>
ROBOCACHE_HIDDEN status check_one_stream(const char* operation, const Stream& stream,
                                         const target_view<Time>& target_times,
                                         const tensor_view<Outputs, 3>& output) noexcept {
  return stream.template visit<Outputs>([&](const auto& source, const auto& options) -> status {
    using real = std::remove_cv_t<std::remove_reference_t<decltype(options.fill_value)>>;
    constexpr bool in_double = std::is_same_v<real, double>;
    if (!stream.options_are_in(in_double)) {
      return status::invalid_argument(
          in_double ? "%s: options are in float, double values or outputs need double"
                    : "%s: options are in double, values and output are not",
          operation);
    }
    ROBOCACHE_DETAIL_RETURN_IF_BAD(
        check_resample(operation, source, target_times, output, {}, options));
    return check_groups(operation, source.groups, output.extent(2));
  });
}

/// The memory that a stream reads.
struct input_spans {
  static constexpr int count = 6;
  byte_span span[count];
};
template <class Out, class Stream>
ROBOCACHE_HIDDEN input_spans inputs_of(const Stream& stream) noexcept {
  return stream.template visit<Out>([](const auto& source, const auto& options) -> input_spans {
    return {{bytes_of("source.values", source.values), bytes_of("source.times", source.times),
             bytes_of("source.lengths", source.lengths), bytes_of("source.offsets", source.offsets),
             bytes_of("options.scale", options.scale), bytes_of("options.shift", options.shift)}};
  });
}

/// One tensor that the call writes, against what a stream reads.
ROBOCACHE_HIDDEN inline status check_apart(const char* operation, const byte_span& output,
                                           const input_spans& inputs, std::int64_t n) noexcept {
  for (const byte_span& in : inputs.span) {
    if (!certainly_overlap(output, in)) continue;
    char name[64];
    std::snprintf(name, sizeof(name), "%s of streams[%lld]", in.name, static_cast<long long>(n));
    return refuse_overlap(operation, output.name, output, name, in);
  }
  return {};
}

/// No stream reads what the call writes, and nothing is written twice.
template <class Stream, class Out, class Time>
ROBOCACHE_HIDDEN status check_fuse_disjoint(const char* operation,
                                            const stream_list<Stream>& streams,
                                            const target_view<Time>& target_times,
                                            const concatenated<Out>& outputs,
                                            const fuse_reports<Time>& reports) noexcept {
  const byte_span written[] = {bytes_of("output", outputs.whole()),
                               bytes_of("reports.statuses", reports.statuses),
                               bytes_of("reports.ages", reports.ages)};
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_disjoint(
      operation, {written[0], written[1], written[2]},
      {bytes_of("target_times", target_times.anchors), bytes_of_windows(target_times)}));
  for (std::int64_t n = 0; n < streams.count; ++n) {
    const input_spans inputs = inputs_of<Out>(streams.first[n]);
    for (const byte_span& out : written) {
      ROBOCACHE_DETAIL_RETURN_IF_BAD(check_apart(operation, out, inputs, n));
    }
  }
  return {};
}

template <class Stream, class Out, class Time>
ROBOCACHE_HIDDEN status check_fuse_disjoint(const char* operation,
                                            const stream_list<Stream>& streams,
                                            const target_view<Time>& target_times,
                                            const separate<Out>& outputs,
                                            const fuse_reports<Time>& reports) noexcept {
  const byte_span statuses = bytes_of("reports.statuses", reports.statuses);
  const byte_span ages = bytes_of("reports.ages", reports.ages);
  const byte_span targets[] = {bytes_of("target_times", target_times.anchors),
                               bytes_of_windows(target_times)};
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_disjoint(operation, {statuses, ages}, {targets[0], targets[1]}));
  byte_span output[most_streams];
  char name[most_streams][24];
  for (std::int64_t n = 0; n < streams.count; ++n) {
    std::snprintf(name[n], sizeof(name[n]), "outputs[%d]", static_cast<int>(n));
    output[n] = bytes_of(name[n], outputs[n]);
    ROBOCACHE_DETAIL_RETURN_IF_BAD(
        check_disjoint(operation, {output[n]}, {statuses, ages, targets[0], targets[1]}));
    for (std::int64_t m = 0; m < n; ++m) {
      ROBOCACHE_DETAIL_RETURN_IF_BAD(check_disjoint(operation, {output[n]}, {output[m]}));
    }
  }
  for (std::int64_t m = 0; m < streams.count; ++m) {
    const input_spans inputs = inputs_of<Out>(streams.first[m]);
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_apart(operation, statuses, inputs, m));
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_apart(operation, ages, inputs, m));
    for (std::int64_t n = 0; n < streams.count; ++n) {
      ROBOCACHE_DETAIL_RETURN_IF_BAD(check_apart(operation, output[n], inputs, m));
    }
  }
  return {};
}

template <class T>
ROBOCACHE_HIDDEN status check_report(const char* operation, const char* name,
                                     const tensor_view<T, 3>& view, std::int64_t batch,
                                     std::int64_t rows, std::int64_t streams) noexcept {
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_output(operation, name, view));
  if (view.data() == nullptr) return {};
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_extent(operation, name, view, 0, batch, "output"));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(check_extent(operation, name, view, 1, rows, "output"));
  return check_extent(operation, name, view, 2, streams, "the list of streams");
}

/// \tparam Outputs  `concatenated` or `separate`
template <class Stream, class Outputs, class Time>
ROBOCACHE_HIDDEN status check_fuse(const char* operation, const stream_list<Stream>& streams,
                                   const target_view<Time>& target_times, Outputs outputs,
                                   const fuse_reports<Time>& reports) noexcept {
  using out = typename Outputs::element;
  const Outputs all = outputs;
  if (streams.count > most_streams) {
    return status::invalid_argument("%s: %lld streams, at most %lld are supported", operation,
                                    static_cast<long long>(streams.count),
                                    static_cast<long long>(most_streams));
  }
  if constexpr (Outputs::one_tensor) {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_output(operation, "output", outputs.whole()));
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_counts(operation, "output", outputs.whole()));
  } else if (outputs.count() != streams.count) {
    return status::invalid_argument("%s: %lld outputs for %lld streams", operation,
                                    static_cast<long long>(outputs.count()),
                                    static_cast<long long>(streams.count));
  }
  for (std::int64_t n = 0; n < streams.count; ++n) {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_column(operation, streams, n, outputs));
    const stream_name name(operation, n);
    const tensor_view<out, 3> part = outputs.next(streams.first[n]);
    ROBOCACHE_DETAIL_RETURN_IF_BAD(
        check_one_stream(name.text(), streams.first[n], target_times, part));
    for (int d = 0; d < 2; ++d) {
      if (part.extent(d) != extent_of(all, d)) {
        return status::invalid_argument(
            "%s: output has extent %lld in dimension %d, that of streams[0] has %lld", name.text(),
            static_cast<long long>(part.extent(d)), d, static_cast<long long>(extent_of(all, d)));
      }
    }
  }
  const std::int64_t batch = extent_of(all, 0);
  const std::int64_t rows = extent_of(all, 1);
  if (batch > most_samples || rows > most_samples) {  // of outputs without channels
    return status::invalid_argument("%s: output has %lld x %lld rows, at most 2147483647 of each",
                                    operation, static_cast<long long>(batch),
                                    static_cast<long long>(rows));
  }
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_report(operation, "reports.statuses", reports.statuses, batch, rows, streams.count));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_report(operation, "reports.ages", reports.ages, batch, rows, streams.count));
  return check_fuse_disjoint(operation, streams, target_times, all, reports);
}

/// Lengths and offsets of all streams, where the host may read them.
template <class Out, class Stream>
ROBOCACHE_HIDDEN status check_fuse_ragged(const char* operation,
                                          const stream_list<Stream>& streams) noexcept {
  for (std::int64_t n = 0; n < streams.count; ++n) {
    const stream_name name(operation, n);
    ROBOCACHE_DETAIL_RETURN_IF_BAD(streams.first[n].template visit<Out>(
        [&](const auto& source, const auto&) { return check_ragged(name.text(), source); }));
  }
  return {};
}

}  // namespace robocache::detail
