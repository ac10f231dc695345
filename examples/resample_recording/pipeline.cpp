// SPDX-License-Identifier: Apache-2.0
#include "pipeline.hpp"

#include "channel_name.hpp"
#include "files.hpp"
#include "plot.hpp"
#include "report.hpp"
#include "resample_job.hpp"
#include "resample_report.hpp"
#include "result_writer.hpp"
#include "simulate.hpp"
#include "stopwatch.hpp"
#include "targets.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>

namespace recordings {
namespace {

std::vector<recording> read_all(const program_options& options) {
  std::vector<recording> all;
  for (const input_file& input : options.inputs) {
    all.push_back(read_recording(input.path, options.layout));
    all.back().offset = input.offset;
  }
  set_labels(all);
  fmt::print("Read\n");
  for (const recording& r : all) {
    fmt::print("  {}: {}{}\n", r.label, r.layout.description,
               r.offset == 0
                   ? ""
                   : fmt::format("; offset {}", format_duration(static_cast<double>(r.offset))));
  }
  return all;
}

std::vector<std::int64_t> make_targets(const std::vector<recording>& streams,
                                       const program_options& options) {
  const time_span span = target_span(streams, options);
  if (!options.like) return regular_targets(span, *options.rate);
  layout_request request;
  request.time_column = options.like_column;
  request.unit = options.layout.unit;
  std::string description;
  const std::vector<std::int64_t> like = read_stamps(*options.like, request, description);
  fmt::print("Targets\n  {}: {} stamps, {}\n", *options.like, like.size(), description);
  return targets_within(like, span, options);
}

/// Signs are made continuous, since the channels are interpolated one by one.
void align_orientations(recording& recorded, condition_report& report) {
  for (const quaternion_columns q : recorded.quaternions) {
    const std::int64_t flips = count_sign_flips(recorded.values, recorded.channels(), q);
    align_hemispheres(recorded.values, recorded.channels(), q);
    report.notes.push_back(fmt::format(
        "{}..{} is a quaternion: {} sign flip{} undone; interpolated linearly, then normalised",
        recorded.layout.names[q.first], recorded.layout.names[q.first + 3], flips,
        flips == 1 ? "" : "s"));
  }
}

std::vector<condition_report> condition_all(std::vector<recording>& all,
                                            const program_options& options) {
  std::vector<condition_report> reports;
  for (recording& r : all) {
    reports.push_back(condition(r, options.unsorted));
    if (!options.quaternions) continue;
    find_orientations(r, reports.back());
    align_orientations(r, reports.back());
  }
  return reports;
}

/// Quaternions were interpolated channel by channel; brings them back to length 1. Constant rows
/// (filled, NaN) and copies of samples stay as they are.
void normalise_quaternions(stream_result& stream, const program_options& options) {
  using robocache::row_status;
  const bool between = options.policy.interpolation == robocache::interpolation::linear;
  const bool outside = options.policy.extrapolation == robocache::extrapolation::linear;
  if (!between && !outside) return;
  const std::size_t channels = stream.source.channels();
  for (std::size_t row = 0; row < stream.statuses.size(); ++row) {
    const std::uint8_t status = stream.statuses[row];
    const bool is_outside = (status & (row_status::before | row_status::after)) != 0;
    const bool is_filled =
        (is_outside && options.policy.extrapolation == robocache::extrapolation::fill) ||
        ((status & row_status::gap) != 0 && options.policy.gap == robocache::gap_policy::fill);
    if (is_filled || (!is_outside && !between)) continue;
    for (const quaternion_columns q : stream.source.quaternions) {
      double* const values = &stream.values[row * channels];
      normalise(values, q);
      with_scalars(options.scalar, [&](auto, auto out) {
        for (std::size_t k = q.first; k < q.first + 4; ++k) {
          values[k] = as_double(robocache::scalar_cast<decltype(out)>(values[k]));
        }
      });
    }
  }
}

stream_result resample_stream(recording source, condition_report condition,
                              const std::vector<std::int64_t>& targets,
                              const program_options& options, bool on_cuda, double& milliseconds) {
  stream_result stream;
  stream.condition = std::move(condition);
  stream.source = std::move(source);
  const bool told = !options.max_gap_automatic && !options.max_gap_none;
  stream.intervals =
      measure_intervals(stream.source.times, stream.source.offset,
                        told ? std::optional<std::int64_t>(options.policy.max_gap) : std::nullopt);
  auto policy = options.policy;
  policy.offset = stream.source.offset;
  if (options.max_gap_automatic && stream.intervals.median > 0) {
    policy.max_gap = stream.intervals.gap_threshold;
  }
  const resample_job job{stream.source.times,
                         stream.source.values,
                         static_cast<std::int64_t>(stream.source.channels()),
                         targets,
                         policy,
                         options.scalar};
  resample_outcome outcome =
      on_cuda ? resample_on_cuda(job) : resample_on_cpu(job, options.threads);
  milliseconds = outcome.milliseconds;
  stream.values = std::move(outcome.values);
  stream.statuses = std::move(outcome.statuses);
  normalise_quaternions(stream, options);
  const std::int64_t in_gaps = count_statuses(stream.statuses).gap;
  if (in_gaps > 0 && policy.gap == robocache::gap_policy::interpolate) {
    stream.condition.notes.push_back(fmt::format(
        "{} of the target rows in gaps, interpolated across (other ways: --gap-policy; marks: "
        "--with-status)",
        in_gaps));
  }
  return stream;
}

/// "NAME_resampled.csv", with a number where two recordings have the same name.
std::string result_path(const std::string& folder, const recording& source,
                        std::set<std::string>& taken) {
  const std::string stem = std::filesystem::path(source.path).stem().string() + "_resampled";
  std::string name = stem;
  for (int i = 2; !taken.insert(name).second; ++i) name = fmt::format("{}_{}", stem, i);
  return (std::filesystem::path(folder) / (name + ".csv")).string();
}

void check_plot_columns(const std::vector<recording>& all, const program_options& options) {
  for (const std::string& name : options.plot_columns) {
    bool found = false;
    for (const recording& r : all) {
      for (const std::string& channel : r.layout.names) found = found || is_called(channel, name);
    }
    if (!found) throw usage_error(fmt::format("--plot-columns: no channel '{}'", name));
  }
}

void draw(const std::vector<stream_result>& streams, const std::vector<std::int64_t>& targets,
          const program_options& options) {
  const std::string path = options.plot
                               ? *options.plot
                               : (std::filesystem::path(options.output) / "resample.png").string();
  if (path.empty()) return;
  make_folder(std::filesystem::path(path).parent_path().string());
  const std::string problem =
      draw_plot({streams, targets, options.plot_columns, path, "resampled", false});
  fmt::print("  {}\n", problem.empty() ? path : problem);
}

}  // namespace

void run(program_options options) {
  const stopwatch whole;
  const backend where = choose_backend(options.backend, options.threads);
  make_folder(options.output);
  if (options.simulate) {
    for (const std::string& path : simulate_recordings(options.output)) {
      options.inputs.push_back({path, 0});
    }
    fmt::print("No real data: these recordings are simulated (--simulate)\n");
  }
  std::vector<recording> all = read_all(options);
  check_plot_columns(all, options);
  std::vector<condition_report> conditions = condition_all(all, options);
  const std::vector<std::int64_t> targets = make_targets(all, options);
  const double read_seconds = whole.seconds();

  std::vector<stream_result> streams;
  std::vector<double> milliseconds(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    streams.push_back(resample_stream(std::move(all[i]), std::move(conditions[i]), targets, options,
                                      where.on_cuda, milliseconds[i]));
  }
  std::set<std::string> taken;
  std::vector<std::string> written;
  for (const stream_result& stream : streams) {
    written.push_back(result_path(options.output, stream.source, taken));
    write_result(written.back(), stream, targets, options.scalar, options.with_status);
  }
  print_recorded(streams);
  print_resampled(streams, milliseconds, where.name);
  print_notes(streams);
  fmt::print("\nWritten\n");
  for (const std::string& path : written) fmt::print("  {}\n", path);
  const double before_drawing = whole.seconds();
  std::fflush(stdout);
  draw(streams, targets, options);
  fmt::print("{:.2f} s in all: {:.2f} s reading, {:.2f} s drawing\n", whole.seconds(), read_seconds,
             whole.seconds() - before_drawing);
}

}  // namespace recordings
