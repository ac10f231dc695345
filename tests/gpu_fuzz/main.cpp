// SPDX-License-Identifier: Apache-2.0
#include "round.hpp"
#include "soak.hpp"
#include "target.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

// Random calls of every operation on a GPU against the CPU back end, bit for bit. Ends with 0 if
// all was equal, 1 if not, 2 for wrong arguments, 4 without a GPU.

using namespace robocache_test;

namespace {

using clock_type = std::chrono::steady_clock;
constexpr int no_device = 4;  // what the tests call skipped

struct arguments {
  fuzz_options fuzz;
  std::uint64_t first = 0;
  std::uint64_t step = 1;
  std::uint64_t rounds = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t calls = std::numeric_limits<std::uint64_t>::max();
  double seconds = 0;
  unsigned workers = std::thread::hardware_concurrency();
  std::size_t mismatches = 10;
  bool cpu_only = false;
  bool dry = false;
  int cpu_threads = 4;
  bool soak = false;
  std::uint64_t distinct = 4096;
  double heartbeat = 60;
  std::size_t leak = 0;
  std::string table;
  std::string kernels;
  bool list_kernels = false;
  std::vector<std::string> excused;
  std::string covering;
  std::string these;
  std::vector<std::uint64_t> numbers;  ///< that `these` has
};

std::size_t kernels_launched() {
  const std::vector<kernel_count> all = count_kernels();
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [](const kernel_count& each) { return each.launches > 0; }));
}

/// What the workers share.
struct progress {
  explicit progress(const arguments& with) : given(with), sums(with.soak ? with.distinct : 0) {}

  const arguments& given;
  std::atomic<std::uint64_t> next{0};
  std::atomic<std::uint64_t> calls{0};
  std::atomic<bool> stop{false};
  known_checksums sums;

  std::mutex lock;  // of what follows
  std::condition_variable ended;
  unsigned running = 0;
  std::size_t mismatches = 0;
  bool failed = false;
  fuzz_counts counts;
  latencies since_last;

  void report(const std::string& text) {
    const std::lock_guard<std::mutex> locked(lock);
    failed = true;
    if (mismatches++ < given.mismatches) std::cout << "MISMATCH " << text << std::endl;
    if (mismatches == given.mismatches) stop = true;
  }
};

std::unique_ptr<fuzz_target> make_target(const arguments& given) {
  if (given.dry) return make_dry_target();
  return given.cpu_only ? make_cpu_target(given.cpu_threads) : make_gpu_target();
}

void work(progress& shared) {
  const arguments& given = shared.given;
  try {
    const std::unique_ptr<fuzz_target> target = make_target(given);
    round_runner runner(given.fuzz, *target);
    std::ofstream covering(given.covering);
    std::size_t launched = 0;
    while (!shared.stop && shared.calls < given.calls) {
      const std::uint64_t turn = shared.next++;
      if (turn >= given.rounds) break;
      std::uint64_t number = given.first + turn * given.step;
      if (number < given.numbers.size()) number = given.numbers[number];
      if (given.soak) number %= given.distinct;
      const bool compared = !given.dry && given.fuzz.memory != arena_kind::unset &&
                            !(given.soak && shared.sums.knows(number));
      const std::uint64_t before = runner.counts.all_calls();
      const round_outcome outcome =
          runner.run(number, compared ? reference_run::yes : reference_run::no);
      shared.calls += runner.counts.all_calls() - before;
      for (const std::string& each : outcome.mismatches) shared.report(each);
      if (!given.covering.empty() && kernels_launched() > launched) {
        launched = kernels_launched();
        covering << number << '\n';
      }
      if (given.soak) {
        if (!shared.sums.same(number, outcome.checksum)) {
          shared.report("seed " + std::to_string(given.fuzz.seed) + " round " +
                        std::to_string(number) + " left other bits than the first time");
        }
        const std::lock_guard<std::mutex> locked(shared.lock);
        for (const timed_call& each : outcome.times) {
          shared.since_last[static_cast<std::size_t>(each.kind)].add(each.microseconds);
        }
      }
    }
    const std::lock_guard<std::mutex> locked(shared.lock);
    shared.counts.add(runner.counts);
  } catch (const std::exception& error) {
    // A device that has failed fails in all that follows.
    shared.stop = true;
    shared.report(error.what());
  }
  const std::lock_guard<std::mutex> locked(shared.lock);
  --shared.running;
  shared.ended.notify_all();
}

