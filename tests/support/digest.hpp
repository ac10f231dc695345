// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "random_problem.hpp"

#include <cstdint>
#include <ostream>
#include <vector>

/// \file
/// Hashes of long random runs of the CPU back end, a line for each set of types that is linked.
/// Other flags, compilers and processors must write the same lines.

namespace robocache_test {

/// FNV-1a, over words.
class digest {
 public:
  void add(std::uint64_t word) { hash_ = (hash_ ^ word) * 0x100000001b3u; }
  template <class Words>
  void add_all(const Words& words) {
    for (const auto word : words) add(static_cast<std::uint64_t>(word));
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

/// Stamps, targets and durations in the place of those of a random problem, whose `long double` is
/// not the same on every processor: whole numbers of a step that is a power of two, or a
/// nanosecond.
class exact_stamps {
 public:
  exact_stamps(random_source& random, time_kind kind);
  void replace(recording& item);
  void replace(std::vector<stamp>& targets, const recording& near);
  void replace(any_policy& policy);

 private:
  stamp at(std::int64_t steps) const { return base_ + step_ * static_cast<stamp>(steps); }

  random_source& random_;
  stamp base_;
  stamp step_;
  std::int64_t interval_;  // steps from one sample to the next, about
};

/// \throws std::runtime_error if a call fails
void write_resample_digest(std::ostream& to);
void write_fuse_digest(std::ostream& to);
void write_voxelize_digest(std::ostream& to);

}  // namespace robocache_test
