// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/status.hpp>

#include "launches.hpp"

#include <functional>
#include <string>

/// \file
/// The calls of launchers that are traced: shapes and options that take different kernels.

namespace robocache_test {

/// A call on device memory that is ready for it.
struct launcher_call {
  std::string name;
  /// How many kernels the documentation says it enqueues.
  int fewest_kernels;
  int most_kernels;
  std::function<robocache::status(const launch_place&)> launch;
};

/// Each in turn, with memory that lives for as long as `body` runs.
void for_each_call(const std::function<void(const launcher_call&)>& body);

/// Two calls that count points in ways that share no kernel.
inline constexpr const char* counts_directly = "voxelize, counts of 10k points";
inline constexpr const char* counts_in_bins = "voxelize, counts of 1M points";

}  // namespace robocache_test