/// Waits for the workers, with a line for each heartbeat; watches the process during a soak.
void watch(progress& shared, clock_type::time_point start) {
  const arguments& given = shared.given;
  const auto elapsed = [&] {
    return std::chrono::duration<double>(clock_type::now() - start).count();
  };
  std::optional<soak_table> table;
  if (given.soak && !given.table.empty()) table.emplace(given.table);
  growth_rule rule;
  // OpenMP keeps as many as its last loop had.
  if (given.cpu_only) rule.threads = given.workers * static_cast<std::size_t>(given.cpu_threads);
  bool compared = false;
  std::optional<resources> begin;  // once a tenth of the time has passed: then all is loaded
  std::uint64_t calls_then = 0;
  double then = 0;
  std::optional<resources> least;  // since then: what a large call takes for a while does not count
  std::vector<std::vector<char>> leaked;
  std::unique_lock<std::mutex> locked(shared.lock);
  while (shared.running > 0) {
    double wait = given.heartbeat - (elapsed() - then);
    if (given.seconds > 0) wait = std::min(wait, given.seconds - elapsed());
    if (given.soak) {
      wait = std::min(wait, 1.0);
      const resources now = resources_now(!given.cpu_only);
      least = least ? least_of(*least, now) : now;
      if (given.leak > 0) leaked.emplace_back(given.leak << 20, 'x');
    }
    shared.ended.wait_for(locked, std::chrono::duration<double>(std::max(wait, 0.001)));
    const double now = elapsed();
    if (given.seconds > 0 && now >= given.seconds) shared.stop = true;
    if (now - then < given.heartbeat) {
      if (shared.stop && shared.running > 0) shared.ended.wait(locked);
      continue;
    }
    const latencies passed = shared.since_last;
    shared.since_last = {};
    const std::size_t mismatches = shared.mismatches;
    locked.unlock();
    const std::uint64_t calls = shared.calls;
    std::printf("%.0f s: %llu calls, %.0f a second, %zu mismatches", now,
                static_cast<unsigned long long>(calls),
                static_cast<double>(calls - calls_then) / (now - then), mismatches);
    if (given.soak) {
      const resources used = *least;
      least.reset();
      std::printf(
          ", %zu of %zu rounds known, %zu MiB resident, %zu MiB of the device, "
          "%zu descriptors, %zu threads",
          shared.sums.known(), shared.sums.size(), used.resident >> 20, used.device >> 20,
          used.descriptors, used.threads);
      if (table) table->add(now, calls, mismatches, used, passed);
      if (!begin && now >= given.seconds / 10) {
        begin = used;
        std::printf("; what is in use from now on is watched");
      } else if (begin) {
        compared = true;
      }
      const std::string growth = begin ? broken(rule, *begin, used) : "";
      if (!growth.empty()) {
        std::printf("; GROWN: %s", growth.c_str());
        shared.stop = true;
      }
      locked.lock();
      shared.failed = shared.failed || !growth.empty();
      locked.unlock();
    }
    std::printf("\n");
    std::fflush(stdout);
    calls_then = calls;
    then = now;
    locked.lock();
  }
  if (given.soak && !compared) {
    std::printf(
        "FAILED: too short to watch what is in use: no two heartbeats after a tenth of it\n");
    shared.failed = true;
  }
}

