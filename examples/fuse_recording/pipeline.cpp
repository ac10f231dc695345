// SPDX-License-Identifier: Apache-2.0
#include "pipeline.hpp"

#include "channel_modes.hpp"
#include "channel_name.hpp"
#include "conditioning.hpp"
#include "files.hpp"
#include "fuse_job.hpp"
#include "fuse_report.hpp"
#include "plot.hpp"
#include "report.hpp"
#include "simulate.hpp"
#include "stopwatch.hpp"
#include "targets.hpp"
#include "tensor_writer.hpp"
#include "ulog_recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace recordings {
namespace {

recording read_stream(const stream_spec& spec) {
  const stream_options& options = spec.options;
  recording result = is_ulog(spec.path)
                         ? read_ulog_recording(
                               spec.path, {options.topic, options.instance, options.layout.columns})
                         : read_recording(spec.path, options.layout);
  result.offset = options.policy.offset;
  return result;
}

/// Streams are called as told, else by their topic or by what tells their files apart.
void name_streams(std::vector<recording>& all, const std::vector<stream_spec>& specs) {
  std::vector<std::string> topics;
  for (const recording& r : all) topics.push_back(r.label);
  set_labels(all);
  for (std::size_t n = 0; n < all.size(); ++n) {
    if (is_ulog(specs[n].path)) all[n].label = topics[n];
    if (!specs[n].name.empty()) all[n].label = specs[n].name;
    for (std::size_t before = 0; before < n; ++before) {
      if (all[before].label != all[n].label) continue;
      throw usage_error(fmt::format("two streams are called '{}': name them, NAME={}", all[n].label,
                                    specs[n].path));
    }
  }
}

std::vector<recording> read_all(const std::vector<stream_spec>& specs) {
  std::vector<recording> all;
  for (const stream_spec& spec : specs) all.push_back(read_stream(spec));
  name_streams(all, specs);
  fmt::print("Read\n");
  for (const recording& r : all) fmt::print("  {}: {}\n", r.label, r.layout.description);
  return all;
}

std::vector<std::int64_t> make_targets(const std::vector<stream_result>& streams,
                                       const program_options& options) {
  const time_span span = target_span(streams, options);
  if (options.rate) return regular_targets(span, *options.rate);
  const auto like = std::find_if(streams.begin(), streams.end(), [&](const stream_result& stream) {
    return stream.source.label == *options.like;
  });
  if (like == streams.end()) {
    throw usage_error(fmt::format("--like {}: no stream is called so", *options.like));
  }
  return stamps_within(like->source, span);
}

/// Order, gaps and orientations of one stream; nothing of its values is changed.
stream_result examine(recording source, const stream_options& options) {
  stream_result result;
  result.source = std::move(source);
  result.condition = condition(result.source, options.unsorted);
  find_orientations(result.source, result.condition);
  const bool told = options.max_gap == max_gap_choice::told;
  result.intervals =
      measure_intervals(result.source.times, result.source.offset,
                        told ? std::optional<std::int64_t>(options.policy.max_gap) : std::nullopt);
  return result;
}

fuse_input make_input(stream_result& stream, const stream_spec& spec) {
  stream_policy policy = spec.options.policy;
  if (spec.options.max_gap == max_gap_choice::automatic && stream.intervals.median > 0) {
    policy.max_gap = stream.intervals.gap_threshold;
  }
  return {stream.source.times, stream.source.values,
          static_cast<std::int64_t>(stream.source.channels()), policy,
          find_groups(stream.source, spec)};
}

void note_gaps(stream_result& stream, robocache::gap_policy policy) {
  const std::int64_t rows = count_statuses(stream.statuses).gap;
  if (rows == 0 || policy != robocache::gap_policy::interpolate) return;
  stream.condition.notes.push_back(fmt::format(
      "{} of the target rows in gaps, interpolated across (other ways: gap-policy)", rows));
}

/// The stream's part of the tensor and of the statuses.
void take_part(stream_result& stream, const fuse_job& job, const fuse_outcome& outcome,
               std::size_t first_column, std::size_t number) {
  const std::size_t columns = job.channels();
  const std::size_t channels = stream.source.channels();
  for (std::size_t row = 0; row < job.rows(); ++row) {
    const double* const from = outcome.values.data() + row * columns + first_column;
    stream.values.insert(stream.values.end(), from, from + channels);
    stream.statuses.push_back(outcome.statuses[row * job.streams.size() + number]);
  }
}

void check_plot_columns(const std::vector<stream_result>& streams,
                        const std::vector<std::string>& wanted) {
  for (const std::string& name : wanted) {
    bool found = false;
    for (const stream_result& stream : streams) {
      for (const std::string& channel : stream.source.layout.names) {
        found = found || is_called(channel, name);
      }
    }
    if (!found) throw usage_error(fmt::format("--plot-columns: no channel '{}'", name));
  }
}

std::string title_of(const fuse_job& job, const fuse_outcome& outcome,
                     const program_options& options, const std::string& backend) {
  const std::string grid = options.rate ? fmt::format("at {} Hz", *options.rate)
                                        : fmt::format("at the stamps of {}", *options.like);
  const char* const span = options.start || options.end           ? "the part chosen"
                           : options.span == span_choice::overlap ? "their overlap"
                                                                  : "their union";
  return fmt::format(
      "Aligned: {} streams, {} rows {} over {}, {} columns, in one call on {}: {} (the second "
      "time)",
      job.streams.size(), job.rows(), grid, span, job.channels(), backend,
      computing_time(outcome.milliseconds));
}

void write(const std::vector<stream_result>& streams, const fuse_job& job,
           const fuse_outcome& outcome, const program_options& options) {
  named_tensor tensor{{}, {}, job.targets, outcome, options.scalar};
  for (const stream_result& stream : streams) {
    tensor.streams.push_back(stream.source.label);
    for (const std::string& channel : stream.source.layout.names) {
      tensor.columns.push_back(fmt::format("{}.{}", stream.source.label, channel));
    }
  }
  fmt::print("\nWritten\n");
  for (const std::string& path : write_tensor(options.output, tensor, options.with_ages)) {
    fmt::print("  {}\n", path);
  }
}

void draw(const std::vector<stream_result>& streams, const std::vector<std::int64_t>& targets,
          const program_options& options) {
  const std::string path =
      options.plot ? *options.plot
                   : std::filesystem::path(options.output).replace_extension(".png").string();
  if (path.empty()) return;
  make_folder(std::filesystem::path(path).parent_path().string());
  std::fflush(stdout);
  const std::string problem =
      draw_plot({streams, targets, options.plot_columns, path, "aligned", true});
  fmt::print("  {}\n", problem.empty() ? path : problem);
}

}  // namespace

