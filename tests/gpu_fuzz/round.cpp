// SPDX-License-Identifier: Apache-2.0
#include "round.hpp"

#include <cstdio>
#include <sstream>
#include <stdexcept>

namespace robocache_test {
namespace {

/// How often each kind of call is made, in thousandths or so.
constexpr int weights[step_kinds] = {200, 100, 60, 160, 60, 30, 40, 180, 12, 1, 50, 40, 50, 50, 60};
/// So that each kernel is soon met.
constexpr int small_weights[step_kinds] = {230, 230, 80, 120, 40, 20, 50, 120,
                                           80,  0,   20, 50,  30, 40, 30};

step_kind random_kind(random_source& random, const fuzz_options& options) {
  const int* const of = options.small ? small_weights : weights;
  const auto weight = [&](int i) {
    if (!options.kinds[static_cast<std::size_t>(i)]) return 0;
    const bool asked = options.only && of[i] == 0;
    return asked ? 1 : of[i];
  };
  int all = 0;
  for (int i = 0; i < step_kinds; ++i) all += weight(i);
  if (all == 0) throw std::logic_error("no kind of call to make");
  std::int64_t at = random.between(0, all - 1);
  int kind = 0;
  for (; at >= weight(kind); ++kind) at -= weight(kind);
  return static_cast<step_kind>(kind);
}

constexpr std::size_t shared_bytes = std::size_t{256} << 10;

}  // namespace

std::uint64_t fuzz_counts::all_calls() const {
  std::uint64_t all = 0;
  for (const std::uint64_t each : calls) all += each;
  return all;
}

void fuzz_counts::add(const fuzz_counts& other) {
  rounds += other.rounds;
  graphs += other.graphs;
  replays += other.replays;
  two_streams += other.two_streams;
  shared_spaces += other.shared_spaces;
  bytes += other.bytes;
  for (std::size_t i = 0; i < calls.size(); ++i) calls[i] += other.calls[i];
}

struct round_runner::plan {
  bool two_streams = false;
  bool graph = false;
  bool copies_in_graph = false;
  bool shared_space = false;
  std::int64_t repetitions = 1;
  std::vector<int> streams;  ///< of each step

  std::string name() const {
    std::string text = two_streams ? "two streams" : "one stream";
    if (graph) text += copies_in_graph ? ", a graph with copies" : ", a graph";
    if (shared_space) text += ", one workspace";
    return text;
  }
};

round_runner::round_runner(const fuzz_options& options, fuzz_target& target)
    : options_(options), target_(target), memory_(target, options.memory, options.arena_bytes) {}

void round_runner::make_steps(random_source& random, std::uint64_t number, plan& how) {
  memory_.reset(random.bits());
  steps_.clear();
  how.streams.clear();
  how.two_streams = random.chance(0.3);
  how.graph = random.chance(0.3) && target_.captures() && options_.graphs != graph_kind::none;
  how.copies_in_graph = random.chance(0.5) && options_.graphs == graph_kind::all;
  how.shared_space = random.chance(0.4) && !how.two_streams;
  how.repetitions = random.between(1, 4);
  workshop at{memory_, random, number};
  at.small = options_.small;
  if (how.shared_space) {
    at.space = memory_.allocate(shared_bytes);
    at.space_bytes = shared_bytes;
    memory_.ignore(at.space, shared_bytes);
  }
  for (std::int64_t more = random.between(1, options_.small ? 6 : 12); more > 0; --more) {
    if (memory_.used() > memory_.size() / 4) break;
    at.turn = number + steps_.size();
    add_steps(steps_, random_kind(random, options_), at);
  }
  int stream = 1;
  for (const step& each : steps_) {
    if (!each.after_previous) stream = 1 - stream;
    how.streams.push_back(how.two_streams ? stream : 0);
  }
}

void round_runner::launch(const plan& how, bool timed, round_outcome& outcome) {
  if (how.two_streams) target_.fork();
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const int stream = how.streams[i];
    if (timed) target_.mark(2 * i, stream);
    const robocache::status launched = steps_[i].on_target(target_.where(stream));
    if (timed) target_.mark(2 * i + 1, stream);
    if (!launched.ok()) {
      outcome.mismatches.push_back(std::string(name_of(steps_[i].kind)) + ": " + steps_[i].title +
                                   ": " + launched.message());
    }
  }
  if (how.two_streams) target_.join();
}

