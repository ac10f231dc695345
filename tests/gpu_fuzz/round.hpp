// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arena.hpp"
#include "steps.hpp"
#include "target.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

/// \file
/// A round: some random calls, enqueued without waiting in between, on one stream or two, captured
/// or not; then the same with other data. It depends on the seed and its number, on nothing else.

namespace robocache_test {

/// Which rounds are captured: those that draw it, with copies or not; no copies; none.
enum class graph_kind { all, kernels, none };

struct fuzz_options {
  std::uint64_t seed = 1;
  std::array<bool, step_kinds> kinds{};
  bool only = false;  ///< those that were asked for, however rare they are otherwise
  arena_kind memory = arena_kind::one_block;
  graph_kind graphs = graph_kind::all;
  std::size_t arena_bytes = std::size_t{64} << 20;
  bool small = false;      ///< for sanitizers
  bool measure = false;    ///< take the time of each call
  bool tell = false;       ///< print each round before it runs
  std::uint64_t flip = 0;  ///< every so many rounds that were run, a bit is wrong; 0: never
};

/// Whether the CPU makes the calls, too.
enum class reference_run { yes, no };

struct fuzz_counts {
  std::uint64_t rounds = 0;
  std::uint64_t graphs = 0;         ///< rounds that were captured
  std::uint64_t replays = 0;        ///< with other data than what was there when it was captured
  std::uint64_t two_streams = 0;    ///< rounds
  std::uint64_t shared_spaces = 0;  ///< rounds whose calls have one workspace
  std::uint64_t bytes = 0;          ///< compared
  std::array<std::uint64_t, step_kinds> calls{};

  std::uint64_t all_calls() const;
  void add(const fuzz_counts& other);
};

/// A call that was timed.
struct timed_call {
  step_kind kind;
  double microseconds;
};

struct round_outcome {
  std::vector<std::string> mismatches;  ///< each with what is needed to have it again
  std::uint64_t checksum = 0;           ///< of everything that was left in memory
  std::vector<timed_call> times;
};

class round_runner {
 public:
  round_runner(const fuzz_options& options, fuzz_target& target);
  round_outcome run(std::uint64_t number, reference_run reference = reference_run::yes);

  fuzz_counts counts;

 private:
  struct plan;

  void make_steps(random_source& random, std::uint64_t number, plan& how);
  void launch(const plan& how, bool timed, round_outcome& outcome);
  void check(const plan& how, const std::string& place, round_outcome& outcome);

  fuzz_options options_;
  fuzz_target& target_;
  arena memory_;
  std::vector<step> steps_;
};

}  // namespace robocache_test