void run(program_options options) {
  const stopwatch whole;
  const backend where = choose_backend(options.backend, options.threads);
  const std::string folder = std::filesystem::path(options.output).parent_path().string();
  make_folder(folder);
  if (options.simulate) {
    for (const std::string& path : simulate_recordings(folder)) {
      options.streams.push_back({"", path, options.defaults});
    }
    fmt::print("No real data: these recordings are simulated (--simulate)\n");
  }
  std::vector<stream_result> streams;
  {
    std::vector<recording> all = read_all(options.streams);
    for (std::size_t n = 0; n < all.size(); ++n) {
      streams.push_back(examine(std::move(all[n]), options.streams[n].options));
    }
  }
  const double read_seconds = whole.seconds();
  check_plot_columns(streams, options.plot_columns);

  const std::vector<std::int64_t> targets = make_targets(streams, options);
  fuse_job job{{}, targets, options.scalar};
  for (std::size_t n = 0; n < streams.size(); ++n) {
    job.streams.push_back(make_input(streams[n], options.streams[n]));
  }
  const fuse_outcome outcome = where.on_cuda ? fuse_on_cuda(job) : fuse_on_cpu(job, where.threads);
  std::size_t column = 0;
  for (std::size_t n = 0; n < streams.size(); ++n) {
    take_part(streams[n], job, outcome, column, n);
    note_gaps(streams[n], job.streams[n].policy.gap);
    column += streams[n].source.channels();
  }

  print_recorded(streams);
  print_aligned(streams, job, outcome, title_of(job, outcome, options, where.name));
  print_notes(streams);
  write(streams, job, outcome, options);
  const double before_drawing = whole.seconds();
  draw(streams, targets, options);
  fmt::print("{:.2f} s in all: {:.2f} s reading, {:.2f} s drawing\n", whole.seconds(), read_seconds,
             whole.seconds() - before_drawing);
}

}  // namespace recordings