void round_runner::check(const plan& how, const std::string& place, round_outcome& outcome) {
  counts.bytes += memory_.used();
  const arena::difference wrong = memory_.compare();
  if (!wrong.found) return;
  std::ostringstream text;
  text << place << " (" << how.name() << "): ";
  if (wrong.in_gap) {
    text << "byte " << wrong.in_buffer << " from the begin of buffer " << wrong.buffer
         << ", which is behind its end";
  } else {
    text << "byte " << wrong.in_buffer << " of buffer " << wrong.buffer;
  }
  text << " is 0x" << memory_.bytes_around(image::after, wrong.at) << ", expected 0x"
       << memory_.bytes_around(image::expected, wrong.at) << " (8 bytes in memory's order);";
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    for (const auto& [name, p] : steps_[i].addresses) {
      if (p == nullptr || memory_.buffer_of(p) != wrong.buffer) continue;
      text << " it is " << name << " of call " << i << " of " << steps_.size() << ", "
           << name_of(steps_[i].kind) << ": " << steps_[i].title << ';';
    }
  }
  outcome.mismatches.push_back(text.str());
}

round_outcome round_runner::run(std::uint64_t number, reference_run reference) {
  random_source mixed(options_.seed);
  random_source random(mixed.bits() ^ (number + 1) * 0x9e3779b97f4a7c15u);
  round_outcome outcome;
  plan how;
  make_steps(random, number, how);
  if (options_.tell) {
    std::printf("round %llu (%s), %lld times:", static_cast<unsigned long long>(number),
                how.name().c_str(), static_cast<long long>(how.repetitions));
    for (const step& each : steps_) std::printf(" %s: %s;", name_of(each.kind), each.title.c_str());
    std::printf("\n");
    (void)std::fflush(stdout);
  }
  ++counts.rounds;
  counts.graphs += how.graph ? 1 : 0;
  counts.two_streams += how.two_streams ? 1 : 0;
  counts.shared_spaces += how.shared_space ? 1 : 0;

  if (how.graph) {
    target_.begin_capture();
    if (how.copies_in_graph) memory_.copy_in();
    launch(how, false, outcome);
    if (how.copies_in_graph) memory_.copy_out();
    try {
      target_.end_capture();
    } catch (const std::exception& error) {  // a launch that failed says more
      std::string text = error.what();
      for (const std::string& each : outcome.mismatches) text += "; " + each;
      throw std::runtime_error("round " + std::to_string(number) + " (" + how.name() +
                               "): " + text);
    }
  }
  const bool timed = options_.measure && !how.graph;
  for (std::int64_t repetition = 0; repetition < how.repetitions; ++repetition) {
    if (repetition > 0) {
      memory_.forget_misfits();
      for (const step& each : steps_) each.redraw(random);
      counts.replays += how.graph ? 1 : 0;
    }
    const bool copied_by_graph = how.graph && how.copies_in_graph;
    if (!copied_by_graph) memory_.copy_in();
    if (how.graph) {
      target_.replay();
    } else {
      launch(how, timed, outcome);
    }
    if (!copied_by_graph) memory_.copy_out();
    if (reference == reference_run::yes) {
      memory_.expect_as_before();
      for (const step& each : steps_) {
        const robocache::status done = each.on_cpu();
        if (!done.ok()) {
          outcome.mismatches.push_back(std::string("on the CPU, ") + name_of(each.kind) + ": " +
                                       each.title + ": " + done.message());
        }
      }
    }
    target_.finish();
    for (const step& each : steps_) ++counts.calls[static_cast<std::size_t>(each.kind)];
    for (std::size_t i = 0; timed && i < steps_.size(); ++i) {
      outcome.times.push_back({steps_[i].kind, target_.microseconds(2 * i, 2 * i + 1)});
    }
    if (options_.flip != 0 && counts.rounds % options_.flip == 0) {
      memory_.flip_a_bit(random.bits() >> 8);
    }
    outcome.checksum = outcome.checksum * 31 + memory_.checksum();
    if (reference == reference_run::yes) {
      check(how, "repetition " + std::to_string(repetition), outcome);
    }
  }
  for (std::string& each : outcome.mismatches) {
    each =
        "seed " + std::to_string(options_.seed) + " round " + std::to_string(number) + ", " + each;
  }
  return outcome;
}

}  // namespace robocache_test