/// Which kernels have run; into a file for scripts that add up several runs.
/// \return whether all have that had to
bool tell_kernels(const arguments& given) {
  const std::vector<kernel_count> all = count_kernels();
  if (all.empty()) return given.excused.empty();  // who excuses some expects others
  const auto excused = [&](const kernel_count& kernel) {
    return std::any_of(given.excused.begin(), given.excused.end(), [&](const std::string& part) {
      return kernel.name.find(part) != std::string::npos;
    });
  };
  std::size_t ran = 0;
  bool complete = true;
  for (const kernel_count& each : all) {
    if (each.launches > 0) {
      ++ran;
      continue;
    }
    if (given.list_kernels) std::printf("never launched: %s\n", each.name.c_str());
    complete = complete && excused(each);
  }
  std::printf("kernels: %zu of the %zu of this program launched\n", ran, all.size());
  if (!given.kernels.empty()) {
    std::ofstream file(given.kernels);
    for (const kernel_count& each : all) file << each.launches << '\t' << each.name << '\n';
  }
  return complete || given.excused.empty();
}

void tell(const progress& shared, double seconds) {
  const fuzz_counts& counts = shared.counts;
  const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
  std::printf("calls by kind:");
  for (int i = 0; i < step_kinds; ++i) {
    std::printf(" %s %llu", name_of(static_cast<step_kind>(i)),
                number(counts.calls[static_cast<std::size_t>(i)]));
  }
  std::printf(
      "\n%llu calls in %llu rounds in %.1f s, %.0f a second: %llu rounds captured in graphs "
      "with %llu replays on other data, %llu on two streams, %llu with one workspace; %.3g "
      "bytes compared\n",
      number(counts.all_calls()), number(counts.rounds), seconds,
      static_cast<double>(counts.all_calls()) / seconds, number(counts.graphs),
      number(counts.replays), number(counts.two_streams), number(counts.shared_spaces),
      static_cast<double>(counts.bytes));
}

bool parse_kinds(const std::vector<std::string>& names, fuzz_options& options) {
  options.only = !names.empty();
  if (names.empty()) options.kinds.fill(true);
  for (const std::string& name : names) {
    bool known = false;
    for (int i = 0; i < step_kinds; ++i) {
      if (name != name_of(static_cast<step_kind>(i))) continue;
      known = options.kinds[static_cast<std::size_t>(i)] = true;
    }
    if (!known) return false;
  }
  return true;
}

}  // namespace

