// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "command_line.hpp"
#include "tensor_writer.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <map>

namespace recordings {
namespace {

struct raw_texts {
  std::vector<std::string> streams;
  std::map<std::string, std::string> for_all;  // by the key's name
  std::string like, start, end, plot;
  bool no_plot = false;
};

void declare_streams(CLI::App& app, program_options& options, raw_texts& raw) {
  app.add_option("streams,--stream", raw.streams,
                 "CSV, TSV, TUM text or PX4 ULog (.ulg), e.g. "
                 "imu=flight.ulg:topic=sensor_combined:fields=gyro_rad")
      ->type_name("[NAME=]FILE[:KEY=VALUE]...");
  app.add_flag(
      "--simulate", options.simulate,
      "Make two recordings with jitter, a gap, repeated and backward stamps, and use them");
  for (const stream_key& key : stream_keys()) {
    if (!key.for_all) continue;
    app.add_option_function<std::string>(
           fmt::format("--{}", key.name),
           [&raw, &key](const std::string& value) { raw.for_all[key.name] = value; }, key.help)
        ->type_name(key.type)
        ->group("For all streams, or for one as KEY=VALUE");
  }
}

void declare_targets(CLI::App& app, program_options& options, raw_texts& raw) {
  app.add_option("--rate", options.rate, "Target rate; default 100 unless --like is given")
      ->type_name("HZ");
  app.add_option("--like", raw.like, "Take the stamps of this stream as targets")
      ->type_name("NAME");
  add_choice<span_choice>(app, "--span", options.span,
                          {{"overlap", span_choice::overlap}, {"union", span_choice::all}},
                          "Targets where all streams have data, or where any has");
  app.add_option("--start", raw.start,
                 "First target: a stamp in seconds, or +SECONDS from the first sample of all")
      ->type_name("TIME");
  app.add_option("--end", raw.end, "Last target, likewise")->type_name("TIME");
}

void declare_output(CLI::App& app, program_options& options, raw_texts& raw) {
  app.add_option("--output", options.output,
                 "FILE.csv, or FILE.npy with FILE_status.npy, FILE_times.npy, FILE_columns.txt")
      ->type_name("FILE")
      ->default_str(options.output);
  app.add_flag("--with-ages", options.with_ages,
               "Write how old the newest sample is that each value was made from");
  app.add_option("--plot", raw.plot, "Picture, .png or .svg; default: beside the output")
      ->type_name("FILE");
  app.add_option("--plot-columns", options.plot_columns, "Channels to draw; default: up to 6")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAME,...");
  app.add_flag("--no-plot", raw.no_plot, "Draw nothing");
}

/// What may stand behind a stream's file and nowhere else.
std::string stream_help() {
  std::string text = "KEY=VALUE of a stream, besides those for all:\n";
  for (const stream_key& key : stream_keys()) {
    if (key.for_all) continue;
    text += fmt::format("  {:<36}{}\n", fmt::format("{}={}", key.name, key.type), key.help);
  }
  return text;
}

void take_texts(program_options& options, const raw_texts& raw) {
  for (const stream_key& key : stream_keys()) {
    const auto told = raw.for_all.find(key.name);
    if (told == raw.for_all.end()) continue;
    key.apply(options.defaults, fmt::format("--{}", key.name), told->second);
  }
  for (const std::string& text : raw.streams) {
    options.streams.push_back(parse_stream(text, options.defaults));
  }
  if (options.streams.empty() && !options.simulate) {
    throw usage_error("no stream given (or --simulate to make some); --help tells more");
  }
  if (!options.streams.empty() && options.simulate) {
    throw usage_error("--simulate makes its own recordings: give it or streams, not both");
  }
  if (!raw.like.empty()) options.like = raw.like;
  if (options.like && options.rate) throw usage_error("give --rate or --like, not both");
  if (!options.like && !options.rate) options.rate = 100;
  if (options.rate) check_rate(*options.rate);
  if (!raw.start.empty()) options.start = told_time("--start", raw.start);
  if (!raw.end.empty()) options.end = told_time("--end", raw.end);
  check_tensor_name(options.output);
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
      "Aligns streams of any rate at the same times and writes them side by side: one tensor, a\n"
      "status for each stream and row, a table, and a picture.\n"
      "Durations are in seconds, or with a unit: 0.02, 20ms, 500us.",
      "fuse_recording"};
  app.footer(stream_help());
  declare_streams(app, options, raw);
  declare_targets(app, options, raw);
  add_computing(app, options.scalar, options.backend, options.threads);
  declare_output(app, options, raw);
  if (!parse(app, argc, argv)) return std::nullopt;
  take_texts(options, raw);
  return options;
}

}  // namespace recordings
