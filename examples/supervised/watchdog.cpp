// SPDX-License-Identifier: Apache-2.0
#include "watchdog.hpp"

#include "errors.hpp"
#include "log.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

// POSIX has programs declare it, glibc has done so.
extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace supervised {
namespace {

constexpr const char* this_program = "/proc/self/exe";

std::string how_it_ended(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    return fmt::format("was ended by signal {} ({})", WTERMSIG(wait_status),
                       strsignal(WTERMSIG(wait_status)));
  }
  return fmt::format("ended with {}", WEXITSTATUS(wait_status));
}

}  // namespace

watchdog::watchdog(const program_options& options, shared_state& state, int descriptor, char** argv)
    : options_(options), state_(state) {
  while (*argv != nullptr) arguments_.emplace_back(*argv++);
  // First, for there may be a "--", after which nothing is an option.
  arguments_.insert(arguments_.begin() + 1, fmt::format("--worker={}", descriptor));
}

/// Not a fork alone: CUDA does not work in the child of a process that has used it, and threads are
/// not there.
std::optional<exit_code> watchdog::start() {
  state_.beats = 0;
  state_.last_beat = monotonic_ns();
  done_before_ = counters_of(state_).done;
  std::vector<char*> argv;
  for (std::string& argument : arguments_) argv.push_back(argument.data());
  argv.push_back(nullptr);

  // What stops a service goes to all of its processes, but when to end a worker is decided here.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigaddset(&blocked, SIGINT);
  posix_spawnattr_setsigmask(&attributes, &blocked);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const int error = posix_spawn(&worker_, this_program, nullptr, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    worker_ = 0;
    const std::string why = fmt::format("{}: {}", this_program, std::strerror(error));
    if (error != EAGAIN && error != ENOMEM) throw recordings::input_error(why);
    log("{}", why);
    ++in_vain_;
    return start_another(try_again);
  }
  killed_ = false;
  ++started_;
  return std::nullopt;
}

std::optional<exit_code> watchdog::poll() {
  if (worker_ == 0) {
    if (monotonic_ns() < start_at_) return std::nullopt;
    return start();
  }
  int wait_status = 0;
  if (waitpid(worker_, &wait_status, WNOHANG) == worker_) return after_end(wait_status);
  if (!killed_) look_for_life();
  return std::nullopt;
}

void watchdog::look_for_life() {
  const bool began = state_.beats != 0;
  const std::int64_t silent = monotonic_ns() - state_.last_beat;
  if (silent <= (began ? options_.deadline : options_.start_deadline)) return;
  log("worker {} is silent for {:.2f} s", started_, static_cast<double>(silent) * 1e-9);
  kill(worker_, SIGKILL);
  killed_ = true;
}

std::optional<exit_code> watchdog::after_end(int wait_status) {
  worker_ = 0;
  if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == all_done) return all_done;
  const counters count = counters_of(state_);
  log("worker {} {}, with {}", started_, how_it_ended(wait_status),
      count.in_work != 0 ? fmt::format("item {} in work", state_.work.sequence)
                         : "no item in work");
  exit_code code = defect;  // it crashed
  if (WIFEXITED(wait_status)) {
    const int told = WEXITSTATUS(wait_status);
    if (told == try_again) {
      code = try_again;
    } else if (is_exit_code(told)) {
      return static_cast<exit_code>(told);  // another one would do the same
    }                                       // else it did not get as far as to say something
  } else if (WTERMSIG(wait_status) == SIGKILL) {
    code = try_again;  // the watchdog, memory, or who took the GPU away: elsewhere it may do better
  }
  in_vain_ = count.done > done_before_ ? 0 : in_vain_ + 1;
  return start_another(code);
}

/// After a pause, unless there were too many: then it is time to end with `code`.
std::optional<exit_code> watchdog::start_another(exit_code code) {
  const std::int64_t now = monotonic_ns();
  while (!ends_.empty() && ends_.front() < now - options_.window) ends_.pop_front();
  if (ends_.size() >= options_.max_restarts) {
    log("gave up after {} restarts in {:.2f} s", ends_.size(),
        ends_.empty() ? 0.0 : static_cast<double>(now - ends_.front()) * 1e-9);
    return code;
  }
  ends_.push_back(now);
  start_at_ = now + (options_.backoff << std::clamp(in_vain_ - 1, 0, 6));
  return std::nullopt;
}

void watchdog::end() {
  if (worker_ == 0) return;
  kill(worker_, SIGKILL);
  waitpid(worker_, nullptr, 0);
  worker_ = 0;
}

}  // namespace supervised