int main(int count, char** values) {
#if defined(__GLIBC__)
  (void)mallopt(M_MMAP_THRESHOLD, 256 << 10);  // large vectors go back to the system
#endif
  arguments given;
  std::vector<std::string> only;
  std::string memory = "block";
  std::string graphs = "all";
  std::string kinds;
  for (int i = 0; i < step_kinds; ++i) {
    kinds += (i == 0 ? "" : ", ") + std::string(name_of(static_cast<step_kind>(i)));
  }
  CLI::App app("Random calls on a GPU against the CPU back end, bit for bit");
  app.add_option("--seed", given.fuzz.seed, "of all rounds");
  app.add_option("--first", given.first, "number of the first round");
  app.add_option("--step", given.step, "from one round's number to the next");
  app.add_option("--rounds", given.rounds, "at most so many");
  app.add_option("--calls", given.calls, "no new round after so many");
  app.add_option("--seconds", given.seconds, "no new round after so long");
  app.add_option("--only", only, "kinds of calls: " + kinds)->delimiter(',');
  app.add_option("--workers", given.workers, "threads, each with streams and memory of its own")
      ->check(CLI::Range(1, 1024));
  app.add_option("--mismatches", given.mismatches, "that are printed before it ends");
  app.add_option(
         "--memory", memory,
         "block: one allocation for a round's buffers; exact: one each, for memcheck; unset: "
         "likewise, outputs and workspaces not initialized and nothing compared, for initcheck")
      ->check(CLI::IsMember({"block", "exact", "unset"}));
  app.add_option("--graphs", graphs,
                 "all, kernels (without copies) or none of those that are drawn")
      ->check(CLI::IsMember({"all", "kernels", "none"}));
  app.add_flag("--tell", given.fuzz.tell, "print each round before it runs");
  app.add_flag("--small", given.fuzz.small, "small calls, for sanitizers");
  app.add_flag("--cpu-only", given.cpu_only,
               "the CPU back end with several threads in the place of the GPU");
  app.add_flag("--dry", given.dry,
               "launch nothing: to see without a GPU which kernels the calls would take");
  app.add_option("--cpu-threads", given.cpu_threads, "of --cpu-only");
  app.add_option("--flip", given.fuzz.flip,
                 "make a bit wrong in every n-th round of a worker, to see that it is found");
  app.add_flag("--soak", given.soak,
               "the same rounds again and again: each must leave the bits of its first time, and "
               "the process must not grow");
  app.add_option("--distinct", given.distinct, "rounds of --soak")->check(CLI::PositiveNumber);
  app.add_option("--heartbeat", given.heartbeat, "seconds between two lines")
      ->check(CLI::PositiveNumber);
  app.add_option("--table", given.table, "CSV with a line for each heartbeat of --soak");
  app.add_option("--leak", given.leak,
                 "MiB that --soak loses each second, to see that it is found");
  app.add_option("--kernels", given.kernels, "file for launches of each kernel");
  app.add_option("--all-kernels-but", given.excused,
                 "fail if a kernel was not launched, unless its name has one of these in it")
      ->delimiter(';');
  auto* const covering = app.add_option("--covering", given.covering,
                                        "file for the numbers of the rounds that launch a kernel "
                                        "which none before them has launched");
  app.add_option("--these", given.these, "file with the numbers of rounds that come first")
      ->check(CLI::ExistingFile);
  app.add_flag("--list-kernels", given.list_kernels, "print the kernels that were not launched");
  try {
    app.parse(count, values);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (covering->count() > 0) given.workers = 1;  // of several, rounds have no order
  std::ifstream these(given.these);
  for (std::uint64_t number = 0; these >> number;) given.numbers.push_back(number);
  if (!parse_kinds(only, given.fuzz)) {
    std::cerr << "--only: kinds of calls are " << kinds << '\n';
    return 2;
  }
  if (given.soak && given.seconds <= 0) {
    std::cerr << "--soak needs --seconds\n";
    return 2;
  }
  if (memory == "exact") given.fuzz.memory = arena_kind::exact;
  if (memory == "unset" || given.dry) given.fuzz.memory = arena_kind::unset;
  if (graphs == "kernels") given.fuzz.graphs = graph_kind::kernels;
  if (graphs == "none") given.fuzz.graphs = graph_kind::none;
  given.fuzz.measure = given.soak;
  if (given.dry && make_dry_target() == nullptr) {
    std::cerr << "--dry: " << why_no_gpu() << '\n';
    return 2;
  }
  if (!given.cpu_only && !given.dry) {
    const std::string reason = why_no_gpu();
    if (!reason.empty()) {
      std::cerr << "no GPU: " << reason << "; --cpu-only tries the program without\n";
      return no_device;
    }
  }

  progress shared(given);
  const clock_type::time_point start = clock_type::now();
  std::vector<std::thread> threads;
  shared.running = given.workers;
  for (unsigned i = 0; i < given.workers; ++i) threads.emplace_back(work, std::ref(shared));
  watch(shared, start);
  for (std::thread& each : threads) each.join();
  tell(shared, std::chrono::duration<double>(clock_type::now() - start).count());
  if (!tell_kernels(given)) {
    std::printf("FAILED: kernels that were never launched\n");
    return 1;
  }
  if (shared.counts.all_calls() == 0) {
    std::printf("FAILED: not one call was made\n");
    return 1;
  }
  std::printf("%s\n", shared.failed ? "FAILED" : "all equal");
  return shared.failed ? 1 : 0;
}
