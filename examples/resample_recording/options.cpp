// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "command_line.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>

namespace recordings {
namespace {

/// "FILE" or "FILE@OFFSET". A file that exists under the whole name is meant as such.
input_file split_offset(const std::string& argument) {
  const std::size_t at = argument.rfind('@');
  if (at == std::string::npos || std::filesystem::exists(argument)) return {argument, 0};
  return {argument.substr(0, at), duration(argument, argument.substr(at + 1))};
}

struct raw_texts {
  std::vector<std::string> inputs;
  std::vector<std::string> offsets;
  std::string time_column, like, like_column, start, end, max_gap = "auto", tolerance, horizon,
                                                          plot;
  bool no_quaternions = false, no_plot = false;
};

void declare_reading(CLI::App& app, program_options& options, raw_texts& raw) {
  app.add_option("recordings", raw.inputs,
                 "CSV, TSV or TUM text files; FILE@OFFSET shifts the stamps of one (latency "
                 "compensation): arm.csv@-12ms")
      ->type_name("FILE[@OFFSET]");
  app.add_flag(
      "--simulate", options.simulate,
      "Make two recordings with jitter, a gap, repeated and backward stamps, and use them");
  app.add_option("--time-column", raw.time_column, "Name or number (from 0); default: guessed")
      ->type_name("COLUMN");
  app.add_option("--columns", options.layout.columns,
                 "Channels, by name or number, separated by commas; default: all numeric ones")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("COLUMN,...");
  app.add_option_function<std::string>(
         "--time-unit", [&](const std::string& s) { options.layout.unit = time_unit_from(s); },
         "Unit of the stamps; default: guessed")
      ->check(CLI::IsMember(std::vector<std::string>{"s", "ms", "us", "ns"}).description(""))
      ->type_name("s|ms|us|ns");
  add_choice(app, "--unsorted", options.unsorted, unsorted_words(),
             "What to do with stamps that go backwards");
  app.add_flag("--no-quaternions", raw.no_quaternions,
               "Take orientations as plain numbers: no sign correction, no normalisation");
}

void declare_resampling(CLI::App& app, program_options& options, raw_texts& raw) {
  app.add_option("--rate", options.rate, "Target rate; default 100 unless --like is given")
      ->type_name("HZ");
  app.add_option("--like", raw.like, "Take the target stamps from this file")->type_name("FILE");
  app.add_option("--like-column", raw.like_column, "Its time column")->type_name("COLUMN");
  app.add_option("--start", raw.start,
                 "First target: a stamp in seconds, or +SECONDS from the start")
      ->type_name("TIME");
  app.add_option("--end", raw.end, "Last target, likewise")->type_name("TIME");
  app.add_option("--offset", raw.offsets,
                 "Added to the stamps: one for all files, or one for each in their order")
      ->type_name("DURATION")
      ->take_all()
      ->allow_extra_args(false);
  add_choice(app, "--interpolation", options.policy.interpolation, interpolation_words(),
             "Between samples");
  add_choice(app, "--extrapolation", options.policy.extrapolation, extrapolation_words(),
             "Outside the recorded span");
  app.add_option("--horizon", raw.horizon, "How far --extrapolation linear goes")
      ->type_name("DURATION");
  app.add_option("--max-gap", raw.max_gap,
                 "Samples farther apart leave a gap: a duration, none, or auto (3 x the median "
                 "interval)")
      ->type_name("DURATION|auto|none")
      ->default_str("auto");
  options.policy.gap = robocache::gap_policy::interpolate;
  add_choice(app, "--gap-policy", options.policy.gap, gap_policy_words(),
             "Inside a gap; the status says GAP with each");
  app.add_option("--tolerance", raw.tolerance,
                 "nearest, previous, next: a sample farther away is STALE")
      ->type_name("DURATION");
  app.add_option("--fill", options.policy.fill_value, "The value that fill writes")
      ->type_name("VALUE")
      ->default_str("0");
  add_computing(app, options.scalar, options.backend, options.threads);
}

void declare_output(CLI::App& app, program_options& options, raw_texts& raw) {
  app.add_option("--output", options.output, "Folder for the results")
      ->type_name("DIR")
      ->default_str("resampled");
  app.add_flag("--with-status", options.with_status, "Add a column with each row's status");
  app.add_option("--plot", raw.plot, "Picture, .png or .svg; default: resample.png in the folder")
      ->type_name("FILE");
  app.add_option("--plot-columns", options.plot_columns, "Channels to draw; default: up to 6")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAME,...");
  app.add_flag("--no-plot", raw.no_plot, "Draw nothing");
}

void take_inputs(program_options& options, const raw_texts& raw) {
  for (const std::string& argument : raw.inputs) options.inputs.push_back(split_offset(argument));
  if (options.inputs.empty() && !options.simulate) {
    throw usage_error("no recording given (or --simulate to make one); --help tells more");
  }
  if (!options.inputs.empty() && options.simulate) {
    throw usage_error("--simulate makes its own recordings: give it or files, not both");
  }
  if (raw.offsets.size() > 1 && raw.offsets.size() != options.inputs.size()) {
    throw usage_error(fmt::format("--offset given {} times for {} recordings: give one or as many",
                                  raw.offsets.size(), options.inputs.size()));
  }
  for (std::size_t i = 0; i < options.inputs.size() && !raw.offsets.empty(); ++i) {
    const std::string& text = raw.offsets[raw.offsets.size() == 1 ? 0 : i];
    options.inputs[i].offset += duration("--offset", text);
  }
}

void take_texts(program_options& options, const raw_texts& raw) {
  if (!raw.time_column.empty()) options.layout.time_column = raw.time_column;
  if (!raw.like.empty()) options.like = raw.like;
  if (!raw.like_column.empty()) options.like_column = raw.like_column;
  if (!raw.start.empty()) options.start = told_time("--start", raw.start);
  if (!raw.end.empty()) options.end = told_time("--end", raw.end);
  if (!raw.tolerance.empty()) options.policy.tolerance = duration("--tolerance", raw.tolerance);
  if (!raw.horizon.empty()) options.policy.horizon = duration("--horizon", raw.horizon);
  options.max_gap_automatic = raw.max_gap == "auto";
  options.max_gap_none = raw.max_gap == "none";
  if (!options.max_gap_automatic && !options.max_gap_none) {
    options.policy.max_gap = duration("--max-gap", raw.max_gap);
  }
  if (options.policy.max_gap < 0 || options.policy.tolerance < 0 || options.policy.horizon < 0) {
    throw usage_error("--max-gap, --tolerance and --horizon may not be negative");
  }
  if (options.policy.extrapolation == robocache::extrapolation::linear &&
      options.policy.horizon == 0) {
    throw usage_error("--extrapolation linear needs --horizon, how far it may go");
  }
  if (options.like && options.rate) throw usage_error("give --rate or --like, not both");
  if (!options.like && !options.rate) options.rate = 100;
  if (options.rate) check_rate(*options.rate);
  options.quaternions = !raw.no_quaternions;
  if (raw.no_plot) options.plot = "";
  if (!raw.plot.empty()) {
    check_picture_name("--plot", raw.plot);
    options.plot = raw.plot;
  }
}

}  // namespace

std::optional<program_options> parse_command_line(int argc, char** argv) {
  program_options options;
  raw_texts raw;
  CLI::App app{
      "Resamples recordings of robot sensors to one rate, or to the stamps of another stream:\n"
      "writes a CSV file for each, prints what the recordings are like, and draws them.\n"
      "Durations are in seconds, or with a unit: 0.02, 20ms, 500us.",
      "resample_recording"};
  declare_reading(app, options, raw);
  declare_resampling(app, options, raw);
  declare_output(app, options, raw);
  if (!parse(app, argc, argv)) return std::nullopt;
  take_inputs(options, raw);
  take_texts(options, raw);
  return options;
}

}  // namespace recordings
