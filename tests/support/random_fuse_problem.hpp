// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fuse_problem.hpp"
#include "random_problem.hpp"

#include <cstdint>

/// \file
/// Random fusions that are the same on every machine.

namespace robocache_test {

struct random_fuse_shape {
  std::int64_t streams = 3;
  std::int64_t batch = 2;
  std::int64_t samples = 30;  ///< of a stream, at most
  std::int64_t rows = 20;
  std::int64_t channels = 12;  ///< of a stream, at most
  bool groups = true;          ///< some streams have groups, rotations among them
  bool ragged = true;          ///< some streams are ragged: padded with lengths, or packed
  bool affine = true;          ///< some streams are normalized
  bool columns = true;         ///< some leave columns unused, or are not in the streams' order
  bool special_values = true;
  bool special_targets = true;
};

/// Streams of all scalar types of the set, each with its own rate, rules and form.
fuse_problem random_fuse_problem(random_source& random, const fuse_types& types,
                                 const random_fuse_shape& shape);

/// Groups that cover some of the channels, every mode among them sooner or later.
std::vector<robocache::channel_group> random_groups(random_source& random, std::int64_t channels);

/// Anywhere in memory: shifted, padded, reversed, with other orders of dimensions.
placement random_placement(random_source& random, int rank);

}  // namespace robocache_test
