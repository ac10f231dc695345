// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/detail/config.hpp>
#include <robocache/detail/overlap.hpp>
#include <robocache/fuse/outputs.hpp>
#include <robocache/fuse/stream.hpp>
#include <robocache/resample/check.hpp>
#include <robocache/resample/options.hpp>
#include <robocache/resample/source.hpp>
#include <robocache/resample/targets.hpp>
#include <robocache/status.hpp>
#include <robocache/tensor_view.hpp>

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

/// The columns that streams take of one output: within it, and apart from each other.
template <class Out>
class taken_columns {
 public:
  template <class Stream>
  ROBOCACHE_HIDDEN status check(const char* operation, const stream_list<Stream>& streams,
                                std::int64_t n, const concatenated<Out>& outputs) noexcept {
    const std::int64_t channels = streams.first[n].channels();
    const std::int64_t column = outputs.column_of(streams.first[n]);
    const std::int64_t available = outputs.whole().extent(2);
    if (channels < 0) return {};  // the stream's own check has more to say
    if (column < 0 || channels > available || column > available - channels) {
      return status::invalid_argument(
          "%s: streams[%lld] writes %lld channels from %lld, output has extent %lld in dimension 2",
          operation, static_cast<long long>(n), static_cast<long long>(channels),
          static_cast<long long>(column), static_cast<long long>(available));
    }
    first_[n] = column;
    // Most lists are in order of columns, and need no further look.
    if (channels > 0 && column < end_) {
      for (std::int64_t m = 0; m < n; ++m) {
        const std::int64_t others = streams.first[m].channels();
        if (others == 0 || column >= first_[m] + others || first_[m] >= column + channels) continue;
        return status::invalid_argument(
            "%s: streams[%lld] writes %lld channels from %lld, streams[%lld] writes %lld from %lld",
            operation, static_cast<long long>(n), static_cast<long long>(channels),
            static_cast<long long>(column), static_cast<long long>(m),
            static_cast<long long>(others), static_cast<long long>(first_[m]));
      }
    }
    if (column + channels > end_) end_ = column + channels;
    return {};
  }

 private:
  std::int64_t first_[most_streams];
  std::int64_t end_ = 0;  ///< of the last column taken
};

/// Nothing to check: each stream has an output.
struct no_columns {
  template <class Stream, class Outputs>
  status check(const char*, const stream_list<Stream>&, std::int64_t, const Outputs&) noexcept {
    return {};
  }
};

/// What a call of `fuse` writes, as ranges of addresses.
using written_ranges = sorted_ranges<most_streams + 2>;

/// Finds out whether ranges that a stream reads meet any range that the call writes.
class stream_ranges {
 public:
  explicit stream_ranges(const written_ranges& written) noexcept : written_(written) {}

  void reads(const char*, const any_shape& view) noexcept {
    if (view.extents[0] == 0) return;
    meet_ = meet_ || written_.meet(range_of(view));
  }
  bool meet() const noexcept { return meet_; }

 private:
  const written_ranges& written_;
  bool meet_ = false;
};

/// What a stream reads.
template <class Memory, class Source, class Options>
void list_stream_memory(Memory& memory, const Source& source, const Options& options) noexcept {
  using time = typename Source::time_type;
  using real = std::remove_cv_t<std::remove_reference_t<decltype(options.fill_value)>>;
  memory.reads("source.values", source.values);
  list_memory(memory, static_cast<const source_times<time>&>(source));
  list_memory(memory, static_cast<const normalization<real>&>(options));
}

/// Checks all but overlap of memory. Sets `meet` if a range that the stream reads meets one that
/// the call writes.
template <class Stream, class Outputs, class Time>
ROBOCACHE_HIDDEN status check_one_stream(const char* operation, const Stream& stream,
                                         const target_view<Time>& target_times,
                                         const tensor_view<Outputs, 3>& output,
                                         const written_ranges& written, bool& meet) noexcept {
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
        check_resample_arguments(operation, source, target_times, output, {}, options));
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_groups(operation, source.groups, output.extent(2)));
    stream_ranges ranges(written);
    list_stream_memory(ranges, source, options);
    meet = meet || ranges.meet();
    return {};
  });
}

