// SPDX-License-Identifier: Apache-2.0
#include "worker.hpp"

#include "log.hpp"
#include "records.hpp"
#include "resampler.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

namespace supervised {
namespace {

using std::chrono::milliseconds;

/// Resamples, and tries again if something was used up, which may be free a little later.
robocache::status resample_patiently(resampler& resampler, fault_injector& faults,
                                     shared_state& state, result& out) {
  for (int attempt = 1;; ++attempt) {
    robocache::status done = faults.outcome(state.work.sequence);
    if (done.ok()) done = resampler.run(state.work, out);
    if (attempt == 3 || done.severity() != robocache::status_severity::resource) return done;
    std::this_thread::sleep_for(milliseconds(10 * attempt));
    beat(state);
  }
}

[[noreturn]] void end_with(const robocache::status& failure, const std::string& when) {
  log("{}: {}", when, failure.message());
  std::_Exit(exit_code_for(failure.severity()));  // destructors would call CUDA
}

}  // namespace

exit_code run_worker(const program_options& options) {
  const state_file file(options.worker);
  shared_state& state = *file;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != state.supervisor) return try_again;  // it died before that line

  const recordings::backend backend = [&] {
    try {
      return recordings::choose_backend(options.backend, 1);
    } catch (const recordings::computation_error& error) {
      log("{}", error.what());
      std::_Exit(no_device);
    }
  }();
  log("process {} computes on {}", getpid(), backend.name);
  const auto resampler = backend.on_cuda ? make_cuda_resampler() : make_cpu_resampler();
  record_file output(options.output, record_file::use::add);
  fault_injector faults(options.faults, state);
  const auto out = std::make_unique<result>();

  // CUDA starts and loads the kernel before the first sign of life.
  const auto any = std::make_unique<item>();
  simulate(0, *any);
  if (const robocache::status ready = resampler->run(*any, *out); !ready.ok()) {
    end_with(ready, "first call");
  }

  for (;;) {
    // From the thread that waits for the GPU: another thread would beat on while this one hangs.
    beat(state);
    const bool closed = state.closed;  // before the look at the queue
    const std::optional<std::uint64_t> place = take(state);
    if (!place) {
      if (closed) return all_done;
      // Not a condition variable: none is defined if a process is killed that waits for it.
      std::this_thread::sleep_for(milliseconds(1));
      continue;
    }
    const std::uint64_t sequence = state.work.sequence;
    faults.at(fault_place::taken, sequence);

    const robocache::status done = resample_patiently(*resampler, faults, state, *out);
    if (!done.ok()) end_with(done, fmt::format("item {}", sequence));
    std::this_thread::sleep_for(std::chrono::nanoseconds(options.work_time));
    faults.at(fault_place::computed, sequence);

    // [snippet:commit]
    output.write(*place, {sequence, checksum(*out)});  // over what a worker before wrote there
    faults.at(fault_place::written, sequence);
    {
      transaction change(state, transaction::if_locked::wait);
      ++change->done;
      change->in_work = 0;
      faults.at(fault_place::locked, sequence);
      change.publish();  // from here on it is done; before, the next worker does it again
    }
    // [/snippet:commit]
    faults.at(fault_place::committed, sequence);
  }
}

}  // namespace supervised
