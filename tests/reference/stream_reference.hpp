// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/resample/groups.hpp>

#include "resample_reference.hpp"

#include <cstdint>
#include <vector>

/// \file
/// What a row of one stream of `fuse` must be, group by group: each group as if it were alone.

namespace robocache_test {

/// Neighbouring channels of one mode, and where their values come from.
struct expected_run {
  robocache::channel_group channels;
  expected_row row;
};

struct expected_stream_row {
  std::vector<expected_run> runs;
  std::uint8_t status = 0;  ///< of all runs together; values may add `no_rotation`
  std::uint64_t age = 0;    ///< bits of the duration
};

class stream_reference {
 public:
  /// \param groups  rising; channels in none have the policy's interpolation
  stream_reference(time_kind kind, const std::vector<stamp>& times, const any_policy& policy,
                   const std::vector<robocache::channel_group>& groups, std::int64_t channels);

  expected_stream_row row(stamp t);

 private:
  struct run {
    robocache::channel_group channels;
    resample_reference rows;
  };
  time_kind kind_;
  std::vector<stamp> times_;  // offset included
  std::vector<run> runs_;
};

}  // namespace robocache_test