/// What a call of `fuse` writes, to the byte.
class written_spans {
 public:
  template <class Out, class Time>
  ROBOCACHE_DETAIL_COLD written_spans(const concatenated<Out>& outputs,
                                      const fuse_reports<Time>& reports) noexcept {
    add(bytes_of("output", outputs.whole()));
    add(bytes_of("reports.statuses", reports.statuses));
    add(bytes_of("reports.ages", reports.ages));
  }
  template <class Out, class Time>
  ROBOCACHE_DETAIL_COLD written_spans(const separate<Out>& outputs,
                                      const fuse_reports<Time>& reports) noexcept {
    add(bytes_of("reports.statuses", reports.statuses));
    add(bytes_of("reports.ages", reports.ages));
    for (std::int64_t n = 0; n < outputs.count(); ++n) add(bytes_of(nullptr, outputs[n]));
  }

  /// No byte is written twice.
  ROBOCACHE_DETAIL_COLD status check(const char* operation) const noexcept {
    for (int i = 0; i < count_; ++i) {
      for (int j = 0; j < i; ++j) {
        if (certainly_apart(column_[i], column_[j])) continue;
        if (certainly_overlap(span_[i], span_[j])) {
          const span_name name(*this, j);
          return refuse(operation, i, name.text(), span_[j]);
        }
      }
    }
    return {};
  }

  /// No byte of it is read through `read`. `of` is appended to the name of that view in the
  /// message.
  ROBOCACHE_DETAIL_COLD status check(const char* operation, const byte_span& read,
                                     const char* of) const noexcept {
    for (int i = 0; i < count_; ++i) {
      if (!certainly_overlap(span_[i], read)) continue;
      char name[64];
      std::snprintf(name, sizeof(name), "%s%s", read.name, of);
      return refuse(operation, i, name, read);
    }
    return {};
  }

 private:
  /// Separate outputs get their names only when one is asked for.
  class span_name {
   public:
    ROBOCACHE_DETAIL_COLD span_name(const written_spans& spans, int i) noexcept {
      const char* const name = spans.span_[i].name;
      if (name != nullptr) {
        std::snprintf(text_, sizeof(text_), "%s", name);
      } else {  // outputs follow the two reports
        std::snprintf(text_, sizeof(text_), "outputs[%d]", i - 2);
      }
    }
    const char* text() const noexcept { return text_; }

   private:
    char text_[24];
  };

  ROBOCACHE_DETAIL_COLD void add(const byte_span& span) noexcept {
    span_[count_] = span;
    column_[count_++] = byte_column(span);
  }

  ROBOCACHE_DETAIL_COLD status refuse(const char* operation, int i, const char* name,
                                      const byte_span& other) const noexcept {
    const span_name mine(*this, i);
    return refuse_overlap(operation, mine.text(), span_[i], name, other);
  }

  byte_span span_[most_streams + 2];
  byte_column column_[most_streams + 2];
  int count_ = 0;
};

/// Checks what is read against what is written.
class read_spans {
 public:
  /// \param of  " of streams[3]", or "" for what all streams share
  read_spans(const char* operation, const written_spans& written, const char* of) noexcept
      : operation_(operation), written_(written), of_(of) {}

  ROBOCACHE_DETAIL_COLD void reads(const char* name, const any_shape& view) noexcept {
    if (!result_.ok()) return;
    result_ = written_.check(operation_, bytes_of(name, view), of_);
  }
  const status& result() const noexcept { return result_; }

 private:
  const char* operation_;
  const written_spans& written_;
  const char* of_;
  status result_;
};

