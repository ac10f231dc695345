// SPDX-License-Identifier: Apache-2.0
#include "supervisor.hpp"

#include "errors.hpp"
#include "records.hpp"
#include "watchdog.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <thread>

namespace supervised {
namespace {

volatile std::sig_atomic_t stop_wanted = 0;

void want_stop(int) {
  stop_wanted = 1;
}

/// The simulated sensor: items at a rate, into the queue.
class sensor {
 public:
  sensor(const program_options& options, shared_state& state)
      : options_(options), state_(state), first_(counters_of(state).produced) {
    simulate(first_, *next_);
  }

  /// What is due by now; nothing after SIGTERM.
  void produce() {
    for (int burst = 0; burst < 64 && is_due(); ++burst) {
      if (!push(state_, *next_, options_.never_drop)) return;
      simulate(next_->sequence + 1, *next_);
    }
  }
  bool is_finished() const {
    return next_->sequence >= (options_.items != 0 ? options_.items : max_sequence);
  }

 private:
  bool is_due() const {
    if (stop_wanted != 0 || is_finished()) return false;
    const double seconds = static_cast<double>(monotonic_ns() - start_) * 1e-9;
    return options_.rate == 0 ||
           static_cast<double>(next_->sequence - first_) <= seconds * options_.rate;
  }

  const program_options& options_;
  shared_state& state_;
  const std::uint64_t first_;
  const std::int64_t start_ = monotonic_ns();
  const std::unique_ptr<item> next_ = std::make_unique<item>();
};

/// Until the worker has ended for good, or the time after SIGTERM is over.
exit_code run(const program_options& options, shared_state& state, watchdog& watchdog) {
  sensor sensor(options, state);
  std::optional<std::int64_t> stop_by;
  for (;;) {
    if (stop_wanted != 0 && !stop_by) stop_by = monotonic_ns() + options.grace;
    sensor.produce();
    state.closed = stop_by || sensor.is_finished();
    if (const auto ended = watchdog.poll()) return *ended;
    if (stop_by && monotonic_ns() > *stop_by) {
      watchdog.end();
      return try_again;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

exit_code supervise(const program_options& options, char** argv) {
  (void)std::signal(SIGCHLD, SIG_DFL);  // who starts this may have it ignored: no end would be seen
  if (is_same_file(options.state, options.output)) {
    throw recordings::usage_error(
        fmt::format("--state and --output are the same file, {}", options.state));
  }
  record_file output(options.output, record_file::use::supervise);
  const state_file file(options.state, options.resume, options.capacity);
  shared_state& state = *file;
  if (options.resume && file.is_new() && output.size() > 0) {
    throw recordings::input_error(
        fmt::format("{}: has records, and the state {} has none: they would be lost. Without "
                    "--resume all begins anew",
                    options.output, options.state));
  }
  output.cut(counters_of(state).done);
  for (std::size_t i = 0; i < options.faults.size(); ++i) {
    state.faults_left[i] = options.faults[i].times;
  }
  struct sigaction action {};
  action.sa_handler = want_stop;
  action.sa_flags = SA_RESTART;  // of writes; waiting is by polling
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);

  watchdog watchdog(options, state, file.descriptor(), argv);
  exit_code code = run(options, state, watchdog);

  const counters count = counters_of(state);
  output.cut(count.done);
  if (!output.is_at_its_place()) {
    throw recordings::input_error(options.output + ": was removed or replaced");
  }
  const bool items_left =
      count.queued() + count.in_work > 0 || (options.items != 0 && count.produced < options.items);
  if (code == all_done && items_left) code = try_again;
  fmt::print(
      "{} produced = {} done + {} dropped + {} queued + {} in work; {} restarts, {} locks "
      "of dead workers\n",
      count.produced, count.done, count.dropped, count.queued(), count.in_work, watchdog.restarts(),
      state.locks_of_dead.load());
  if (options.verify) {
    const std::string problem = problem_of(read_records(options.output), state);
    fmt::print("{}\n", problem.empty() ? "verified" : "wrong: " + problem);
    if (!problem.empty()) code = defect;
  }
  if (std::fflush(stdout) != 0) {
    throw recordings::input_error(fmt::format("standard output: {}", std::strerror(errno)));
  }
  return code;
}

}  // namespace supervised
