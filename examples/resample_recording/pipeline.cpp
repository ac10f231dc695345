// SPDX-License-Identifier: Apache-2.0
#include "pipeline.hpp"

#include "plot.hpp"
#include "plot_panels.hpp"
#include "report.hpp"
#include "result_writer.hpp"
#include "simulate.hpp"
#include "targets.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <set>

namespace recordings {
namespace {

class stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw input_error(fmt::format("{}: {}", path, error.message()));
}

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

/// The backend to use, and its name for people.
bool choose_cuda(const program_options& options, std::string& name) {
  if (options.backend != backend_choice::cpu) {
    std::string why_not;
    if (const auto device = cuda_device(why_not)) {
      name = fmt::format("CUDA, {}", *device);
      return true;
    }
    if (options.backend == backend_choice::cuda) {
      throw resample_error(fmt::format("--backend cuda: {}", why_not));
    }
  }
  const int threads = cpu_threads(options.threads);
  name = fmt::format("the CPU, up to {} thread{}", threads, threads == 1 ? "" : "s");
  return false;
}

/// Quaternions were interpolated channel by channel; brings them back to length 1. Constant rows
/// (filled, NaN) and copies of samples stay as they are.
void normalise_quaternions(stream_result& stream, const program_options& options) {
  using robocache::row_status;
  const bool between = options.policy.interpolation == robocache::interpolation::linear;
  const bool outside = options.policy.extrapolation == robocache::extrapolation::linear;
  if (!between && !outside) return;
  const std::size_t channels = stream.source.channels();
  for (std::size_t row = 0; row < stream.outcome.statuses.size(); ++row) {
    const std::uint8_t status = stream.outcome.statuses[row];
    const bool is_outside = (status & (row_status::before | row_status::after)) != 0;
    const bool is_filled =
        (is_outside && options.policy.extrapolation == robocache::extrapolation::fill) ||
        ((status & row_status::gap) != 0 && options.policy.gap == robocache::gap_policy::fill);
    if (is_filled || (!is_outside && !between)) continue;
    for (const quaternion_columns q : stream.source.quaternions) {
      double* const values = &stream.outcome.values[row * channels];
      normalise(values, q);
      with_scalars(options.scalar, [&](auto, auto out) {
        for (std::size_t k = q; k < q + 4; ++k) {
          values[k] = as_double(robocache::scalar_cast<decltype(out)>(values[k]));
        }
      });
    }
  }
}

stream_result resample_stream(recording source, condition_report condition,
                              const std::vector<std::int64_t>& targets,
                              const program_options& options, bool on_cuda) {
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
  stream.outcome = on_cuda ? resample_on_cuda(job) : resample_on_cpu(job, options.threads);
  normalise_quaternions(stream, options);
  const std::int64_t in_gaps = count_statuses(stream.outcome.statuses).gap;
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
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) make_folder(folder.string());
  const std::string problem = draw_plot({streams, targets, options.plot_columns, path});
  fmt::print("  {}\n", problem.empty() ? path : problem);
}

}  // namespace

void run(program_options options) {
  const stopwatch whole;
  std::string backend;
  const bool on_cuda = choose_cuda(options, backend);
  make_folder(options.output);
  if (options.simulate) {
    for (const std::string& path : simulate_recordings(options.output)) {
      options.inputs.push_back({path, 0});
    }
    fmt::print("No real data: these recordings are simulated (--simulate)\n");
  }
  std::vector<recording> all = read_all(options);
  check_plot_columns(all, options);
  std::vector<condition_report> conditions;
  for (recording& r : all)
    conditions.push_back(condition(r, options.unsorted, options.quaternions));
  const std::vector<std::int64_t> targets = make_targets(all, options);
  const double read_seconds = whole.seconds();

  std::vector<stream_result> streams;
  for (std::size_t i = 0; i < all.size(); ++i) {
    streams.push_back(
        resample_stream(std::move(all[i]), std::move(conditions[i]), targets, options, on_cuda));
  }
  std::set<std::string> taken;
  for (stream_result& stream : streams) {
    stream.written_to = result_path(options.output, stream.source, taken);
    write_result(stream.written_to, stream.source, targets, stream.outcome, options.scalar,
                 options.with_status);
  }
  print_recorded(streams);
  print_resampled(streams, backend);
  print_notes(streams);
  fmt::print("\nWritten\n");
  for (const stream_result& stream : streams) fmt::print("  {}\n", stream.written_to);
  const double before_drawing = whole.seconds();
  std::fflush(stdout);
  draw(streams, targets, options);
  fmt::print("{:.2f} s in all: {:.2f} s reading, {:.2f} s drawing\n", whole.seconds(), read_seconds,
             whole.seconds() - before_drawing);
}

}  // namespace recordings