/// Checks overlap of memory to the byte. Needed only where ranges of addresses meet, as with
/// outputs that are columns of one tensor; in most calls none do.
template <class Stream, class Outputs, class Time>
ROBOCACHE_DETAIL_COLD status check_fuse_memory(const char* operation,
                                               const stream_list<Stream>& streams,
                                               const target_view<Time>& target_times,
                                               const Outputs& outputs,
                                               const fuse_reports<Time>& reports,
                                               const written_ranges& ranges) noexcept {
  const written_spans written(outputs, reports);
  ROBOCACHE_DETAIL_RETURN_IF_BAD(written.check(operation));
  read_spans targets(operation, written, "");
  list_memory(targets, target_times);
  if (!targets.result().ok()) return targets.result();
  for (std::int64_t n = 0; n < streams.count; ++n) {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(streams.first[n].template visit<typename Outputs::element>(
        [&](const auto& source, const auto& options) -> status {
          stream_ranges near(ranges);
          list_stream_memory(near, source, options);
          if (!near.meet()) return {};
          char of[32];
          std::snprintf(of, sizeof(of), " of streams[%d]", static_cast<int>(n));
          read_spans inputs(operation, written, of);
          list_stream_memory(inputs, source, options);
          return inputs.result();
        }));
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
                                   const target_view<Time>& target_times, const Outputs& outputs,
                                   const fuse_reports<Time>& reports) noexcept {
  using out = typename Outputs::element;
  if (streams.count > most_streams) {
    return status::invalid_argument("%s: %lld streams, at most %lld are supported", operation,
                                    static_cast<long long>(streams.count),
                                    static_cast<long long>(most_streams));
  }
  written_ranges written;
  if constexpr (Outputs::one_tensor) {
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_output(operation, "output", outputs.whole()));
    ROBOCACHE_DETAIL_RETURN_IF_BAD(check_counts(operation, "output", outputs.whole()));
    written.add(range_of(outputs.whole()));
  } else {
    if (outputs.count() != streams.count) {
      return status::invalid_argument("%s: %lld outputs for %lld streams", operation,
                                      static_cast<long long>(outputs.count()),
                                      static_cast<long long>(streams.count));
    }
    for (std::int64_t n = 0; n < streams.count; ++n) written.add(range_of(outputs[n]));
  }
  written.add(range_of(reports.statuses));
  written.add(range_of(reports.ages));
  bool meet = written.meet_each_other();

  const std::int64_t batch = extent_of(outputs, 0);
  const std::int64_t rows = extent_of(outputs, 1);
  std::conditional_t<Outputs::one_tensor, taken_columns<out>, no_columns> columns;
  Outputs each = outputs;
  for (std::int64_t n = 0; n < streams.count; ++n) {
    const Stream& stream = streams.first[n];
    ROBOCACHE_DETAIL_RETURN_IF_BAD(columns.check(operation, streams, n, each));
    const tensor_view<out, 3> part =
        stream.channels() < 0 ? tensor_view<out, 3>{} : each.next(stream);
    if (!check_one_stream(operation, stream, target_times, part, written, meet).ok()) {
      const stream_name name(operation, n);  // once more, because now it needs one
      return check_one_stream(name.text(), stream, target_times, part, written, meet);
    }
    if (part.extent(0) != batch || part.extent(1) != rows) {
      const stream_name name(operation, n);
      const int d = part.extent(0) != batch ? 0 : 1;
      return status::invalid_argument(
          "%s: output has extent %lld in dimension %d, that of streams[0] has %lld", name.text(),
          static_cast<long long>(part.extent(d)), d, static_cast<long long>(d == 0 ? batch : rows));
    }
  }
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_report(operation, "reports.statuses", reports.statuses, batch, rows, streams.count));
  ROBOCACHE_DETAIL_RETURN_IF_BAD(
      check_report(operation, "reports.ages", reports.ages, batch, rows, streams.count));
  stream_ranges targets(written);
  list_memory(targets, target_times);
  if (!meet && !targets.meet()) return {};
  return check_fuse_memory(operation, streams, target_times, outputs, reports, written);
}

/// Lengths and offsets of all streams, where the host may read them.
template <class Out, class Stream>
ROBOCACHE_HIDDEN status check_fuse_ragged(const char* operation,
                                          const stream_list<Stream>& streams) noexcept {
  for (std::int64_t n = 0; n < streams.count; ++n) {
    const auto check = [&](const char* name) {
      return streams.first[n].template visit<Out>(
          [&](const auto& source, const auto&) { return check_ragged(name, source); });
    };
    if (!check(operation).ok()) return check(stream_name(operation, n).text());
  }
  return {};
}

}  // namespace robocache::detail
