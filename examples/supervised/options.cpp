// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "command_line.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace supervised {
namespace {

constexpr std::int64_t longest = 100'000'000'000'000'000;  // ns; 64 times that fits

void add_duration(CLI::App& app, const std::string& name, std::int64_t& target,
                  const std::string& help) {
  app.add_option_function<std::string>(
         name,
         [&target, name](const std::string& text) {
           target = recordings::duration(name, text);
           if (target < 0) throw recordings::usage_error(name + ": negative");
           if (target > longest) {
             throw recordings::usage_error(
                 fmt::format("{}: {} is more than {} s", name, text, longest / 1'000'000'000));
           }
         },
         help)
      ->type_name("DURATION")
      ->default_str(fmt::format("{}", static_cast<double>(target) * 1e-9));
}

void declare(CLI::App& app, program_options& options) {
  app.add_option("--state", options.state, "Queue and counters")->type_name("FILE");
  app.add_option("--output", options.output, "A line for each item")->type_name("FILE");
  app.add_flag("--resume", options.resume, "Go on with what --state has, if it is there");
  app.add_flag("--verify", options.verify, "Compute all of the output anew, and compare");

  app.add_option("--items", options.items, "How many the sensor makes; 0: without an end")
      ->check(CLI::Range(std::uint64_t{0}, max_sequence).description(""))
      ->type_name("N");
  const auto is_number = [](const std::string& text) {
    return text.find_first_of("nN") == std::string::npos ? "" : "not a number: " + text;
  };
  app.add_option("--rate", options.rate, "How many a second; 0: as fast as can be")
      ->check(CLI::Range(0.0, 1e6).description(""))
      ->check(is_number)
      ->type_name("HZ");
  app.add_option("--queue", options.capacity, "How many may wait; a full queue drops its oldest")
      ->check(CLI::Range(std::uint64_t{1}, max_capacity).description(""))
      ->type_name("N");
  app.add_flag("--never-drop", options.never_drop, "With a full queue the sensor waits");

  recordings::add_choice<recordings::backend_choice>(
      app, "--backend", options.backend,
      {{"auto", recordings::backend_choice::automatic},
       {"cpu", recordings::backend_choice::cpu},
       {"cuda", recordings::backend_choice::cuda}},
      "Where to compute; auto: the GPU while there is one");
  add_duration(app, "--work-time", options.work_time, "Sleep so long with each item");

  add_duration(app, "--deadline", options.deadline, "A worker that is silent for longer is killed");
  add_duration(app, "--start-deadline", options.start_deadline, "The same, until its first sign");
  add_duration(app, "--backoff", options.backoff,
               "Pause before a restart; doubled if it is in vain");
  app.add_option("--max-restarts", options.max_restarts, "Give up after so many")->type_name("N");
  add_duration(app, "--window", options.window, "... within this time");
  add_duration(app, "--grace", options.grace, "After SIGTERM: time to empty the queue");
}

}  // namespace

std::optional<program_options> parse_command_line(int argc, char** argv) {
  program_options options;
  std::vector<std::string> faults;
  CLI::App app{
      "Resamples what a simulated sensor delivers, in a worker process that may die at any time:\n"
      "it is watched and started anew, and no item is lost or done twice.\n"
      "Durations are in seconds, or with a unit: 0.02, 20ms, 500us.",
      "supervised"};
  declare(app, options);
  app.add_option("--fault-at", faults, "Break the worker at an item: 17=kill, 17=hang@locked*3")
      ->allow_extra_args(false)
      ->take_all()
      ->type_name("N=KIND");
  app.add_option("--worker", options.worker)->group("");  // hidden: for itself
  if (!recordings::parse(app, argc, argv)) return std::nullopt;
  for (const std::string& text : faults) options.faults.push_back(parse_fault(text));
  if (options.faults.size() > max_faults) {
    throw recordings::usage_error(fmt::format("--fault-at: {} at most", max_faults));
  }
  return options;
}

}  // namespace supervised
